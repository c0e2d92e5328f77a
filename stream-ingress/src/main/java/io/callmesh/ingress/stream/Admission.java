package io.callmesh.ingress.stream;

import io.callmesh.contracts.Ids;
import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.security.IssuedSecret;
import io.callmesh.contracts.security.Ticket;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a socket was let in with, and so what its {@code start} must say: a ticket, which names the
 * one call it is for, or the promise of a connector token among the parameters.
 */
public sealed interface Admission {
  /**
   * Checks {@code start} against the admission. Succeeds with what the stream is for; empty when
   * the start is not admitted; fails when that cannot be found out.
   */
  Future<Optional<Admitted>> check(TwilioMessage.Start start);

  /** The account whose stream it is. */
  String accountSid();

  /** When the ticket expires, in ms since the epoch; 0 without one. */
  long ticketMs();

  /**
   * What an admitted stream is for.
   *
   * @param parameters the customer's own
   */
  record Admitted(
      String conversationId, String connectorId, boolean resume, Map<String, String> parameters) {}

  /** Let in by a ticket that was checked, and used up, before the 101. */
  record ByTicket(Ticket ticket) implements Admission {
    @Override
    public String accountSid() {
      return ticket.accountSid();
    }

    @Override
    public long ticketMs() {
      return ticket.expiresAt().toEpochMilli();
    }

    @Override
    public Future<Optional<Admitted>> check(TwilioMessage.Start start) {
      boolean itsCall =
          start.callSid().equals(ticket.callSid())
              && start.accountSid().equals(ticket.accountSid());
      return Future.succeededFuture(
          itsCall
              ? Optional.of(
                  new Admitted(
                      ticket.conversationId(),
                      ticket.connectorId(),
                      ticket.resume(),
                      start.parameters()))
              : Optional.empty());
    }
  }

  /**
   * Let in by Twilio's signature alone; {@code start} must bring the token.
   *
   * @param accountSid the account that signed the handshake; {@code start} must be of it
   * @param connectors finds a connector by id
   * @param clock tells whether a replaced token is still good
   */
  record ByToken(
      String accountSid,
      Function<String, Future<Optional<Connector>>> connectors,
      InstantSource clock)
      implements Admission {
    /** The name of the parameter that carries the connector token. */
    static final String PARAMETER = "connectorToken";

    @Override
    public long ticketMs() {
      return 0;
    }

    @Override
    public Future<Optional<Admitted>> check(TwilioMessage.Start start) {
      Map<String, String> parameters = new HashMap<>(start.parameters());
      String token = String.valueOf(parameters.remove(PARAMETER));
      return IssuedSecret.claimedId(IssuedSecret.CONNECTOR_TOKEN, token)
          .filter(id -> start.accountSid().equals(accountSid))
          .map(connectors)
          .orElseGet(() -> Future.succeededFuture(Optional.empty()))
          .map(
              found ->
                  found
                      .filter(connector -> connector.accepts(token, clock.instant()))
                      .map(
                          connector ->
                              new Admitted(
                                  Ids.conversation(), connector.connectorId(), false, parameters)));
    }
  }
}
