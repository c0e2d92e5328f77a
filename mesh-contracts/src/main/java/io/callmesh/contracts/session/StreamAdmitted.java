package io.callmesh.contracts.session;

import io.vertx.core.json.JsonObject;
import java.util.Comparator;

/**
 * Tells every ingress that a call has a new stream: Twilio gives a call one at a time, so of two
 * the one that is outranked is left over, and whoever has it closes it.
 *
 * @param callSid the call
 * @param ingressAddress where the stream is; it settles its own streams itself
 * @param ticketMs when the ticket that admitted it expires, in ms since the epoch; 0 for a
 *     connector token, which so displaces no ticket
 * @param admittedMs when it was admitted, in ms since the epoch
 * @param streamKey tells apart what is equal in all else
 */
public record StreamAdmitted(
    String callSid, String ingressAddress, long ticketMs, long admittedMs, long streamKey) {
  private static final Comparator<StreamAdmitted> RANK =
      Comparator.comparingLong(StreamAdmitted::ticketMs)
          .thenComparingLong(StreamAdmitted::admittedMs)
          .thenComparingLong(StreamAdmitted::streamKey);

  /** Whether the call is this stream's and not the other's; everybody judges alike. */
  public boolean outranks(StreamAdmitted other) {
    return RANK.compare(this, other) > 0;
  }

  /** The wire form. */
  public JsonObject toJson() {
    return new JsonObject()
        .put("callSid", callSid)
        .put("ingressAddress", ingressAddress)
        .put("ticketMs", ticketMs)
        .put("admittedMs", admittedMs)
        .put("streamKey", streamKey);
  }

  /** Reads the wire form. */
  public static StreamAdmitted fromJson(JsonObject json) {
    return new StreamAdmitted(
        json.getString("callSid"),
        json.getString("ingressAddress"),
        json.getLong("ticketMs", 0L),
        json.getLong("admittedMs", 0L),
        json.getLong("streamKey", 0L));
  }
}
