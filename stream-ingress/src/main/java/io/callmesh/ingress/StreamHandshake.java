package io.callmesh.ingress;

import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.security.Ticket;
import io.callmesh.contracts.security.TicketSeal;
import io.callmesh.contracts.twilio.TwilioSignature;
import io.callmesh.ingress.IngressMetrics.Refusal;
import io.callmesh.ingress.stream.Admission;
import io.callmesh.ingress.stream.StreamTable;
import io.callmesh.runtime.LogThrottle;
import io.callmesh.runtime.security.TwilioRequests;
import io.callmesh.runtime.web.Problem;
import io.vertx.core.Future;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The door of the streams: refuses before the 101 whatever is not a genuine handshake of Twilio's
 * with a good ticket (design.md, "Who may do what"). The ticket stands in no log.
 */
final class StreamHandshake {
  private static final Logger log = LoggerFactory.getLogger(StreamHandshake.class);
  private final LogThrottle refusals = new LogThrottle(Duration.ofSeconds(5));
  private final TwilioRequests requests;
  private final TicketSeal seal;
  private final UsedTickets tickets;
  private final Function<String, Future<Optional<Connector>>> connectors;
  private final InstantSource clock;
  private final IngressMetrics metrics;

  StreamHandshake(
      TwilioRequests requests,
      TicketSeal seal,
      UsedTickets tickets,
      Function<String, Future<Optional<Connector>>> connectors,
      InstantSource clock,
      IngressMetrics metrics) {
    this.requests = requests;
    this.seal = seal;
    this.tickets = tickets;
    this.connectors = connectors;
    this.clock = clock;
    this.metrics = metrics;
  }

  /** {@code /streams/{ticket}}. */
  void byTicket(RoutingContext context, StreamTable table) {
    Ticket ticket = seal.open(context.pathParam("ticket")).orElse(null);
    if (ticket == null) {
      refuse(context, Refusal.TICKET, 403, "the ticket is not valid, or has expired");
    } else if (!requests.genuineHandshake(
        ticket.accountSid(), target(context), signature(context))) {
      refuse(context, Refusal.SIGNATURE, 403, "X-Twilio-Signature is missing or wrong");
    } else if (mayEnter(context, table, ticket.accountSid())) {
      context.request().pause();
      tickets
          .useUp(ticket)
          .onSuccess(
              fresh -> {
                if (fresh) {
                  upgrade(context, table, new Admission.ByTicket(ticket));
                } else {
                  table.leave(ticket.accountSid());
                  refuse(context, Refusal.TICKET_USED, 403, "the ticket was used before");
                }
              })
          .onFailure(
              cause -> {
                table.leave(ticket.accountSid());
                log.error("cannot tell whether a ticket was used: {}", cause.toString());
                refuse(context, Refusal.UNKNOWN, 503, "the ticket cannot be checked now");
              });
    }
  }

  /** {@code /streams}, for TwiML that a customer hosts: the token comes with {@code start}. */
  void byToken(RoutingContext context, StreamTable table) {
    Optional<String> signer = requests.handshakeSigner(target(context), signature(context));
    if (signer.isEmpty()) {
      refuse(context, Refusal.SIGNATURE, 403, "X-Twilio-Signature is missing or wrong");
    } else if (mayEnter(context, table, signer.get())) {
      upgrade(context, table, new Admission.ByToken(signer.get(), connectors, clock));
    }
  }

  private boolean mayEnter(RoutingContext context, StreamTable table, String accountSid) {
    if (!context.request().canUpgradeToWebSocket()) {
      refuse(context, Refusal.NO_UPGRADE, 426, "this path takes WebSocket handshakes only");
      return false;
    }
    if (!table.enter(accountSid)) {
      refuse(context, Refusal.FULL, 503, "no room for another stream");
      return false;
    }
    return true;
  }

  private void upgrade(RoutingContext context, StreamTable table, Admission admission) {
    HttpConnection connection = context.request().connection();
    context
        .request()
        .toWebSocket()
        .onSuccess(socket -> table.accept(connection, socket, admission))
        .onFailure(
            cause -> {
              table.leave(admission.accountSid());
              log.warn("handshake failed: {}", cause.toString());
            });
  }

  private void refuse(RoutingContext context, Refusal reason, int status, String detail) {
    metrics.refused(reason);
    if (refusals.permits()) {
      log.warn("handshake refused: {}", detail);
    }
    context.request().resume();
    context.fail(new Problem(status, detail));
  }

  private static String target(RoutingContext context) {
    return context.request().uri();
  }

  private static @Nullable String signature(RoutingContext context) {
    HttpServerRequest request = context.request();
    return request.getHeader(TwilioSignature.HEADER);
  }
}
