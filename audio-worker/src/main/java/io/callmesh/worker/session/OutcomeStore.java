package io.callmesh.worker.session;

import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.bus.FailureCode;
import io.callmesh.contracts.handoff.FindOutcome;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.worker.WorkerMetrics.Decision;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import java.time.Duration;
import java.util.Optional;

/**
 * Asks handoff-service for outcomes, and to store them: again and again if that may help, and when
 * it does not, tells everybody.
 */
final class OutcomeStore {
  private static final long FIRST_PAUSE_MS = 100;
  private static final DeliveryOptions FIND_DELIVERY = new DeliveryOptions().setSendTimeout(1_000);

  private final Vertx vertx;
  private final Duration deadline;

  /** A store that gives up after {@code deadline}. */
  OutcomeStore(Vertx vertx, Duration deadline) {
    this.vertx = vertx;
    this.deadline = deadline;
  }

  /**
   * Succeeds when Kafka has the outcome, or when nobody could store it in time and it was offered
   * to all who answer for outcomes; fails when it was refused.
   */
  Future<Decision> store(Outcome outcome) {
    return attempt(outcome, System.nanoTime() + deadline.toNanos(), FIRST_PAUSE_MS)
        .map(Decision.STORED)
        .recover(cause -> offerUnlessRefused(outcome, cause));
  }

  private Future<Decision> offerUnlessRefused(Outcome outcome, Throwable cause) {
    if (!FailureCode.of(cause).retryable()) {
      return Future.failedFuture(cause);
    }
    vertx.eventBus().publish(Addresses.HANDOFF_OFFER, outcome);
    return Future.succeededFuture(Decision.OFFERED);
  }

  /** The outcome of a call so far; fails when there is none, or nobody says so within a second. */
  Future<Optional<Outcome>> find(String callSid) {
    return vertx
        .eventBus()
        .<Outcome>request(Addresses.HANDOFF_FIND, new FindOutcome(callSid), FIND_DELIVERY)
        .map(found -> Optional.of(found.body()));
  }

  private Future<Void> attempt(Outcome outcome, long giveUpAt, long pauseMs) {
    long leftMs = Math.max(1, (giveUpAt - System.nanoTime()) / 1_000_000);
    // Half of what is left: one answer that is lost must not use it all.
    long timeoutMs = Math.max(50, leftMs / 2);
    return vertx
        .eventBus()
        .request(Addresses.HANDOFF_STORE, outcome, new DeliveryOptions().setSendTimeout(timeoutMs))
        .<Void>mapEmpty()
        .recover(
            cause ->
                FailureCode.of(cause).retryable() && pauseMs < leftMs
                    ? pause(pauseMs).compose(ignored -> attempt(outcome, giveUpAt, pauseMs * 2))
                    : Future.failedFuture(cause));
  }

  private Future<Void> pause(long pauseMs) {
    Promise<Void> over = Promise.promise();
    vertx.setTimer(pauseMs, id -> over.complete());
    return over.future();
  }
}
