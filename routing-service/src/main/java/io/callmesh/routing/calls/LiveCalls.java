package io.callmesh.routing.calls;

import static net.logstash.logback.argument.StructuredArguments.kv;

import io.callmesh.contracts.connector.Destination;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.session.SessionFound;
import io.callmesh.routing.connector.Connectors;
import io.callmesh.routing.handoff.Outcomes;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds calls that are on, transfers them, and hangs them up. Each change is first stored as the
 * call's outcome and then told to Twilio, because Twilio may ask for the {@code <Connect>} action
 * meanwhile (reference/twilio.md 5 and 11.8): both ways must lead to the same place. For one event
 * loop.
 */
public final class LiveCalls {
  /** Where the TwiML of a transfer is, below the public URL. */
  public static final String TRANSFER_PATH = "/twilio/transfer";

  /** In the transfer's URL: the id of the connector. */
  public static final String CONNECTOR = "connector";

  /** In the transfer's URL: the id of the conversation. */
  public static final String CONVERSATION = "conversation";

  /** In the transfer's URL: the conversation's shared id; left out for none. */
  public static final String SHARED_ID = "shared";

  /** In the transfer's URL: the name of the destination, for when no outcome could be stored. */
  public static final String DESTINATION = "destination";

  /** In the transfer's URL: the reason, for when no outcome could be stored. */
  public static final String REASON = "reason";

  private static final Logger log = LoggerFactory.getLogger(LiveCalls.class);

  private final Sessions sessions;
  private final Outcomes outcomes;
  private final Connectors connectors;
  private final TwilioCalls twilio;
  private final String publicUrl;
  private final InstantSource clock;

  LiveCalls(
      Sessions sessions,
      Outcomes outcomes,
      Connectors connectors,
      TwilioCalls twilio,
      String publicUrl,
      InstantSource clock) {
    this.sessions = sessions;
    this.outcomes = outcomes;
    this.connectors = connectors;
    this.twilio = twilio;
    this.publicUrl = publicUrl;
    this.clock = clock;
  }

  /**
   * Where Twilio gets the TwiML that takes a call to a destination. It holds all that the webhook
   * needs to know; Twilio signs it, so what comes back in it is ours.
   *
   * @param publicUrl the base URL that Twilio is given
   */
  public static String transferUrl(
      String publicUrl,
      String connectorId,
      String conversationId,
      @Nullable String sharedId,
      String destination,
      String reason) {
    String shared = sharedId == null ? "" : "&" + parameter(SHARED_ID, sharedId);
    return publicUrl
        + TRANSFER_PATH
        + "?"
        + String.join(
            "&",
            parameter(CONNECTOR, connectorId),
            parameter(CONVERSATION, conversationId) + shared,
            parameter(DESTINATION, destination),
            parameter(REASON, reason));
  }

  private static String parameter(String name, String value) {
    // A plus is a blank in a form only; nobody takes %20 for anything else.
    return name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** The call; empty when no agent has it and none handed it off. Fails when nobody can say. */
  Future<Optional<LiveCall>> find(String callSid) {
    Future<Optional<SessionFound>> session = sessions.of(callSid);
    Future<Optional<Outcome>> outcome = outcomes.of(callSid);
    return Future.join(session, outcome)
        .transform(
            done ->
                session.failed()
                    ? Future.failedFuture(session.cause())
                    : session
                        .result()
                        .map(found -> withAgent(found, outcome))
                        .orElseGet(() -> outcome.compose(this::handedOff)));
  }

  private Future<Optional<LiveCall>> withAgent(
      SessionFound session, AsyncResult<Optional<Outcome>> outcome) {
    Outcome soFar = outcome.succeeded() ? outcome.result().orElse(null) : null;
    return connectors
        .find(session.connectorId())
        .map(
            found ->
                found.map(
                    connector ->
                        LiveCall.withAgent(session, connector, soFar, outcome.succeeded())));
  }

  private Future<Optional<LiveCall>> handedOff(Optional<Outcome> outcome) {
    if (outcome.isEmpty()) {
      return Future.succeededFuture(Optional.empty());
    }
    return connectors
        .find(outcome.get().connectorId())
        .map(connector -> Optional.of(LiveCall.handedOff(outcome.get(), connector)));
  }

  /**
   * Sends a call to a destination of its connector's.
   *
   * @return whether the outcome is stored too, once Twilio has accepted the transfer; fails as
   *     {@link TwilioCalls#redirect} does
   */
  Future<Boolean> transfer(
      LiveCall call, Destination destination, String reason, @Nullable String utterance) {
    Outcome outcome =
        call.decided(Outcome.Kind.HANDOFF, destination.name(), reason, utterance, clock.instant());
    String url =
        transferUrl(
            publicUrl,
            call.connectorId(),
            call.conversationId(),
            call.sharedId(),
            destination.name(),
            reason);
    return store(call, outcome)
        .compose(
            stored ->
                twilio.redirect(call.accountSid(), call.callSid(), url).map(accepted -> stored));
  }

  /**
   * Ends a call. One that was handed off keeps its outcome: the person who has it may be reading
   * it.
   *
   * @return fails as {@link TwilioCalls#hangUp} does
   */
  Future<Void> hangUp(LiveCall call, String reason) {
    Outcome outcome = call.decided(Outcome.Kind.HANGUP, null, reason, null, clock.instant());
    Future<Boolean> stored =
        call.withAgent() ? store(call, outcome) : Future.succeededFuture(false);
    return stored.compose(done -> twilio.hangUp(call.accountSid(), call.callSid()));
  }

  /**
   * Whether it is stored; never fails. An outcome that could not be read is not overwritten: its
   * state would be lost.
   */
  private Future<Boolean> store(LiveCall call, Outcome outcome) {
    Future<Void> stored =
        call.outcomeKnown()
            ? outcomes.store(outcome)
            : Future.failedFuture("the outcome so far could not be read");
    return stored
        .map(true)
        .recover(
            cause -> {
              log.error(
                  "{} {} outcome {} not stored: {}",
                  kv("callSid", call.callSid()),
                  kv("conversationId", call.conversationId()),
                  outcome.kind(),
                  cause.getMessage());
              return Future.succeededFuture(false);
            });
  }
}
