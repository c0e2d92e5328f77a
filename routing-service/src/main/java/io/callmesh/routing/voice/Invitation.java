package io.callmesh.routing.voice;

import io.callmesh.contracts.Ids;
import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.security.Ticket;
import io.callmesh.contracts.security.TicketSeal;
import io.callmesh.contracts.session.StreamParameters;
import io.callmesh.routing.twiml.StreamNoun;
import io.callmesh.routing.voice.TwilioWebhook.Visit;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Invites a call to a stream: a ticket in the stream's URL, an action URL that brings the call's
 * state back, and what the agent must know in parameters.
 *
 * <p>A webhook that Twilio repeats within the same minute of the clock is answered with the same
 * ticket, so that both answers are one.
 */
final class Invitation {
  private static final int MAX_SIP_HEADERS = 20;
  private static final int MAX_SHARED_ID = 256;
  private static final long MINUTE_S = 60;

  /** Twilio's default limit of a call (reference/twilio.md 4.7). */
  private static final Duration LONGEST_CALL = Duration.ofHours(4);

  private final WebhookUrls urls;
  private final TicketSeal seal;
  private final Conversations conversations;
  private final Duration lifetime;
  private final Clock clock;

  /**
   * @param lifetime how long a ticket is good at least; up to a minute more
   */
  Invitation(
      WebhookUrls urls,
      TicketSeal seal,
      Conversations conversations,
      Duration lifetime,
      Clock clock) {
    this.urls = urls;
    this.seal = seal;
    this.conversations = conversations;
    this.lifetime = lifetime;
    this.clock = clock;
  }

  /**
   * The stream of a conversation that begins.
   *
   * @param late whether a document's other verbs may come first, so that the ticket must last for
   *     as long as a call may
   */
  StreamNoun begin(TwilioWebhook call, CallState state, Visit visit, boolean late) {
    String nonce = visit.unique() ? nonce(state, visit.name()) : Ids.hex(12);
    Map<String, String> parameters = parameters(call, state);
    parameters.putAll(sipHeaders(call));
    return noun(call, state, false, nonce, late ? LONGEST_CALL : lifetime, parameters);
  }

  /** Those of the SIP caller's INVITE, as far as this webhook has them. */
  private static Map<String, String> sipHeaders(TwilioWebhook call) {
    Map<String, String> headers = new LinkedHashMap<>();
    call.fields().entrySet().stream()
        .filter(field -> isCustomHeader(field.getKey()))
        .limit(MAX_SIP_HEADERS)
        .forEach(header -> headers.put(header.getKey(), header.getValue()));
    return headers;
  }

  /** What the SBC of a SIP caller has sent along (reference/twilio.md 1.2). */
  private static boolean isCustomHeader(String field) {
    return field.regionMatches(true, 0, "SipHeader_X-", 0, "SipHeader_X-".length());
  }

  /**
   * The stream of a conversation that comes back.
   *
   * @param reason what the agent is told
   * @param custom the customer's own parameters, told again
   */
  StreamNoun resume(
      TwilioWebhook call, CallState state, String reason, Map<String, String> custom) {
    Map<String, String> parameters = parameters(call, state);
    parameters.putAll(sipHeaders(call));
    parameters.putAll(custom);
    parameters.put(StreamParameters.RESUME_REASON, reason);
    String occasion = state.resumed().size() + "/" + state.attempts() + "/" + state.handled();
    return noun(call, state, true, nonce(state, occasion), lifetime, parameters);
  }

  private String nonce(CallState state, String occasion) {
    return conversations.nonce(state.conversationId(), occasion + "/" + minute());
  }

  private static Map<String, String> parameters(TwilioWebhook call, CallState state) {
    Leg leg = Leg.of(call);
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put(StreamParameters.FROM, leg.from());
    parameters.put(StreamParameters.TO, leg.to());
    parameters.put(StreamParameters.SHARED_ID, state.sharedId());
    return parameters;
  }

  private StreamNoun noun(
      TwilioWebhook call,
      CallState state,
      boolean resume,
      String nonce,
      Duration ticketLifetime,
      Map<String, String> parameters) {
    Ticket ticket =
        new Ticket(
            nonce,
            call.callSid(),
            call.accountSid(),
            state.conversationId(),
            state.connectorId(),
            resume,
            Instant.ofEpochSecond((minute() + 1) * MINUTE_S).plus(ticketLifetime));
    return new StreamNoun(
        urls.connectAction(state), urls.stream(seal.seal(ticket)), urls.streamStatus(), parameters);
  }

  private long minute() {
    return clock.instant().getEpochSecond() / MINUTE_S;
  }

  /** The value that a connector's {@code sharedIdParameter} names; empty for none. */
  static String sharedId(
      TwilioWebhook call, Connector connector, Map<String, String> customParameters) {
    String name = connector.sharedIdParameter();
    if (name == null) {
      return "";
    }
    String custom = customParameters.get(name);
    String value = custom != null ? custom : call.getIgnoringCase(name);
    return value.substring(0, Math.min(value.length(), MAX_SHARED_ID));
  }
}
