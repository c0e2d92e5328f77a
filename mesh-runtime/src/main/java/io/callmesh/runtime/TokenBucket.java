package io.callmesh.runtime;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A bound on a rate that lets a burst pass: full at first, filling at a steady rate, and able to
 * run into debt. For one thread.
 */
public final class TokenBucket {
  /** Tokens are counted in billionths, so that each nanosecond brings a whole number of them. */
  private static final long ONE = TimeUnit.SECONDS.toNanos(1);

  /** As long as this a bucket may go unasked; more would not fit into the product. */
  private static final long LONGEST = TimeUnit.HOURS.toNanos(1);

  private final long capacity;
  private final int perSecond;
  private final LongSupplier nanos;
  private long tokens;
  private long filledAt;

  /**
   * A full bucket.
   *
   * @param capacity the longest burst
   * @param nanos a clock that never goes back, in nanoseconds
   */
  public TokenBucket(int capacity, int perSecond, LongSupplier nanos) {
    this.capacity = capacity * ONE;
    this.perSecond = perSecond;
    this.nanos = nanos;
    this.tokens = this.capacity;
    this.filledAt = nanos.getAsLong();
  }

  /** Takes tokens, be they there or not; true when there are debts now. */
  @CanIgnoreReturnValue
  public boolean take(int wanted) {
    fill();
    tokens -= wanted * ONE;
    return tokens < 0;
  }

  /** Takes tokens if all of them are there. */
  public boolean tryTake(int wanted) {
    fill();
    if (tokens < wanted * ONE) {
      return false;
    }
    tokens -= wanted * ONE;
    return true;
  }

  /** Whether more were taken than there were. */
  public boolean inDebt() {
    fill();
    return tokens < 0;
  }

  private void fill() {
    long now = nanos.getAsLong();
    tokens = Math.min(capacity, tokens + Math.min(LONGEST, now - filledAt) * perSecond);
    filledAt = now;
  }
}
