package io.callmesh.routing.calls;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** The time and the chance that retries depend on, so that a test has them in its hand. */
interface RetryTime {
  /** As {@link System#nanoTime()}. */
  long nanoTime();

  /** Succeeds after this long. */
  Future<Void> pause(Duration duration);

  /** From 0 up to and without 1. */
  double random();

  /** The real ones. */
  static RetryTime real(Vertx vertx) {
    return new RetryTime() {
      @Override
      public long nanoTime() {
        return System.nanoTime();
      }

      @Override
      public Future<Void> pause(Duration duration) {
        return vertx.timer(Math.max(1, duration.toMillis()), TimeUnit.MILLISECONDS);
      }

      @Override
      public double random() {
        return ThreadLocalRandom.current().nextDouble();
      }
    };
  }
}
