package io.callmesh.contracts.session;

import io.vertx.core.json.JsonObject;

/**
 * Asks all workers who has the session of a call.
 *
 * @param callSid the call
 * @param replyTo the address that {@link SessionFound} goes to
 */
public record FindSession(String callSid, String replyTo) {
  /** The wire form. */
  public JsonObject toJson() {
    return new JsonObject().put("callSid", callSid).put("replyTo", replyTo);
  }

  /** Reads the wire form. */
  public static FindSession fromJson(JsonObject json) {
    return new FindSession(json.getString("callSid"), json.getString("replyTo"));
  }
}
