package io.callmesh.worker.session;

import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.bus.FailureCode;
import io.callmesh.contracts.handoff.Outcome;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import java.time.Duration;

/** Asks handoff-service to store outcomes, again and again for as long as that may help. */
final class OutcomeStore {
  private static final long FIRST_PAUSE_MS = 100;

  private final Vertx vertx;
  private final Duration deadline;

  /** A store that gives up after {@code deadline}. */
  OutcomeStore(Vertx vertx, Duration deadline) {
    this.vertx = vertx;
    this.deadline = deadline;
  }

  /** Succeeds when Kafka has the outcome; fails as the last attempt did. */
  Future<Void> store(Outcome outcome) {
    return attempt(outcome, System.nanoTime() + deadline.toNanos(), FIRST_PAUSE_MS);
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
