package io.callmesh.routing.voice;

import io.callmesh.contracts.Ids;
import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.security.Ticket;
import io.callmesh.contracts.security.TicketSeal;
import io.callmesh.contracts.session.StreamParameters;
import io.callmesh.routing.RoutingConfig;
import io.callmesh.routing.twiml.StreamNoun;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Invites a call to a stream: a fresh ticket in the stream's URL, and an action URL that brings
 * back what routing-service, which keeps no call in memory, must know then. Twilio signs that URL,
 * so what comes back in it is ours.
 */
final class Invitation {
  static final String CONNECTOR = "connector";
  static final String CONVERSATION = "conversation";
  static final String RESUMES = "resumes";

  private final RoutingConfig config;
  private final TicketSeal seal;
  private final Clock clock;

  Invitation(RoutingConfig config, TicketSeal seal, Clock clock) {
    this.config = config;
    this.seal = seal;
    this.clock = clock;
  }

  /**
   * The stream for a call.
   *
   * @param resumes how often this call was sent back before; 0 for a call that is new
   */
  StreamNoun to(TwilioWebhook call, Connector connector, String conversationId, int resumes) {
    Ticket ticket =
        new Ticket(
            Ids.hex(12),
            call.callSid(),
            call.accountSid(),
            conversationId,
            connector.connectorId(),
            resumes > 0,
            clock.instant().plus(config.ticketLifetime()));
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put(StreamParameters.FROM, call.get("From"));
    parameters.put(StreamParameters.TO, call.get("To"));
    String web = config.urls().web();
    return new StreamNoun(
        web
            + "/twilio/connect-action?"
            + CONNECTOR
            + "="
            + encode(connector.connectorId())
            + "&"
            + CONVERSATION
            + "="
            + encode(conversationId)
            + "&"
            + RESUMES
            + "="
            + resumes,
        config.urls().streams() + "/streams/" + seal.seal(ticket),
        web + "/twilio/stream-status",
        parameters);
  }

  private static String encode(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }
}
