package io.callmesh.ingress;

import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.security.Ticket;
import io.callmesh.contracts.security.TicketSeal;
import io.callmesh.contracts.twilio.TwilioSignature;
import io.callmesh.ingress.IngressMetrics.Refusal;
import io.callmesh.ingress.stream.Admission;
import io.callmesh.ingress.stream.StreamTable;
import io.callmesh.runtime.security.TwilioRequests;
import io.callmesh.runtime.web.Problem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.shareddata.AsyncMap;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Duration;
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
  private static final String USED_TICKETS = "callmesh.tickets.used";

  private final Vertx vertx;
  private final TwilioRequests requests;
  private final TicketSeal seal;
  private final Function<String, Future<Optional<Connector>>> connectors;
  private final IngressMetrics metrics;
  private final Clock clock;

  StreamHandshake(
      Vertx vertx,
      TwilioRequests requests,
      TicketSeal seal,
      Function<String, Future<Optional<Connector>>> connectors,
      IngressMetrics metrics,
      Clock clock) {
    this.vertx = vertx;
    this.requests = requests;
    this.seal = seal;
    this.connectors = connectors;
    this.metrics = metrics;
    this.clock = clock;
  }

  /** {@code /streams/{ticket}}. */
  void byTicket(RoutingContext context, StreamTable table) {
    Ticket ticket = seal.open(context.pathParam("ticket")).orElse(null);
    if (ticket == null) {
      refuse(context, Refusal.TICKET, 403, "the ticket is not valid, or has expired");
    } else if (!requests.genuineHandshake(
        ticket.accountSid(), target(context), signature(context))) {
      refuse(context, Refusal.SIGNATURE, 403, "X-Twilio-Signature is missing or wrong");
    } else if (mayEnter(context, table)) {
      context.request().pause();
      useUp(ticket)
          .onSuccess(
              fresh -> {
                if (fresh) {
                  upgrade(context, table, new Admission.ByTicket(ticket));
                } else {
                  refuse(context, Refusal.TICKET_USED, 403, "the ticket was used before");
                }
              })
          .onFailure(context::fail);
    }
  }

  /** {@code /streams}, for TwiML that a customer hosts: the token comes with {@code start}. */
  void byToken(RoutingContext context, StreamTable table) {
    if (!requests.genuineHandshake(target(context), signature(context))) {
      refuse(context, Refusal.SIGNATURE, 403, "X-Twilio-Signature is missing or wrong");
    } else if (mayEnter(context, table)) {
      upgrade(context, table, new Admission.ByToken(connectors));
    }
  }

  private boolean mayEnter(RoutingContext context, StreamTable table) {
    if (!context.request().canUpgradeToWebSocket()) {
      refuse(context, Refusal.NO_UPGRADE, 426, "this path takes WebSocket handshakes only");
      return false;
    }
    if (!table.hasRoom()) {
      refuse(context, Refusal.FULL, 503, "no room for another stream");
      return false;
    }
    return true;
  }

  /** Succeeds with true the first time in the whole cluster. */
  private Future<Boolean> useUp(Ticket ticket) {
    long ttlMs = Duration.between(clock.instant(), ticket.expiresAt()).toMillis();
    return vertx
        .sharedData()
        .<String, Boolean>getAsyncMap(USED_TICKETS)
        .compose(
            (AsyncMap<String, Boolean> used) ->
                used.putIfAbsent(ticket.nonce(), true, Math.max(1, ttlMs)))
        .map(before -> before == null);
  }

  private void upgrade(RoutingContext context, StreamTable table, Admission admission) {
    context
        .request()
        .toWebSocket()
        .onSuccess(socket -> table.accept(socket, admission))
        .onFailure(cause -> log.warn("handshake failed: {}", cause.toString()));
  }

  private void refuse(RoutingContext context, Refusal reason, int status, String detail) {
    metrics.refused(reason);
    log.warn("handshake refused: {}", detail);
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
