package io.callmesh.routing.handoff;

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
import java.util.function.Supplier;

/**
 * What handoff-service knows of how the agent's part of a call ended; where it knows nothing or
 * does not answer, what the call's worker has offered. Safe on any thread.
 */
public final class Outcomes {
  private final EventBus bus;
  private final DeliveryOptions options;
  private final Offers offers;

  /** Outcomes that are asked for, and stored, within this time. */
  public Outcomes(EventBus bus, Duration timeout, Offers offers) {
    this.bus = bus;
    this.offers = offers;
    // Half the time for each of two tries: the second goes to another replica.
    this.options = new DeliveryOptions().setSendTimeout(Math.max(1, timeout.toMillis() / 2));
  }

  /** The outcome; empty when the call was interrupted. Fails when no replica answers in time. */
  public Future<Optional<Outcome>> of(String callSid) {
    return find(new FindOutcome(callSid));
  }

  /** The same for a question that says what is known already. */
  public Future<Optional<Outcome>> find(FindOutcome question) {
    // Who has an offer knows why nothing may be stored, and lets the caller wait once only.
    Future<Optional<Outcome>> asked =
        offers
            .answering(question)
            .map(offer -> ask(question, offer))
            .orElseGet(() -> twice(() -> ask(question)));
    return asked.transform(
        answer -> {
          Optional<Outcome> stored =
              answer.succeeded()
                  ? answer.result().filter(question::isAnsweredBy)
                  : Optional.empty();
          Optional<Outcome> offered =
              offers.answering(question).filter(offer -> !isAsNew(stored, offer));
          offered.ifPresent(offers::taken);
          return offered.isPresent() ? Future.succeededFuture(offered) : asked;
        });
  }

  private static boolean isAsNew(Optional<Outcome> stored, Outcome offer) {
    return stored.filter(one -> !one.decidedAt().isBefore(offer.decidedAt())).isPresent();
  }

  /** Stores an outcome; done when Kafka has it. Fails when no replica says so in time. */
  public Future<Void> store(Outcome outcome) {
    return twice(() -> bus.request(Addresses.HANDOFF_STORE, outcome, options).mapEmpty());
  }

  /** An offer that was stored since, and deleted or has expired, must not come back from here. */
  private Future<Optional<Outcome>> ask(FindOutcome question, Outcome offer) {
    return ask(question.offered(offer))
        .recover(
            cause -> {
              if (FailureCode.of(cause) != FailureCode.GONE) {
                return Future.failedFuture(cause);
              }
              offers.drop(offer);
              return Future.succeededFuture(Optional.empty());
            });
  }

  private Future<Optional<Outcome>> ask(FindOutcome question) {
    return bus.<Outcome>request(Addresses.HANDOFF_FIND, question, options)
        .map(Message::body)
        .map(Optional::of)
        .recover(Outcomes::absentIsAnAnswer);
  }

  static <T> Future<T> twice(Supplier<Future<T>> request) {
    return request
        .get()
        .recover(
            cause ->
                FailureCode.of(cause).retryable() ? request.get() : Future.failedFuture(cause));
  }

  private static Future<Optional<Outcome>> absentIsAnAnswer(Throwable cause) {
    return FailureCode.of(cause) == FailureCode.NOT_FOUND
        ? Future.succeededFuture(Optional.empty())
        : Future.failedFuture(cause);
  }
}
