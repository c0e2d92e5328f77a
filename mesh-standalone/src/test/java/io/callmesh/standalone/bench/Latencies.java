package io.callmesh.standalone.bench;

import io.vertx.core.json.JsonObject;
import java.util.Arrays;

/** How long each of many things took. */
final class Latencies {
  private static final double NS_PER_MS = 1e6;

  private final long[] sorted;

  private Latencies(long[] sorted) {
    this.sorted = sorted;
  }

  /** These, in ns. */
  static Latencies of(long... unsorted) {
    long[] sorted = unsorted.clone();
    Arrays.sort(sorted);
    return new Latencies(sorted);
  }

  JsonObject json() {
    return new JsonObject()
        .put("p50Ms", percentile(50))
        .put("p90Ms", percentile(90))
        .put("p99Ms", percentile(99))
        .put("p999Ms", percentile(99.9))
        .put("maxMs", percentile(100));
  }

  int count() {
    return sorted.length;
  }

  /** In ms: the smallest one that so many of a hundred do not exceed. */
  double percentile(double percent) {
    int rank = (int) Math.ceil(percent / 100 * sorted.length);
    return sorted[Math.max(1, rank) - 1] / NS_PER_MS;
  }
}
