package io.callmesh.routing.connector;

import io.callmesh.contracts.bus.FailureCode;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How long writes may still come to pass that were given up waiting for: Kafka's producer goes on
 * for as long as a request may take, counted from when it got the record, which is later than when
 * the wait for it began. Safe on any thread.
 */
final class UnsettledWrites {
  private final long lastsNs;
  private final LongSupplier nanoTime;
  private final AtomicLong untilNs;

  /**
   * @param requestTimeout how long the producer goes on
   * @param nanoTime as {@link System#nanoTime}
   */
  UnsettledWrites(Duration requestTimeout, LongSupplier nanoTime) {
    this.lastsNs = requestTimeout.toNanos();
    this.nanoTime = nanoTime;
    this.untilNs = new AtomicLong(nanoTime.getAsLong());
  }

  /** Watches a write. */
  Future<Void> watch(Future<Void> write) {
    return write.onFailure(this::failed);
  }

  private void failed(Throwable cause) {
    FailureCode code = FailureCode.of(cause);
    if (code != FailureCode.BUSY && code != FailureCode.BAD_REQUEST) { // those were never sent
      long until = nanoTime.getAsLong() + lastsNs;
      untilNs.accumulateAndGet(until, (before, now) -> before - now > 0 ? before : now);
    }
  }

  /** How long until every write has come to pass or never will, in ms; 0 when that is so now. */
  long settleInMs() {
    long restNs = untilNs.get() - nanoTime.getAsLong();
    return restNs <= 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(restNs) + 1;
  }
}
