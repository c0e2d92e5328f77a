package io.callmesh.runtime.service;

import io.callmesh.runtime.config.CommonConfig;
import io.callmesh.runtime.config.Settings;
import io.callmesh.runtime.kafka.CallEvents;
import io.callmesh.runtime.kafka.KafkaTables;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.time.Clock;

/**
 * What a process offers to the services in it.
 *
 * @param vertx on the bus, with all codecs
 * @param settings the process's settings
 * @param common those that every process has
 * @param tables to ask for tables; they are read before a service starts
 * @param events where call events go
 * @param meters where meters are registered
 * @param processId names this process in the cluster
 * @param clock wall-clock time
 */
public record ServiceContext(
    Vertx vertx,
    Settings settings,
    CommonConfig common,
    KafkaTables tables,
    CallEvents events,
    MeterRegistry meters,
    String processId,
    Clock clock) {}
