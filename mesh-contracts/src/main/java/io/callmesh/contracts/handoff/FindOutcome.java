package io.callmesh.contracts.handoff;

import io.vertx.core.json.JsonObject;

/**
 * Asks for the {@link Outcome} of a call; fails with {@code NOT_FOUND} when there is none, and with
 * {@code GONE} when there is none any more that is as late as the asker's. What the asker knows
 * already is answered only by a replica that has looked for something newer.
 *
 * @param callSid the call
 * @param conversationId the conversation whose outcome is wanted; empty for whichever
 * @param knownMs when the outcome was decided that is known, in ms since the epoch; 0 for none
 * @param offeredMs when the outcome was decided that the asker has from the call's worker, in ms
 *     since the epoch; 0 for none
 */
public record FindOutcome(String callSid, String conversationId, long knownMs, long offeredMs) {
  /** Asks for whichever is there. */
  public FindOutcome(String callSid) {
    this(callSid, "", 0);
  }

  /** Asks for what is not known yet. */
  public FindOutcome(String callSid, String conversationId, long knownMs) {
    this(callSid, conversationId, knownMs, 0);
  }

  /** The same of somebody who has this outcome of the call from its worker. */
  public FindOutcome offered(Outcome outcome) {
    return new FindOutcome(callSid, conversationId, knownMs, outcome.decidedAt().toEpochMilli());
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
        .put("knownMs", knownMs)
        .put("offeredMs", offeredMs);
  }

  /** Reads the wire form. */
  public static FindOutcome fromJson(JsonObject json) {
    return new FindOutcome(
        json.getString("callSid"),
        json.getString("conversationId", ""),
        json.getLong("knownMs", 0L),
        json.getLong("offeredMs", 0L));
  }
}
