package io.callmesh.contracts.handoff;

import io.vertx.core.json.JsonObject;

/**
 * Asks for the {@link Outcome} of a call; fails with {@code NOT_FOUND} when there is none. What the
 * asker knows already is answered only by a replica that has looked for something newer.
 *
 * @param callSid the call
 * @param conversationId the conversation whose outcome is wanted; empty for whichever
 * @param knownMs when the outcome was decided that is known, in ms since the epoch; 0 for none
 */
public record FindOutcome(String callSid, String conversationId, long knownMs) {
  /** Asks for whichever is there. */
  public FindOutcome(String callSid) {
    this(callSid, "", 0);
  }

  /** Whether this outcome answers, and is not one that is known or another conversation's. */
  public boolean isAnsweredBy(Outcome outcome) {
    boolean itsConversation =
        conversationId.isEmpty() || conversationId.equals(outcome.conversationId());
    return itsConversation && outcome.decidedAt().toEpochMilli() > knownMs;
  }

  /** The wire form. */
  public JsonObject toJson() {
    return new JsonObject()
        .put("callSid", callSid)
        .put("conversationId", conversationId)
        .put("knownMs", knownMs);
  }

  /** Reads the wire form. */
  public static FindOutcome fromJson(JsonObject json) {
    return new FindOutcome(
        json.getString("callSid"),
        json.getString("conversationId", ""),
        json.getLong("knownMs", 0L));
  }
}
