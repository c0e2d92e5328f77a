package io.callmesh.worker;

import io.callmesh.contracts.Topic;
import io.callmesh.contracts.connector.Connector;
import io.callmesh.runtime.kafka.CallEvents;
import io.callmesh.runtime.kafka.KafkaTable;
import io.callmesh.runtime.service.HttpSurface;
import io.callmesh.runtime.service.MeshService;
import io.callmesh.runtime.service.ServiceContext;
import io.callmesh.worker.session.AudioWorkerVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** audio-worker as its process knows it: one verticle instance for each event loop, no HTTP. */
public final class WorkerService implements MeshService {
  private final ServiceContext context;
  private final WorkerConfig config;
  private final KafkaTable<Connector> connectors;
  private final CallEvents events;
  private final WorkerMetrics metrics;
  private final List<AudioWorkerVerticle> verticles = new CopyOnWriteArrayList<>();

  /** Reads its settings and asks for the connectors' table. */
  public WorkerService(ServiceContext context) {
    this.context = context;
    this.config = WorkerConfig.from(context.settings());
    this.connectors =
        context.tables().table(Topic.CONNECTORS, Connector::toJson, Connector::fromJson);
    this.events = context.events().from(name());
    this.metrics = new WorkerMetrics(context.meters());
  }

  @Override
  public String name() {
    return "audio-worker";
  }

  @Override
  public Future<?> start() {
    return context
        .vertx()
        .deployVerticle(
            this::verticle, new DeploymentOptions().setInstances(context.common().eventLoops()));
  }

  private AudioWorkerVerticle verticle() {
    AudioWorkerVerticle verticle =
        new AudioWorkerVerticle(
            context.processId(),
            config,
            connectors::find,
            events::publish,
            metrics,
            context.clock());
    verticles.add(verticle);
    return verticle;
  }

  @Override
  public HttpSurface surface() {
    return HttpSurface.none();
  }

  @Override
  public boolean takesRequests() {
    return false;
  }

  @Override
  public Future<?> drain() {
    return Future.all(
        verticles.stream()
            .map(verticle -> verticle.drain(context.common().drainDeadline()))
            .toList());
  }
}
