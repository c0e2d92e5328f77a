package io.callmesh.deploy;

import io.callmesh.handoff.HandoffService;
import io.callmesh.ingress.IngressService;
import io.callmesh.routing.RoutingService;
import io.callmesh.runtime.bus.ClusterConfig;
import io.callmesh.runtime.config.CommonConfig;
import io.callmesh.runtime.config.Settings;
import io.callmesh.runtime.kafka.CallEvents;
import io.callmesh.runtime.kafka.KafkaConfig;
import io.callmesh.runtime.kafka.KafkaTables;
import io.callmesh.runtime.service.MeshService;
import io.callmesh.runtime.service.ServiceContext;
import io.callmesh.worker.WorkerService;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A service as the code has it, for asking what it makes of the settings of a pod.
 *
 * @param name the Maven module, the image, and the Kubernetes objects
 * @param defaults its resource
 * @param factory makes it
 */
record DeployedService(String name, String defaults, MeshService.Factory factory) {
  /** No broker is there: tables and events are made, and never started. */
  private static final String NO_BROKER = "127.0.0.1:9";

  /** What a pod's variables come to, read and checked by the code that reads them in the pod. */
  record Configured(CommonConfig common, ClusterConfig cluster, List<String> routes) {}

  static List<DeployedService> all() {
    return List.of(
        new DeployedService("stream-ingress", "ingress-defaults.properties", IngressService::new),
        new DeployedService("audio-worker", "worker-defaults.properties", WorkerService::new),
        new DeployedService("routing-service", "routing-defaults.properties", RoutingService::new),
        new DeployedService("handoff-service", "handoff-defaults.properties", HandoffService::new));
  }

  /** Replaces the image's as a whole. */
  static final String JVM_OPTIONS = "JAVA_TOOL_OPTIONS";

  /** Whether the service, the process it runs in, or its JVM reads this variable. */
  boolean knows(String variable) {
    return variable.startsWith(Defaults.KAFKA_CLIENT_PREFIX)
        || variable.equals(JVM_OPTIONS)
        || Defaults.of(Defaults.MESH).containsKey(variable)
        || Defaults.ofLogging().containsKey(variable)
        || isItsOwn(variable);
  }

  /** Whether the variable is one of this service's, not one that all have. */
  boolean isItsOwn(String variable) {
    return Defaults.of(defaults).containsKey(variable);
  }

  /**
   * Makes the service as its process would, without starting it. Throws what the process would tell
   * the operator when a variable is missing or wrong.
   */
  Configured configure(Map<String, String> environment) throws Exception {
    Settings settings = Settings.load(environment, defaults);
    CommonConfig common = CommonConfig.from(settings);
    ClusterConfig cluster = ClusterConfig.from(settings);
    KafkaConfig kafka = KafkaConfig.at(settings.required("CALLMESH_KAFKA_BOOTSTRAP_SERVERS"));
    if (kafka.bootstrapServers().isBlank()) {
      throw new IllegalStateException("no broker");
    }
    return new Configured(common, cluster, routes(settings, common));
  }

  private List<String> routes(Settings settings, CommonConfig common) throws Exception {
    var meters = new SimpleMeterRegistry();
    ServiceContext context =
        new ServiceContext(
            Bench.VERTX,
            settings,
            common,
            new KafkaTables(Bench.VERTX, Bench.KAFKA, meters),
            Bench.EVENTS,
            meters,
            "test",
            Clock.systemUTC());
    Router router = Router.router(Bench.VERTX);
    factory.create(context).surface().mount(Bench.VERTX, router).await(10, TimeUnit.SECONDS);
    return router.getRoutes().stream().map(Route::getPath).distinct().toList();
  }

  /** What the services stand on in these tests: once for the JVM, and it ends with it. */
  private static final class Bench {
    static final Vertx VERTX = Vertx.vertx();
    static final KafkaConfig KAFKA = KafkaConfig.at(NO_BROKER);
    static final CallEvents EVENTS =
        new CallEvents(VERTX, KAFKA, new SimpleMeterRegistry(), "test");
  }
}
