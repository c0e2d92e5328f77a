package io.callmesh.contracts.session;

import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.TreeMap;

/**
 * Asks a worker to open a session for a stream. Answered with {@link SessionOpened} as soon as the
 * worker takes frames, which is before its agent is connected.
 *
 * @param streamKey the key that all frames of this stream carry
 * @param ingressAddress where the worker sends its frames for this stream
 * @param streamSid Twilio's name of the stream
 * @param callSid Twilio's name of the call
 * @param accountSid the Twilio account of the call
 * @param conversationId ours; the same again when the call comes back
 * @param connectorId whose agent is wanted
 * @param from the caller's number, empty when unknown
 * @param to the called number, empty when unknown
 * @param customParameters the customer's own {@code <Parameter>} values
 * @param resume true when this conversation was here before
 * @param resumeReason why it comes back, such as {@code interrupted} or {@code transfer_busy};
 *     empty when it does not
 * @param sharedId an identifier of the integrator's own for the conversation; empty for none
 */
public record OpenSession(
    long streamKey,
    String ingressAddress,
    String streamSid,
    String callSid,
    String accountSid,
    String conversationId,
    String connectorId,
    String from,
    String to,
    Map<String, String> customParameters,
    boolean resume,
    String resumeReason,
    String sharedId) {
  public OpenSession {
    customParameters = Map.copyOf(customParameters);
  }

  /** The wire form. */
  public JsonObject toJson() {
    JsonObject parameters = new JsonObject();
    new TreeMap<>(customParameters).forEach(parameters::put);
    return new JsonObject()
        .put("streamKey", streamKey)
        .put("ingressAddress", ingressAddress)
        .put("streamSid", streamSid)
        .put("callSid", callSid)
        .put("accountSid", accountSid)
        .put("conversationId", conversationId)
        .put("connectorId", connectorId)
        .put("from", from)
        .put("to", to)
        .put("customParameters", parameters)
        .put("resume", resume)
        .put("resumeReason", resumeReason)
        .put("sharedId", sharedId);
  }

  /** Reads the wire form. */
  public static OpenSession fromJson(JsonObject json) {
    Map<String, String> parameters = new TreeMap<>();
    json.getJsonObject("customParameters", new JsonObject())
        .forEach(entry -> parameters.put(entry.getKey(), String.valueOf(entry.getValue())));
    return new OpenSession(
        json.getLong("streamKey"),
        json.getString("ingressAddress"),
        json.getString("streamSid"),
        json.getString("callSid"),
        json.getString("accountSid"),
        json.getString("conversationId"),
        json.getString("connectorId"),
        json.getString("from", ""),
        json.getString("to", ""),
        parameters,
        json.getBoolean("resume", false),
        json.getString("resumeReason", ""),
        json.getString("sharedId", ""));
  }
}
