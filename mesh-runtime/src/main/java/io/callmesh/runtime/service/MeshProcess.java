package io.callmesh.runtime.service;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.callmesh.contracts.Ids;
import io.callmesh.contracts.Topic;
import io.callmesh.runtime.bus.ClusterConfig;
import io.callmesh.runtime.bus.MeshBus;
import io.callmesh.runtime.config.CommonConfig;
import io.callmesh.runtime.config.Settings;
import io.callmesh.runtime.kafka.CallEvents;
import io.callmesh.runtime.kafka.KafkaConfig;
import io.callmesh.runtime.kafka.KafkaTables;
import io.callmesh.runtime.kafka.KafkaTopics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running process of the mesh: one service, or in mesh-standalone all four. Starts in this order:
 * bus, management port (live, not ready), topics, tables, services, public port, ready. Stops the
 * other way.
 */
public final class MeshProcess {
  /** On the management port: 200 while the process lives. */
  public static final String LIVE_PATH = "/health/live";

  /** On the management port: 200 while the process takes traffic, otherwise 503. */
  public static final String READY_PATH = "/health/ready";

  /** On the management port: all meters in Prometheus's text format. */
  public static final String METRICS_PATH = "/metrics";

  /** How long closing may take after the drain, in ms. */
  public static final long CLOSE_TIMEOUT_MS = 10_000;

  /** The services move the calls that are left at the deadline; that takes them a moment. */
  private static final long MOVE_MS = 1_000;

  private static final Logger log = LoggerFactory.getLogger(MeshProcess.class);

  private final Vertx vertx;
  private final CommonConfig common;
  private final KafkaConfig kafka;
  private final KafkaTables tables;
  private final CallEvents events;
  private final PrometheusMeterRegistry meters;
  private final List<MeshService> services = new ArrayList<>();
  private volatile boolean started;
  private volatile boolean stopping;
  private volatile int port;
  private volatile int managementPort;

  private MeshProcess(Vertx vertx, CommonConfig common, KafkaConfig kafka) {
    this.vertx = vertx;
    this.common = common;
    this.kafka = kafka;
    this.meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    this.tables = new KafkaTables(vertx, kafka, meters);
    this.events = new CallEvents(vertx, kafka, meters, "mesh");
  }

  /**
   * Starts a process with these services. Fails with a {@code ConfigException} for a wrong setting,
   * otherwise with what stood in the way; nothing is left running then.
   */
  public static Future<MeshProcess> start(Settings settings, List<MeshService.Factory> factories) {
    return start(settings, factories, process -> {});
  }

  /** The same, with the process given to whoever will stop it before it says that it is ready. */
  static Future<MeshProcess> start(
      Settings settings, List<MeshService.Factory> factories, Consumer<MeshProcess> stopper) {
    CommonConfig common;
    ClusterConfig cluster;
    KafkaConfig kafka;
    try {
      common = CommonConfig.from(settings);
      cluster = ClusterConfig.from(settings);
      kafka = KafkaSettings.from(settings);
    } catch (RuntimeException wrong) {
      return Future.failedFuture(wrong);
    }
    Promise<MeshProcess> started = Promise.promise();
    MeshBus.join(cluster, common.eventLoops())
        .onFailure(started::fail)
        .onSuccess(
            vertx ->
                new MeshProcess(vertx, common, kafka).start(settings, factories, stopper, started));
    return started.future();
  }

  /** The promise belongs to no context: after a failed start there is none left to tell it on. */
  private void start(
      Settings settings,
      List<MeshService.Factory> factories,
      Consumer<MeshProcess> stopper,
      Promise<MeshProcess> started) {
    create(settings, factories)
        .compose(created -> listenForManagement())
        .compose(listening -> KafkaTopics.ensure(vertx, kafka, Topic.all()))
        .compose(ensured -> tables.start())
        .compose(read -> startServices())
        .compose(running -> listen())
        .map(listening -> ready(stopper))
        .onSuccess(started::complete)
        .onFailure(cause -> close().onComplete(closed -> started.fail(cause)));
  }

  private Future<Void> create(Settings settings, List<MeshService.Factory> factories) {
    ServiceContext context =
        new ServiceContext(
            vertx, settings, common, tables, events, meters, Ids.instance(), Clock.systemUTC());
    try {
      factories.forEach(factory -> services.add(factory.create(context)));
      return Future.succeededFuture();
    } catch (RuntimeException wrong) {
      return Future.failedFuture(wrong);
    }
  }

  private Future<?> listenForManagement() {
    bindJvmMetrics();
    ManagementServer management = new ManagementServer(vertx, meters);
    management.readyWhen("started", () -> started);
    management.readyWhen("tables", tables::ready);
    management.readyWhen("not-draining", () -> !stopping);
    return management
        .listen(common, services)
        .onSuccess(server -> managementPort = server.actualPort());
  }

  @SuppressWarnings("resource") // the GC listener lives as long as the process
  private void bindJvmMetrics() {
    new JvmMemoryMetrics().bindTo(meters);
    new JvmGcMetrics().bindTo(meters);
    new JvmThreadMetrics().bindTo(meters);
    new ProcessorMetrics().bindTo(meters);
  }

  private Future<?> startServices() {
    return Future.all(services.stream().map(MeshService::start).toList());
  }

  private Future<?> listen() {
    List<Supplier<HttpSurface>> surfaces = new ArrayList<>();
    services.stream()
        .filter(MeshService::takesRequests)
        .forEach(service -> surfaces.add(service::surface));
    if (surfaces.isEmpty()) {
      return Future.succeededFuture();
    }
    List<PublicServerVerticle> verticles = new CopyOnWriteArrayList<>();
    Supplier<PublicServerVerticle> instances =
        () -> {
          PublicServerVerticle verticle =
              new PublicServerVerticle(common.listenAddress(), common.port(), surfaces);
          verticles.add(verticle);
          return verticle;
        };
    DeploymentOptions options = new DeploymentOptions().setInstances(common.eventLoops());
    return vertx
        .deployVerticle(instances, options)
        .onSuccess(id -> port = verticles.get(0).actualPort());
  }

  private MeshProcess ready(Consumer<MeshProcess> stopper) {
    stopper.accept(this);
    started = true;
    log.info(
        "ready: {} on port {}, management on port {}",
        services.stream().map(MeshService::name).toList(),
        port,
        managementPort);
    return this;
  }

  /** The public port it listens on; 0 when no service takes requests. */
  public int port() {
    return port;
  }

  /** The management port it listens on. */
  public int managementPort() {
    return managementPort;
  }

  /**
   * Stops: not ready at once, no new calls, waits for those that are on up to the drain deadline,
   * then closes everything. Succeeds when all is closed, on no particular thread.
   */
  public Future<Void> stop() {
    stopping = true;
    log.info("draining for at most {} s", common.drainDeadline().toSeconds());
    List<Future<?>> drains = new ArrayList<>();
    services.forEach(service -> drains.add(service.drain()));
    Promise<Void> closed = Promise.promise();
    Future.join(drains)
        .timeout(common.drainDeadline().toMillis() + MOVE_MS, MILLISECONDS)
        .onFailure(cause -> log.warn("not everything drained: {}", cause.toString()))
        .onComplete(drained -> close().onComplete(closed));
    return closed.future();
  }

  /**
   * The verticles go first, because the calls left have an end to tell; the bus goes last. The
   * future belongs to no context, because the contexts end here.
   */
  private Future<Void> close() {
    Promise<Void> closed = Promise.promise();
    Future.join(vertx.deploymentIDs().stream().map(vertx::undeploy).toList())
        .eventually(events::close)
        .eventually(tables::close)
        .onComplete(flushed -> vertx.close().onComplete(closed));
    return closed
        .future()
        .timeout(CLOSE_TIMEOUT_MS, MILLISECONDS)
        .onSuccess(done -> log.info("stopped"));
  }
}
