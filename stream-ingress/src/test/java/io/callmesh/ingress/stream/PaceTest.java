package io.callmesh.ingress.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {
  private static final long MS = 1_000_000;

  private final Pace pace = new Pace(1_000, 100);

  @Test
  void takesSoMuchAtOnceAndNoMore() {
    assertThat(pace.takes(600, 0)).isTrue();
    assertThat(pace.takes(401, 0)).isFalse();
    assertThat(pace.takes(400, 0)).isTrue();
    assertThat(pace.takes(1, 0)).isFalse();
  }

  @Test
  void takesItsRateForEver() {
    assertThat(pace.takes(1_000, 0)).isTrue();
    for (int i = 1; i <= 10_000; i++) {
      assertThat(pace.takes(1, i * (10 * MS))).isTrue();
      assertThat(pace.takes(1, i * (10 * MS))).isFalse();
    }
  }

  @Test
  void losesNothingWhenAskedOften() {
    assertThat(pace.takes(1_000, 0)).isTrue();
    int taken = 0;
    for (long nanos = 0; nanos <= 1_000 * MS; nanos += MS / 3) {
      taken += pace.takes(1, nanos) ? 1 : 0;
    }
    assertThat(taken).isBetween(99, 100);
  }

  @Test
  void savesUpNoMoreThanItTakesAtOnce() {
    assertThat(pace.takes(1_000, 0)).isTrue();
    assertThat(pace.takes(1_000, 3_600_000 * MS)).isTrue();
    assertThat(pace.takes(1, 3_600_000 * MS)).isFalse();
  }
}
