package io.callmesh.simulator.conformance;

import io.callmesh.simulator.twilio.CallException;
import io.callmesh.simulator.twilio.CallPlan;
import io.callmesh.simulator.twilio.StreamInvitation;
import io.callmesh.simulator.twilio.TwilioSimulator;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Streams of calls that a voice webhook takes: each call is a new one, and asks the webhook where
 * its audio goes. For servers whose URL is another for each call.
 */
public final class InvitedStreams implements StreamSource {
  private static final long PATIENCE_S = 20;

  private final TwilioSimulator twilio;
  private final String path;
  private final String from;
  private final String to;
  private final Map<String, String> parameters;

  /**
   * Calls to a number.
   *
   * @param path of the voice webhook
   * @param parameters besides those of the TwiML
   */
  public InvitedStreams(
      TwilioSimulator twilio, String path, String from, String to, Map<String, String> parameters) {
    this.twilio = twilio;
    this.path = path;
    this.from = from;
    this.to = to;
    this.parameters = Map.copyOf(parameters);
  }

  @Override
  public StreamInvitation next() throws IOException {
    CallPlan plan = CallPlan.of(from, to, List.of(), Duration.ofMinutes(5)).at(path);
    try {
      StreamInvitation call = twilio.invite(plan).await(PATIENCE_S, TimeUnit.SECONDS);
      Map<String, String> all = new HashMap<>(call.parameters());
      all.putAll(parameters);
      return new StreamInvitation(call.callSid(), call.url(), call.endpoint(), call.signed(), all);
    } catch (CallException e) {
      throw new IOException(e.getMessage(), e);
    } catch (TimeoutException e) {
      throw new IOException("the voice webhook did not answer", e);
    }
  }
}
