package io.callmesh.runtime;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Lets a line through to the log at most once in an interval, for what strangers can make happen as
 * often as they like. A metric beside it counts them all. Safe on any thread.
 */
public final class LogThrottle {
  private final long intervalNanos;
  private final LongSupplier nanoTime;
  private final AtomicLong last;

  /** A throttle that lets the first line through. */
  public LogThrottle(Duration interval) {
    this(interval, System::nanoTime);
  }

  LogThrottle(Duration interval, LongSupplier nanoTime) {
    this.intervalNanos = interval.toNanos();
    this.nanoTime = nanoTime;
    this.last = new AtomicLong(nanoTime.getAsLong() - intervalNanos);
  }

  /** Whether a line may be written now; true for one caller in each interval. */
  public boolean permits() {
    long now = nanoTime.getAsLong();
    long before = last.get();
    return now - before >= intervalNanos && last.compareAndSet(before, now);
  }
}
