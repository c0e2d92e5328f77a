package io.callmesh.worker.session;

import io.callmesh.worker.WorkerConfig;
import io.callmesh.worker.WorkerEvents;
import io.callmesh.worker.WorkerMetrics;
import io.callmesh.worker.agent.AgentDialer;
import io.vertx.core.Vertx;
import java.time.InstantSource;

/** What all sessions of one verticle instance share. */
record WorkerPorts(
    Vertx vertx,
    WorkerConfig config,
    WorkerEvents events,
    WorkerMetrics metrics,
    AgentDialer dialer,
    InstantSource clock) {}
