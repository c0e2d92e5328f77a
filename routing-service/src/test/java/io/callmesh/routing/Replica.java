package io.callmesh.routing;

import io.callmesh.broker.EmbeddedBroker;
import io.callmesh.runtime.config.Settings;
import io.callmesh.runtime.service.MeshProcess;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A process with routing-service alone, on free ports of this machine. */
final class Replica {
  static final String ADMIN_API_KEY = "the-first-api-key";

  private Replica() {}

  static Future<MeshProcess> start(EmbeddedBroker broker, Map<String, String> more) {
    Map<String, String> environment =
        new HashMap<>(
            Map.of(
                "CALLMESH_LISTEN_ADDRESS", "127.0.0.1",
                "CALLMESH_PORT", "0",
                "CALLMESH_MANAGEMENT_PORT", "0",
                "CALLMESH_EVENT_LOOPS", "1",
                "CALLMESH_KAFKA_BOOTSTRAP_SERVERS", broker.bootstrapServers(),
                "CALLMESH_PUBLIC_URL", "https://mesh.example",
                "CALLMESH_TICKET_SECRET", "a-secret-for-tickets",
                "CALLMESH_ADMIN_API_KEY", ADMIN_API_KEY));
    environment.putAll(more);
    Settings settings = Settings.load(environment, "routing-defaults.properties");
    return MeshProcess.start(settings, List.of(RoutingService::new));
  }
}
