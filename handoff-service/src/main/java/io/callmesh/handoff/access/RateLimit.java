package io.callmesh.handoff.access;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.callmesh.runtime.TokenBucket;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The same bound on the rate of each of many. Who has not asked for a minute is forgotten, which
 * only gives back what would be full again. Safe on any thread.
 */
final class RateLimit {
  /** Buckets at most; beyond it somebody starts anew who asks seldom. */
  private static final int MAX_BUCKETS = 10_000;

  private final LoadingCache<String, TokenBucket> buckets;

  /**
   * @param perSecond requests of one of them
   * @param burst requests at once
   * @param nanos a clock that never goes back, in nanoseconds
   */
  RateLimit(int perSecond, int burst, LongSupplier nanos) {
    this.buckets =
        Caffeine.newBuilder()
            .maximumSize(MAX_BUCKETS)
            .expireAfterAccess(Duration.ofMinutes(1))
            .ticker(nanos::getAsLong)
            .build(name -> new TokenBucket(burst, perSecond, nanos));
  }

  /** Whether one more request of this one is within its rate; if so it is counted. */
  boolean admits(String name) {
    TokenBucket bucket = buckets.get(name);
    synchronized (bucket) { // a bucket is for one thread, and readers come on all loops
      return bucket.tryTake(1);
    }
  }
}
