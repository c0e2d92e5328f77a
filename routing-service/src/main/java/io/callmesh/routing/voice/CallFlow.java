package io.callmesh.routing.voice;

import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.connector.Destination;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.security.Masked;
import io.callmesh.routing.RoutingMetrics.Answer;
import io.callmesh.routing.RoutingMetrics.NotTaken;
import io.callmesh.routing.connector.ConnectorDirectory;
import io.callmesh.routing.twiml.Twiml;
import io.callmesh.runtime.security.TwilioAccounts;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a call goes next, whatever webhook asks: to a destination, to the next one, back to the
 * agent, to a person. Every way ends: transfers are bounded for a call, resumes for a minute of it,
 * and what is left then is an apology, never silence.
 */
final class CallFlow {
  /** What a call that was interrupted tells its agent, and its rescuer. */
  static final String INTERRUPTED = "interrupted";

  private static final String NO_CAPACITY = "no_capacity";
  private static final String NO_AGENT = "no_agent";

  private final TwilioAccounts accounts;
  private final ConnectorDirectory connectors;
  private final Documents documents;
  private final Invitation invitation;
  private final Transfers transfers;
  private final Room room;
  private final CallStory story;
  private final Limits limits;
  private final Clock clock;

  /** Whether any worker can take one more call. */
  interface Room {
    /** True when one can, or when nobody knows yet. */
    boolean forOneMore();
  }

  /**
   * What bounds a call.
   *
   * @param maxResumes how often it is sent back to the agent after an interruption, in a minute
   * @param maxTransfers how often it is sent to a destination
   * @param apology what the caller hears when there is nothing left
   */
  record Limits(int maxResumes, int maxTransfers, String apology) {}

  CallFlow(
      TwilioAccounts accounts,
      ConnectorDirectory connectors,
      Documents documents,
      Invitation invitation,
      Transfers transfers,
      Room room,
      CallStory story,
      Limits limits,
      Clock clock) {
    this.accounts = accounts;
    this.connectors = connectors;
    this.documents = documents;
    this.invitation = invitation;
    this.transfers = transfers;
    this.room = room;
    this.story = story;
    this.limits = limits;
    this.clock = clock;
  }

  /** Whether a Twilio account's calls may reach a connector. */
  boolean admits(TwilioWebhook call, Connector connector) {
    return accounts
        .ownerOf(call.accountSid())
        .map(owner -> owner.equals(connector.accountId()))
        .orElse(true);
  }

  /** What an operator must read when they may not. */
  String strangers(Connector connector) {
    return "connector %s belongs to another account than this call's Twilio account does"
        .formatted(connector.connectorId());
  }

  /** To a person instead of a worker, when none has room and somebody said where; else empty. */
  Optional<String> overflow(TwilioWebhook call, CallState state, Connector connector) {
    return room.forOneMore()
        ? Optional.empty()
        : connector
            .overflow()
            .map(there -> handOver(call, state, connector, there, null, NO_CAPACITY));
  }

  /** To a destination, which is told of an outcome for the first time. */
  String handOver(
      TwilioWebhook call,
      CallState state,
      Connector connector,
      Destination destination,
      @Nullable Outcome outcome,
      String reason) {
    return handOver(call, state, connector, destination, outcome, reason, true);
  }

  /**
   * To a destination.
   *
   * @param speak whether the outcome's utterance is still to be spoken
   */
  String handOver(
      TwilioWebhook call,
      CallState before,
      Connector connector,
      Destination destination,
      @Nullable Outcome outcome,
      String reason,
      boolean speak) {
    if (before.attempts() >= limits.maxTransfers()) {
      story.trouble(call, "transferred " + before.attempts() + " times in vain");
      return apologise(connector);
    }
    CallState state =
        before.sentTo(
            destination.name(), outcome == null ? null : outcome.decidedAt(), clock.instant());
    Optional<NotTaken> obstacle = Transfers.obstacle(call, destination);
    if (obstacle.isPresent()) {
      return notTaken(call, state, connector, outcome, reason, obstacle.get(), speak);
    }
    story.answered(Answer.HANDOFF);
    story.routed(call, state, connector, destination, reason);
    return transfers.document(
        new Handover(call, state, connector, destination, outcome, reason, speak));
  }

  /** Onward from the destination in the state, which did not take the call. */
  String notTaken(
      TwilioWebhook call,
      CallState state,
      Connector connector,
      @Nullable Outcome outcome,
      String reason,
      NotTaken why) {
    return notTaken(call, state, connector, outcome, reason, why, false);
  }

  private String notTaken(
      TwilioWebhook call,
      CallState state,
      Connector connector,
      @Nullable Outcome outcome,
      String reason,
      NotTaken why,
      boolean speak) {
    Instant failed = state.sinceRouted(clock.instant());
    story.notTaken(call, state, connector, why, failed);
    Optional<Destination> next =
        connector.destination(state.destination()).flatMap(last -> after(last, connector));
    return next.isPresent()
        ? handOver(call, state.failedAt(failed), connector, next.get(), outcome, reason, speak)
        : backToAgent(call, state, connector, "transfer_" + why.text());
  }

  /** The one after a destination; empty for the agent. */
  private static Optional<Destination> after(Destination last, Connector connector) {
    Optional<Destination> next =
        last.ifFailed() == null
            ? connector.rescueDestination()
            : connector.destination(last.ifFailed());
    return next.filter(other -> !other.name().equals(last.name()));
  }

  /** Back to the agent after an interruption; too many of them lead to a person. */
  String interrupted(TwilioWebhook call, CallState state, Connector connector) {
    if (state.recentResumes(clock.instant()) >= limits.maxResumes()) {
      return rescue(call, state, connector, null, INTERRUPTED);
    }
    return backToAgent(call, state.resumedAt(clock.instant()), connector, INTERRUPTED);
  }

  private String backToAgent(
      TwilioWebhook call, CallState state, Connector connector, String reason) {
    if (connector.agent() == null) {
      return rescue(call, state, connector, null, NO_AGENT);
    }
    Optional<String> elsewhere = overflow(call, state, connector);
    if (elsewhere.isPresent()) {
      return elsewhere.get();
    }
    story.answered(Answer.STREAM);
    story.returned(call, state, reason);
    return new Twiml().connect(invitation.resume(call, state, reason, ownParameters(state))).end();
  }

  private Map<String, String> ownParameters(CallState state) {
    return connectors
        .get(state.ownerId())
        .map(owner -> documents.parameters(owner, state.slot()))
        .orElse(Map.of());
  }

  /** To a person, with what is known; to the apology when the connector has nobody. */
  String rescue(
      TwilioWebhook call,
      CallState state,
      Connector connector,
      @Nullable Outcome outcome,
      String reason) {
    return connector
        .rescueDestination()
        .map(person -> handOver(call, state, connector, person, outcome, reason))
        .orElseGet(
            () -> {
              story.trouble(
                  call,
                  "connector %s has no destination for a caller in need: %s"
                      .formatted(connector.connectorId(), Masked.reason(reason)));
              return apologise(connector);
            });
  }

  /** The agent has ended the call: what is left of the connector's document, or nothing. */
  Future<String> hangUp(
      CallState state, Connector connector, Outcome outcome, Documents.Streams streams) {
    story.answered(Answer.HANGUP);
    Optional<Connector> owner =
        connectors.get(state.ownerId()).filter(one -> documents.goesOnAfter(one, state.slot()));
    if (owner.isPresent()) {
      return documents.after(owner.get(), state.slot(), streams);
    }
    Twiml twiml = new Twiml();
    String goodbye = Handover.toSpeak(outcome);
    return Future.succeededFuture(
        (goodbye.isEmpty() ? twiml : Transfers.say(twiml, goodbye, connector)).hangup().end());
  }

  /** The end of a call whose business is done. */
  String over() {
    return new Twiml().hangup().end();
  }

  /** There is nothing to connect the caller to. */
  String apologise(@Nullable Connector connector) {
    story.answered(Answer.APOLOGY);
    Twiml twiml = new Twiml();
    return (connector == null
            ? twiml.say(limits.apology(), "", "")
            : Transfers.say(twiml, limits.apology(), connector))
        .hangup()
        .end();
  }

  /** Nothing: the call is over, or goes on without us. */
  String nothing() {
    story.answered(Answer.NOTHING);
    return new Twiml().end();
  }
}
