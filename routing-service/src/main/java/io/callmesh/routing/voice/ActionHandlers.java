package io.callmesh.routing.voice;

import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.connector.Destination;
import io.callmesh.contracts.handoff.FindOutcome;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.routing.RoutingMetrics.NotTaken;
import io.callmesh.routing.connector.ConnectorDirectory;
import io.callmesh.routing.twiml.Twiml;
import io.callmesh.routing.voice.TwilioWebhook.Visit;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers what Twilio asks when a part of a call has ended: the stream, a dialled party, a REFER,
 * the time in a queue. Never with silence.
 */
final class ActionHandlers {
  private static final int HOLD_PAUSE_S = 10;

  /** A task's longest time (reference/twilio.md 8.1). */
  private static final long LONGEST_WAIT_S = 1_209_600;

  private final ConnectorDirectory connectors;
  private final OutcomeOfCall outcomes;
  private final VoiceHandler voice;
  private final CallFlow flow;
  private final CallStory story;
  private final String web;
  private final String holdSentence;
  private final Clock clock;

  /** How the agent's part of a call ended; empty when it was interrupted. */
  interface OutcomeOfCall {
    /** Fails when nobody can say in time. */
    Future<Optional<Outcome>> find(FindOutcome question);
  }

  /** What a question is answered from: the connector, and the outcome if there is one. */
  private interface Decision {
    Future<String> decide(CallState state, Connector connector, @Nullable Outcome outcome);
  }

  /**
   * @param web our base URL
   * @param holdSentence what callers hear who wait at a destination without music of its own
   */
  ActionHandlers(
      ConnectorDirectory connectors,
      OutcomeOfCall outcomes,
      VoiceHandler voice,
      CallFlow flow,
      CallStory story,
      String web,
      String holdSentence,
      Clock clock) {
    this.connectors = connectors;
    this.outcomes = outcomes;
    this.voice = voice;
    this.flow = flow;
    this.story = story;
    this.web = web;
    this.holdSentence = holdSentence;
    this.clock = clock;
  }

  /** The stream has ended: to the outcome's destination; back to the agent when there is none. */
  Future<String> streamEnded(TwilioWebhook call) {
    return unlessOver(
        call,
        CallState.of(call).handled(),
        (state, connector, outcome) -> {
          if (outcome == null || state.hasHandled(outcome.decidedAt())) {
            return Future.succeededFuture(flow.interrupted(call, state, connector));
          }
          return outcome.kind() == Outcome.Kind.HANGUP
              ? flow.hangUp(
                  state,
                  connector,
                  outcome,
                  voice.streams(call, new Visit(state.conversationId(), true)))
              : Future.succeededFuture(handOff(call, state, connector, outcome));
        });
  }

  private String handOff(
      TwilioWebhook call, CallState state, Connector connector, Outcome outcome) {
    Optional<Destination> wanted = connector.destination(outcome.destination());
    String reason = reason(outcome);
    return wanted.isPresent()
        ? flow.handOver(call, state, connector, wanted.get(), outcome, reason)
        : flow.rescue(call, state, connector, outcome, reason);
  }

  private static String reason(@Nullable Outcome outcome) {
    String reason = outcome == null ? null : outcome.reason();
    return reason == null ? "" : reason.strip();
  }

  /**
   * A supervisor has sent the call elsewhere (docs/live-calls.md): where the URL says, since the
   * outcome may be that of a handoff before.
   */
  Future<String> transferred(TwilioWebhook call) {
    return unlessOver(
        call,
        0,
        (state, connector, outcome) -> {
          String wanted = state.destination();
          String reason = call.ours("reason");
          Outcome handoff =
              outcome != null && outcome.kind() == Outcome.Kind.HANDOFF ? outcome : null;
          boolean itsOwn =
              handoff != null
                  && wanted.equals(handoff.destination())
                  && reason.equals(reason(handoff));
          return Future.succeededFuture(
              connector
                  .destination(wanted.isEmpty() ? null : wanted)
                  .map(to -> flow.handOver(call, state, connector, to, handoff, reason, itsOwn))
                  .orElseGet(() -> flow.rescue(call, state, connector, handoff, reason)));
        });
  }

  /** A dialled party has ended the call, or did not take it (reference/twilio.md 3.3). */
  Future<String> dialEnded(TwilioWebhook call) {
    return switch (call.get("DialCallStatus")) {
      case "completed", "answered" ->
          taken(call, clock.instant().minusSeconds(seconds(call.get("DialCallDuration"))));
      case "busy" -> notTaken(call, NotTaken.BUSY);
      case "no-answer" -> notTaken(call, NotTaken.NO_ANSWER);
      case "canceled" -> notTaken(call, NotTaken.CANCELED);
      default -> notTaken(call, NotTaken.FAILED);
    };
  }

  /**
   * The caller's SBC has answered a REFER; no status at all means that it never said how it went
   * (reference/twilio.md 3.5).
   */
  Future<String> referEnded(TwilioWebhook call) {
    boolean accepted = call.get("ReferSipResponseCode").startsWith("2");
    boolean notified = call.get("NotifySipResponseCode").compareTo("3") < 0;
    return switch (call.get("ReferCallStatus")) {
      case "busy" -> notTaken(call, NotTaken.BUSY);
      case "canceled" -> notTaken(call, NotTaken.CANCELED);
      case "in-progress" ->
          notified ? taken(call, clock.instant()) : notTaken(call, NotTaken.FAILED);
      default -> notTaken(call, accepted ? NotTaken.FAILED : NotTaken.REFUSED);
    };
  }

  /** The call left a queue (reference/twilio.md 3.6). */
  Future<String> queueLeft(TwilioWebhook call) {
    return switch (call.get("QueueResult")) {
      case "error", "system-error", "queue-full" -> notTaken(call, NotTaken.QUEUE_ERROR);
      case "leave" -> notTaken(call, NotTaken.WAITED_TOO_LONG);
      case "bridged", "bridging-in-process" -> taken(call, clock.instant());
      case "hangup" -> abandoned(call);
      case "redirected" -> redirected(call);
      case "redirected-from-bridged" -> {
        tell(call, (state, connector) -> story.taken(call, state, connector, clock.instant()));
        yield Future.succeededFuture(flow.nothing());
      }
      default -> Future.succeededFuture(done(call));
    };
  }

  /**
   * Somebody has taken the call out of the queue by REST, as Flex may when a person accepts the
   * task: what it says then is not documented (reference/twilio.md 3.6). Whoever does so by us has
   * stored another outcome before, and it is told there what becomes of the call.
   */
  private Future<String> redirected(TwilioWebhook call) {
    if (call.isOver()) {
      return Future.succeededFuture(flow.nothing());
    }
    CallState sent = CallState.of(call);
    return outcome(call, sent, sent.handled())
        .map(
            later -> {
              if (later.filter(one -> !sent.hasHandled(one.decidedAt())).isEmpty()) {
                tell(
                    call,
                    (state, connector) -> story.taken(call, state, connector, clock.instant()));
              }
              return flow.nothing();
            });
  }

  /** As Twilio counts them, within what they can be. */
  private static long seconds(String text) {
    return Math.min(number(text), LONGEST_WAIT_S);
  }

  /**
   * The call was taken.
   *
   * @param at when, as near as Twilio tells
   */
  private Future<String> taken(TwilioWebhook call, Instant at) {
    tell(call, (state, connector) -> story.taken(call, state, connector, at));
    return Future.succeededFuture(done(call));
  }

  private Future<String> abandoned(TwilioWebhook call) {
    tell(call, (state, connector) -> story.abandoned(call, state, connector));
    return Future.succeededFuture(done(call));
  }

  private String done(TwilioWebhook call) {
    return call.isOver() ? flow.nothing() : flow.over();
  }

  private Future<String> notTaken(TwilioWebhook call, NotTaken why) {
    if (!call.isOver()) {
      return unlessOver(
          call,
          0,
          (state, connector, outcome) ->
              Future.succeededFuture(
                  flow.notTaken(call, state, connector, outcome, reason(outcome), why)));
    }
    boolean rangStill = why == NotTaken.CANCELED || why == NotTaken.NO_ANSWER;
    if (rangStill) {
      return abandoned(call);
    }
    tell(
        call,
        (state, connector) ->
            story.notTaken(call, state, connector, why, state.sinceRouted(clock.instant())));
    return Future.succeededFuture(flow.nothing());
  }

  /** Tells of a transfer, if it is one of a connector that this call may reach. */
  private void tell(TwilioWebhook call, BiConsumer<CallState, Connector> told) {
    CallState state = CallState.of(call);
    connectors
        .get(state.connectorId())
        .filter(connector -> flow.admits(call, connector))
        .ifPresent(connector -> told.accept(state, connector));
  }

  /** What a caller hears who waits in a queue; who has waited for long enough leaves it. */
  Future<String> waiting(TwilioWebhook call) {
    CallState state = CallState.of(call);
    return connectors
        .find(state.connectorId())
        .map(
            found ->
                found
                    .flatMap(connector -> connector.destination(state.destination()))
                    .map(destination -> hold(call, found.get(), destination))
                    .orElseGet(() -> new Twiml().pause(HOLD_PAUSE_S).end()));
  }

  private String hold(TwilioWebhook call, Connector connector, Destination destination) {
    Integer longest = destination.maxWait();
    if (longest != null && number(call.get("QueueTime")) >= longest) {
      return new Twiml().leave().end();
    }
    String music = destination.holdMusic();
    return music != null
        ? new Twiml().play(music, 1).end()
        : Transfers.say(new Twiml(), holdSentence, connector).pause(HOLD_PAUSE_S).end();
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException absent) {
      return 0;
    }
  }

  /**
   * Another webhook of a call to a number failed (reference/twilio.md 1.3). If it was an action of
   * ours, its URL says where the call stands; else the call goes to a person.
   */
  Future<String> failed(TwilioWebhook call) {
    return failed(call, () -> connectors.serving(Leg.of(call).to()));
  }

  /** The same for a call to a connector. */
  Future<String> failed(TwilioWebhook call, String connectorId) {
    return failed(call, () -> connectors.find(connectorId));
  }

  private Future<String> failed(TwilioWebhook call, Supplier<Future<Optional<Connector>>> whose) {
    story.trouble(call, "a webhook of ours failed, Twilio says " + number(call.get("ErrorCode")));
    if (call.isOver()) {
      return Future.succeededFuture(flow.nothing());
    }
    return again(call)
        .orElseGet(() -> whose.get().map(found -> toAPerson(call, found)))
        .recover(
            cause -> {
              // After this there is only Twilio's own sentence, and the end of the call.
              story.trouble(call, "cannot tell whose call it is: " + cause.getMessage());
              return Future.succeededFuture(flow.apologise(null));
            });
  }

  private String toAPerson(TwilioWebhook call, Optional<Connector> found) {
    return found
        .filter(connector -> flow.admits(call, connector))
        .map(
            connector ->
                flow.rescue(
                    call, voice.arriving(call, connector), connector, null, "webhook_failed"))
        .orElseGet(() -> flow.apologise(null));
  }

  /** What the action would have been answered that failed; empty when it was none of ours. */
  private Optional<Future<String>> again(TwilioWebhook call) {
    String url = call.get("ErrorUrl");
    int query = url.indexOf('?');
    if (!url.startsWith(web + "/twilio/") || query < 0) {
      return Optional.empty();
    }
    TwilioWebhook there = call.at(url.substring(query + 1));
    return Optional.ofNullable(
        switch (url.substring(web.length() + "/twilio/".length(), query)) {
          case "connect-action" -> streamEnded(there);
          case "transfer" -> transferred(there);
          case "dial-action" -> dialEnded(there);
          case "refer-action" -> referEnded(there);
          case "enqueue-action" -> queueLeft(there);
          default -> null;
        });
  }

  /**
   * Decides, unless there is nothing to decide any more.
   *
   * @param knownMs an outcome stored at that time or before is of no use for the decision
   */
  private Future<String> unlessOver(TwilioWebhook call, long knownMs, Decision decision) {
    if (call.isOver()) {
      return Future.succeededFuture(flow.nothing());
    }
    CallState state = CallState.of(call);
    Future<Optional<Connector>> connector = connectors.find(state.connectorId());
    Future<Optional<Outcome>> outcome = outcome(call, state, knownMs);
    return Future.all(connector, outcome)
        .compose(
            both -> {
              if (connector.result().isEmpty()) {
                story.trouble(call, "the connector of this call is gone");
                return Future.succeededFuture(flow.apologise(null));
              }
              if (!flow.admits(call, connector.result().get())) {
                story.trouble(call, flow.strangers(connector.result().get()));
                return Future.succeededFuture(flow.apologise(null));
              }
              return decision.decide(
                  state,
                  connector.result().get(),
                  outcome
                      .result()
                      .filter(one -> one.conversationId().equals(state.conversationId()))
                      .orElse(null));
            });
  }

  /**
   * Without handoff-service nobody can say how the agent's part ended; that there is no outcome is
   * the mildest guess.
   */
  private Future<Optional<Outcome>> outcome(TwilioWebhook call, CallState state, long knownMs) {
    return outcomes
        .find(new FindOutcome(call.callSid(), state.conversationId(), knownMs))
        .recover(
            cause -> {
              story.trouble(call, "cannot ask for the outcome: " + cause.getMessage());
              return Future.succeededFuture(Optional.empty());
            });
  }
}
