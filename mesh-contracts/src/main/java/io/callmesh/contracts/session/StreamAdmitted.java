package io.callmesh.contracts.session;

import io.vertx.core.json.JsonObject;

/**
 * Tells every ingress that a call has a new stream: Twilio gives a call one at a time, so an older
 * one is left over, and whoever has it closes it.
 *
 * @param callSid the call
 * @param ingressAddress where the new stream is; it settles its own older streams itself
 * @param ticketed whether a ticket admitted it; a connector token does not displace a ticket
 */
public record StreamAdmitted(String callSid, String ingressAddress, boolean ticketed) {
  /** The wire form. */
  public JsonObject toJson() {
    return new JsonObject()
        .put("callSid", callSid)
        .put("ingressAddress", ingressAddress)
        .put("ticketed", ticketed);
  }

  /** Reads the wire form. */
  public static StreamAdmitted fromJson(JsonObject json) {
    return new StreamAdmitted(
        json.getString("callSid"),
        json.getString("ingressAddress"),
        json.getBoolean("ticketed", false));
  }
}
