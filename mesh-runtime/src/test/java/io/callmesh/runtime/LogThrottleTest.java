package io.callmesh.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LogThrottleTest {
  private final AtomicLong nanos = new AtomicLong(-7);
  private final LogThrottle throttle = new LogThrottle(Duration.ofSeconds(10), nanos::get);

  @Test
  void letsOneLineThroughInEachInterval() {
    assertThat(throttle.permits()).isTrue();
    assertThat(throttle.permits()).isFalse();
    nanos.addAndGet(Duration.ofSeconds(10).toNanos() - 1);
    assertThat(throttle.permits()).isFalse();
    nanos.incrementAndGet();
    assertThat(throttle.permits()).isTrue();
    assertThat(throttle.permits()).isFalse();
  }
}
