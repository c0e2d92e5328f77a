package io.callmesh.routing.voice;

import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.bus.FailureCode;
import io.callmesh.contracts.handoff.FindOutcome;
import io.callmesh.contracts.handoff.Outcome;
import io.vertx.core.Future;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import java.time.Duration;
import java.util.Optional;

/** Asks handoff-service how the agent's part of a call ended. */
final class Outcomes {
  private final EventBus bus;
  private final DeliveryOptions options;

  Outcomes(EventBus bus, Duration timeout) {
    this.bus = bus;
    // Half the time for each of two tries: the second goes to another replica.
    this.options = new DeliveryOptions().setSendTimeout(Math.max(1, timeout.toMillis() / 2));
  }

  /** The outcome; empty when the call was interrupted. Fails when no replica answers in time. */
  Future<Optional<Outcome>> of(String callSid) {
    return ask(callSid).recover(cause -> secondTry(callSid, cause));
  }

  private Future<Optional<Outcome>> ask(String callSid) {
    return bus.<Outcome>request(Addresses.HANDOFF_FIND, new FindOutcome(callSid), options)
        .map(Message::body)
        .map(Optional::of)
        .recover(Outcomes::absentIsAnAnswer);
  }

  private Future<Optional<Outcome>> secondTry(String callSid, Throwable cause) {
    return FailureCode.of(cause).retryable() ? ask(callSid) : Future.failedFuture(cause);
  }

  private static Future<Optional<Outcome>> absentIsAnAnswer(Throwable cause) {
    return FailureCode.of(cause) == FailureCode.NOT_FOUND
        ? Future.succeededFuture(Optional.empty())
        : Future.failedFuture(cause);
  }
}
