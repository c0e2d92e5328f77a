package io.callmesh.contracts.handoff;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How the agent's part of a call ended: the value of {@code callmesh.outcomes.v1}, keyed by
 * CallSid, and the request {@code handoff.store}.
 *
 * @param callSid the call
 * @param accountSid the call's Twilio account
 * @param conversationId the conversation
 * @param connectorId the connector that carried it
 * @param accountId whose it is; API keys are scoped to it
 * @param projectId the project in that account
 * @param kind handoff or hangup
 * @param destination the name of the destination wanted; null for the connector's default
 * @param reason machine-readable, such as {@code needs_human}
 * @param utterance a sentence to speak before the transfer
 * @param utteranceSpoken true when the agent has spoken it itself
 * @param sharedId an identifier of the integrator's own
 * @param state the handoff state, exactly as the agent gave it; nobody changes it
 * @param storedAt when it was stored
 * @param receipt the first read; null until there was one
 */
public record Outcome(
    String callSid,
    String accountSid,
    String conversationId,
    String connectorId,
    String accountId,
    String projectId,
    Kind kind,
    @Nullable String destination,
    @Nullable String reason,
    @Nullable String utterance,
    boolean utteranceSpoken,
    @Nullable String sharedId,
    JsonObject state,
    Instant storedAt,
    @Nullable Receipt receipt) {

  /** The two ways an agent ends its part of a call. */
  public enum Kind {
    /** To a person, or wherever the destination leads. */
    HANDOFF,
    /** The call is over. */
    HANGUP
  }

  /** The same outcome, with the proof that it was read. */
  public Outcome withReceipt(Receipt proof) {
    return new Outcome(
        callSid,
        accountSid,
        conversationId,
        connectorId,
        accountId,
        projectId,
        kind,
        destination,
        reason,
        utterance,
        utteranceSpoken,
        sharedId,
        state,
        storedAt,
        proof);
  }

  /** The stored and wire form. */
  public JsonObject toJson() {
    JsonObject json =
        new JsonObject()
            .put("callSid", callSid)
            .put("accountSid", accountSid)
            .put("conversationId", conversationId)
            .put("connectorId", connectorId)
            .put("accountId", accountId)
            .put("projectId", projectId)
            .put("kind", kind.name())
            .put("state", state)
            .put("storedAt", storedAt.toString());
    putPresent(json, "destination", destination);
    putPresent(json, "reason", reason);
    putPresent(json, "utterance", utterance);
    putPresent(json, "sharedId", sharedId);
    if (utteranceSpoken) {
      json.put("utteranceSpoken", true);
    }
    return receipt == null ? json : json.put("receipt", receipt.toJson());
  }

  /** Reads the stored and wire form. */
  public static Outcome fromJson(JsonObject json) {
    JsonObject receipt = json.getJsonObject("receipt");
    return new Outcome(
        json.getString("callSid"),
        json.getString("accountSid", ""),
        json.getString("conversationId"),
        json.getString("connectorId"),
        json.getString("accountId", ""),
        json.getString("projectId", ""),
        Kind.valueOf(json.getString("kind")),
        json.getString("destination"),
        json.getString("reason"),
        json.getString("utterance"),
        json.getBoolean("utteranceSpoken", false),
        json.getString("sharedId"),
        json.getJsonObject("state", new JsonObject()),
        Instant.parse(json.getString("storedAt")),
        receipt == null ? null : Receipt.fromJson(receipt));
  }

  private static void putPresent(JsonObject json, String name, @Nullable String value) {
    if (value != null) {
      json.put(name, value);
    }
  }
}
