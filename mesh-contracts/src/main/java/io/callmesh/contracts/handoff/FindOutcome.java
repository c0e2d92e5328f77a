package io.callmesh.contracts.handoff;

import io.vertx.core.json.JsonObject;

/**
 * Asks for the {@link Outcome} of a call; fails with {@code NOT_FOUND} when there is none.
 *
 * @param callSid the call
 */
public record FindOutcome(String callSid) {
  /** The wire form. */
  public JsonObject toJson() {
    return new JsonObject().put("callSid", callSid);
  }

  /** Reads the wire form. */
  public static FindOutcome fromJson(JsonObject json) {
    return new FindOutcome(json.getString("callSid"));
  }
}
