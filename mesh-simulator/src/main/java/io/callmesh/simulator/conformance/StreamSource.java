package io.callmesh.simulator.conformance;

import io.callmesh.simulator.twilio.CallPlan;
import io.callmesh.simulator.twilio.StreamInvitation;
import java.io.IOException;
import java.net.URI;
import java.util.Map;

/** Says where the next stream goes: always to the same URL, or where a voice webhook says. */
public interface StreamSource {
  /** The invitation of a call that was not there before. Blocks; safe on any thread. */
  StreamInvitation next() throws IOException;

  /**
   * One URL for all streams.
   *
   * @param endpoint where to connect, {@code ws} or {@code wss}, without a query
   * @param url as TwiML has it, perhaps with a query, which Twilio drops; it is signed without
   */
  static StreamSource at(URI endpoint, String url, Map<String, String> parameters) {
    int query = url.indexOf('?');
    String signed = query < 0 ? url : url.substring(0, query);
    return () -> new StreamInvitation(CallPlan.newCallSid(), url, endpoint, signed, parameters);
  }
}
