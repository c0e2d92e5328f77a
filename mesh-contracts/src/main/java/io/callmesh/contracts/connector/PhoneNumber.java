package io.callmesh.contracts.connector;

import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * A number whose calls come to us, as {@code callmesh.phone-numbers.v1} keeps it.
 *
 * @param number E.164
 * @param projectId the project it was imported into
 * @param accountId that project's account
 * @param clientEnv the environment it serves
 * @param connectorId where its calls go; null until it is assigned
 */
public record PhoneNumber(
    String number,
    String projectId,
    String accountId,
    String clientEnv,
    @Nullable String connectorId) {
  /** The same number, leading to this connector. */
  public PhoneNumber assignedTo(String newConnectorId) {
    return new PhoneNumber(number, projectId, accountId, clientEnv, newConnectorId);
  }

  /** The stored form, which is also the API's. */
  public JsonObject toJson() {
    return new JsonObject()
        .put("number", number)
        .put("projectId", projectId)
        .put("accountId", accountId)
        .put("clientEnv", clientEnv)
        .put("connectorId", connectorId);
  }

  /** Reads the stored form. */
  public static PhoneNumber fromJson(JsonObject json) {
    return new PhoneNumber(
        json.getString("number"),
        json.getString("projectId", ""),
        json.getString("accountId", ""),
        json.getString("clientEnv", "live"),
        json.getString("connectorId"));
  }
}
