package io.callmesh.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TokenBucketTest {
  private long now;
  private final TokenBucket bucket = new TokenBucket(10, 4, () -> now);

  @Test
  void letsABurstPassAndThenItsRate() {
    for (int i = 0; i < 10; i++) {
      assertThat(bucket.tryTake(1)).isTrue();
    }
    assertThat(bucket.tryTake(1)).isFalse();

    now += TimeUnit.MILLISECONDS.toNanos(249);
    assertThat(bucket.tryTake(1)).isFalse();
    now += TimeUnit.MILLISECONDS.toNanos(1);
    assertThat(bucket.tryTake(1)).isTrue();
    assertThat(bucket.tryTake(1)).isFalse();
  }

  @Test
  void keepsNoMoreThanABurst() {
    now += TimeUnit.HOURS.toNanos(1);
    bucket.take(10);
    assertThat(bucket.inDebt()).isFalse();
    assertThat(bucket.tryTake(1)).isFalse();
  }

  @Test
  void paysItsDebtsFirst() {
    bucket.take(14);
    assertThat(bucket.inDebt()).isTrue();

    now += TimeUnit.MILLISECONDS.toNanos(999);
    assertThat(bucket.inDebt()).isTrue();
    now += TimeUnit.MILLISECONDS.toNanos(1);
    assertThat(bucket.inDebt()).isFalse();
    assertThat(bucket.tryTake(1)).isFalse();
  }
}
