package io.callmesh.routing;

import io.callmesh.broker.EmbeddedBroker;
import io.callmesh.runtime.config.Settings;
import io.callmesh.runtime.service.MeshProcess;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A process with routing-service alone, on free ports of this machine. */
final class Replica {
  static final String ADMIN_API_KEY = "the-first-api-key";

  private Replica() {}

  /** One in this JVM. */
  static Future<MeshProcess> start(EmbeddedBroker broker, Map<String, String> more) {
    Settings settings = Settings.load(environment(broker, more), "routing-defaults.properties");
    return MeshProcess.start(settings, List.of(RoutingService::new));
  }

  /** Settings for several in one cluster. */
  static Map<String, String> cluster(int port) {
    return Map.of(
        "CALLMESH_CLUSTER",
        "tcp",
        "CALLMESH_CLUSTER_HOST",
        "127.0.0.1",
        "CALLMESH_CLUSTER_MEMBERS",
        "127.0.0.1:" + port,
        "CALLMESH_CLUSTER_PORT",
        String.valueOf(port));
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static Map<String, String> environment(EmbeddedBroker broker, Map<String, String> more) {
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
    return environment;
  }
}
