package io.callmesh.contracts.session;

import io.vertx.core.json.JsonObject;

/**
 * The answer to {@link FindSession}: the call is with an agent now.
 *
 * @param callSid the call
 * @param accountSid its Twilio account
 * @param conversationId the conversation
 * @param connectorId the connector that carries it
 */
public record SessionFound(
    String callSid, String accountSid, String conversationId, String connectorId) {
  /** The wire form. */
  public JsonObject toJson() {
    return new JsonObject()
        .put("callSid", callSid)
        .put("accountSid", accountSid)
        .put("conversationId", conversationId)
        .put("connectorId", connectorId);
  }

  /** Reads the wire form. */
  public static SessionFound fromJson(JsonObject json) {
    return new SessionFound(
        json.getString("callSid"),
        json.getString("accountSid"),
        json.getString("conversationId"),
        json.getString("connectorId"));
  }
}
