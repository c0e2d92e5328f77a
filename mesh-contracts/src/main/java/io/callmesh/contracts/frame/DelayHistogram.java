package io.callmesh.contracts.frame;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Counts delays in fixed buckets, about three for each power of ten from 50 us to 50 ms: what a
 * stream or a session records of our own share of the delay. Of fixed size, and a record allocates
 * nothing, because it is made for every frame.
 *
 * <p>Confined to one thread, as the stream or session is whose it is.
 */
public final class DelayHistogram {
  /** Inclusive upper bounds; what is longer than the last goes to a bucket of its own. */
  private static final int[] BOUNDS_US = {
    50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000
  };

  private final long[] counts = new long[BOUNDS_US.length + 1];
  private long count;
  private long maxNanos;

  /**
   * Counts a delay.
   *
   * @param nanos by {@link System#nanoTime}; a negative one is none
   */
  public void record(long nanos) {
    counts[bucket(nanos)]++;
    count++;
    maxNanos = Math.max(maxNanos, nanos);
  }

  private static int bucket(long nanos) {
    int bucket = 0;
    while (bucket < BOUNDS_US.length && nanos > BOUNDS_US[bucket] * 1_000L) {
      bucket++;
    }
    return bucket;
  }

  /** How many delays were counted. */
  public long count() {
    return count;
  }

  /** The longest delay in microseconds; 0 when there was none. */
  public long maxUs() {
    return TimeUnit.NANOSECONDS.toMicros(maxNanos);
  }

  /**
   * Estimates the delay that a share of all delays did not exceed, in microseconds: from its
   * bucket, as if the delays in it were spread evenly, and never more than the longest; 0 when
   * there was none.
   *
   * @param share from 0 to 1, such as 0.99
   */
  public long quantileUs(double share) {
    double wanted = share * count;
    long below = 0;
    int bucket = 0;
    while (bucket < BOUNDS_US.length && below + counts[bucket] < wanted) {
      below += counts[bucket++];
    }
    long lower = bucket == 0 ? 0 : BOUNDS_US[bucket - 1];
    long upper = bucket == BOUNDS_US.length ? maxUs() : Math.min(BOUNDS_US[bucket], maxUs());
    double part = counts[bucket] == 0 ? 0 : (wanted - below) / counts[bucket];
    return Math.min(upper, Math.round(lower + part * (upper - lower)));
  }

  /**
   * The form in events: {@code boundsUs}, inclusive, and {@code counts}, which has one more for
   * what is longer; {@code count}, {@code p50Us}, {@code p99Us} (estimates) and {@code maxUs}.
   */
  public JsonObject toJson() {
    JsonArray bounds = new JsonArray();
    Arrays.stream(BOUNDS_US).forEach(bounds::add);
    JsonArray each = new JsonArray();
    Arrays.stream(counts).forEach(each::add);
    return new JsonObject()
        .put("boundsUs", bounds)
        .put("counts", each)
        .put("count", count)
        .put("p50Us", quantileUs(0.5))
        .put("p99Us", quantileUs(0.99))
        .put("maxUs", maxUs());
  }
}
