package io.callmesh.contracts.session;

import io.vertx.core.json.JsonObject;

/**
 * The answer to {@link FindSession}: the call is with an agent now.
 *
 * @param callSid the call
 * @param accountSid its Twilio account
 * @param conversationId the conversation
 * @param connectorId the connector that carries it
 * @param sharedId an identifier of the integrator's own for the conversation; empty for none
 */
public record SessionFound(
    String callSid, String accountSid, String conversationId, String connectorId, String sharedId) {
  /** The wire form. */
  public JsonObject toJson() {
    return new JsonObject()
        .put("callSid", callSid)
        .put("accountSid", accountSid)
        .put("conversationId", conversationId)
        .put("connectorId", connectorId)
        .put("sharedId", sharedId);
  }

  /** Reads the wire form. */
  public static SessionFound fromJson(JsonObject json) {
    return new SessionFound(
        json.getString("callSid"),
        json.getString("accountSid"),
        json.getString("conversationId"),
        json.getString("connectorId"),
        json.getString("sharedId", ""));
  }
}
