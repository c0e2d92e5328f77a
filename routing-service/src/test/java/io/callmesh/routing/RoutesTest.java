package io.callmesh.routing;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.routing.api.ApiDocument;
import io.callmesh.runtime.config.CommonConfig;
import io.callmesh.runtime.config.Settings;
import io.callmesh.runtime.kafka.CallEvents;
import io.callmesh.runtime.kafka.KafkaConfig;
import io.callmesh.runtime.kafka.KafkaTables;
import io.callmesh.runtime.service.ServiceContext;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import java.time.Clock;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Holds the routes against the document, one by one; those of other services are not ours. */
class RoutesTest {
  private static final Set<String> METHODS = Set.of("get", "put", "post", "patch", "delete");

  @Test
  void everyRouteIsInTheDocumentAndEveryOperationHasARoute() throws Exception {
    Set<String> documented = new TreeSet<>();
    JsonObject paths = ApiDocument.load().json().getJsonObject("paths");
    for (String path : paths.fieldNames()) {
      boolean others = paths.getJsonObject(path).containsKey("x-served-by");
      paths.getJsonObject(path).fieldNames().stream()
          .filter(member -> !others)
          .filter(METHODS::contains)
          .forEach(method -> documented.add(method + " " + path));
    }

    assertThat(routes()).isEqualTo(documented).isNotEmpty();
  }

  private static Set<String> routes() throws Exception {
    Vertx vertx = Vertx.vertx();
    try {
      Router router = Router.router(vertx);
      service(vertx).surface().mount(vertx, router).await(10, SECONDS);
      Set<String> routes = new TreeSet<>();
      for (Route route : router.getRoutes()) {
        // One without a method is what others pass first.
        if (route.getPath().startsWith("/v1/") && route.methods() != null) {
          String path = route.getPath().replaceAll(":(\\w+)", "{$1}");
          route
              .methods()
              .forEach(method -> routes.add(method.name().toLowerCase(Locale.ROOT) + " " + path));
        }
      }
      return routes;
    } finally {
      vertx.close().await(10, SECONDS);
    }
  }

  /** No broker is there: tables and events are made, and never started. */
  private static RoutingService service(Vertx vertx) {
    KafkaConfig kafka = KafkaConfig.at("127.0.0.1:9");
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    Settings settings =
        Settings.load(
            Map.of(
                "CALLMESH_PUBLIC_URL", "https://mesh.example",
                "CALLMESH_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9",
                "CALLMESH_TICKET_SECRET", "a-secret-for-tickets"),
            "routing-defaults.properties");
    return new RoutingService(
        new ServiceContext(
            vertx,
            settings,
            CommonConfig.from(settings),
            new KafkaTables(vertx, kafka, meters),
            new CallEvents(vertx, kafka, meters, "test"),
            meters,
            "test",
            Clock.systemUTC()));
  }
}
