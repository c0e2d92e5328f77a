package io.callmesh.contracts.handoff;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
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
 * @param state the handoff state, exactly as the agent gave it
 * @param transcript what was said before, as far as the agent told
 * @param decidedAt when the agent, or whoever acts for it, asked for it, to the millisecond: with
 *     the CallSid it names the outcome, also to those who know no finer time
 * @param expiresAt when it is served no more; null, as it comes from a worker, for the lifetime
 *     that handoff-service gives it
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
    HandoffData state,
    Transcript transcript,
    Instant decidedAt,
    @Nullable Instant expiresAt) {

  /** The two ways an agent ends its part of a call. */
  public enum Kind {
    /** To a person, or wherever the destination leads. */
    HANDOFF,
    /** The call is over. */
    HANGUP
  }

  public Outcome {
    decidedAt = decidedAt.truncatedTo(ChronoUnit.MILLIS);
  }

  /** The same outcome, which is not served from then on. */
  public Outcome expiringAt(Instant time) {
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
        transcript,
        decidedAt,
        time);
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
            .put("state", state.text())
            .put("decidedAt", decidedAt.toString());
    putPresent(json, "destination", destination);
    putPresent(json, "reason", reason);
    putPresent(json, "utterance", utterance);
    putPresent(json, "sharedId", sharedId);
    if (utteranceSpoken) {
      json.put("utteranceSpoken", true);
    }
    if (!transcript.isEmpty()) {
      json.put("transcript", transcript.text());
    }
    return expiresAt == null ? json : json.put("expiresAt", expiresAt.toString());
  }

  /** Reads the wire form. Throws an {@link IllegalArgumentException} when it is none. */
  public static Outcome fromJson(JsonObject json) {
    return of(Members.of(json));
  }

  /** Reads the stored form, UTF-8. Throws an {@link IllegalArgumentException} when it is none. */
  public static Outcome fromBytes(byte[] json) {
    return of(Members.of(json));
  }

  private static Outcome of(Members members) {
    String expiresAt = members.optional("expiresAt");
    return new Outcome(
        members.text("callSid"),
        Repeated.text(members.text("accountSid")),
        members.text("conversationId"),
        Repeated.text(members.text("connectorId")),
        Repeated.text(members.text("accountId")),
        Repeated.text(members.text("projectId")),
        Kind.valueOf(members.text("kind")),
        Repeated.optional(members.optional("destination")),
        Repeated.optional(members.optional("reason")),
        members.optional("utterance"),
        members.isTrue("utteranceSpoken"),
        members.optional("sharedId"),
        HandoffData.stored(members.text("state")),
        Transcript.stored(members.optional("transcript")),
        Instants.parse(members.text("decidedAt")),
        expiresAt == null ? null : Instants.parse(expiresAt));
  }

  private static void putPresent(JsonObject json, String name, @Nullable String value) {
    if (value != null) {
      json.put(name, value);
    }
  }
}
