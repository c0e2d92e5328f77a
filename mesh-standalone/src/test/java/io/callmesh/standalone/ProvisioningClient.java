package io.callmesh.standalone;

import io.callmesh.standalone.ReplicaClient.Answer;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** The provisioning API of one replica, for one project. */
final class ProvisioningClient {
  static final String PROJECT = "crash";

  private static final String TELEPHONY = "/v1/agents/" + PROJECT + "/telephony";

  private final ReplicaClient replica;

  ProvisioningClient(ReplicaClient replica) {
    this.replica = replica;
  }

  Future<Answer> createConnector(JsonObject connector) {
    return send(HttpMethod.POST, "/connectors", connector);
  }

  Future<Answer> connector(String connectorId) {
    return send(HttpMethod.GET, "/connectors/" + connectorId, null);
  }

  Future<Answer> connectors() {
    return send(HttpMethod.GET, "/connectors", null);
  }

  Future<Answer> importNumbers(JsonObject numbers) {
    return send(HttpMethod.POST, "/phone-numbers", numbers);
  }

  Future<Answer> assign(String number, String connectorId) {
    return send(
        HttpMethod.PATCH,
        "/phone-numbers/" + MeshApi.encode(number),
        new JsonObject().put("connectorId", connectorId));
  }

  Future<Answer> numbers() {
    return send(HttpMethod.GET, "/phone-numbers", null);
  }

  private Future<Answer> send(HttpMethod method, String path, @Nullable JsonObject body) {
    return replica.send(method, TELEPHONY + path, body);
  }
}
