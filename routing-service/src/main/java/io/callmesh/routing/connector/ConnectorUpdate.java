package io.callmesh.routing.connector;

import io.callmesh.contracts.connector.Connector;
import io.callmesh.runtime.web.Fault;
import io.callmesh.runtime.web.Problem;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.function.Function;

/** One update of a batch, and what became of it. */
final class ConnectorUpdate {
  private final String connectorId;
  private final JsonObject said;
  private final List<Fault> faults;
  private final JsonObject result;

  /**
   * @param faults what is wrong with it by itself; then it is not applied
   */
  ConnectorUpdate(JsonObject said, List<Fault> faults) {
    this.connectorId = said.getString("connectorId");
    this.said = said;
    this.faults = faults;
    this.result = new JsonObject().put("connectorId", connectorId);
  }

  String connectorId() {
    return connectorId;
  }

  /** Applies it; never fails. */
  Future<Void> apply(Function<JsonObject, Future<Connector>> change) {
    Future<Connector> changed =
        faults.isEmpty()
            ? Future.succeededFuture(said).compose(change)
            : Future.failedFuture(Problem.invalid(faults));
    return changed
        .map(connector -> result.put("status", 200).put("connector", connector.toPublicJson()))
        .otherwise(
            cause -> {
              Problem problem = Problem.of(cause, "an update of a batch");
              return result.put("status", problem.status()).put("error", problem.toJson());
            })
        .mapEmpty();
  }

  /** As the API tells it. */
  JsonObject result() {
    return result;
  }
}
