package io.callmesh.contracts.frame;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DelayHistogramTest {
  private final DelayHistogram histogram = new DelayHistogram();

  @Test
  void putsEveryDelayIntoTheFirstBucketThatHoldsIt() {
    histogram.record(-1);
    histogram.record(0);
    histogram.record(50_000);
    histogram.record(50_001);
    histogram.record(TimeUnit.MICROSECONDS.toNanos(1_000));
    histogram.record(TimeUnit.MILLISECONDS.toNanos(50));
    histogram.record(TimeUnit.MILLISECONDS.toNanos(50) + 1);
    histogram.record(Long.MAX_VALUE);

    JsonObject json = histogram.toJson();
    assertThat(json.getJsonArray("boundsUs"))
        .isEqualTo(
            new JsonArray(List.of(50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)));
    assertThat(json.getJsonArray("counts"))
        .isEqualTo(new JsonArray(List.of(3L, 1L, 0L, 0L, 1L, 0L, 0L, 0L, 0L, 1L, 2L)));
    assertThat(json.getLong("count")).isEqualTo(histogram.count()).isEqualTo(8);
    assertThat(json.getLong("maxUs")).isEqualTo(Long.MAX_VALUE / 1_000);
  }

  @Test
  void saysNothingOfNoDelays() {
    assertThat(histogram.toJson().getLong("p50Us")).isZero();
    assertThat(histogram.toJson().getLong("p99Us")).isZero();
    assertThat(histogram.toJson().getLong("maxUs")).isZero();
  }

  @Test
  void estimatesQuantilesInsideTheirBucket() {
    for (int i = 0; i < 50; i++) {
      histogram.record(TimeUnit.MICROSECONDS.toNanos(30));
    }
    for (int i = 0; i < 49; i++) {
      histogram.record(TimeUnit.MICROSECONDS.toNanos(150));
    }
    histogram.record(TimeUnit.MICROSECONDS.toNanos(4_000));

    assertThat(histogram.quantileUs(0.5)).isEqualTo(50);
    assertThat(histogram.quantileUs(0.99)).isEqualTo(200);
    assertThat(histogram.quantileUs(1)).isEqualTo(4_000);
  }

  @Test
  void estimatesNoQuantileAboveTheLongest() {
    histogram.record(TimeUnit.MICROSECONDS.toNanos(310));
    assertThat(histogram.quantileUs(1)).isEqualTo(310);
    assertThat(histogram.quantileUs(0.99)).isLessThanOrEqualTo(310);
  }

  @Test
  void estimatesBeyondTheLastBoundByTheLongest() {
    histogram.record(TimeUnit.SECONDS.toNanos(2));
    assertThat(histogram.quantileUs(1)).isEqualTo(2_000_000);
  }
}
