package io.callmesh.contracts.handoff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InstantsTest {
  @Test
  void readsWhatInstantsWrite() {
    Random random = new Random(5);
    for (int i = 0; i < 2_000; i++) {
      Instant any =
          Instant.ofEpochSecond(
              random.nextLong(-62_167_219_200L, 253_402_300_800L), random.nextInt(1_000_000_000));
      for (ChronoUnit unit :
          List.of(ChronoUnit.SECONDS, ChronoUnit.MILLIS, ChronoUnit.MICROS, ChronoUnit.NANOS)) {
        Instant instant = any.truncatedTo(unit);
        assertThat(Instants.parse(instant.toString())).isEqualTo(instant);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-11-23T10:00:00.5Z",
        "2026-11-23T10:00:00.Z",
        "2026-11-23T24:00:00Z",
        "2026-12-31T23:59:60Z",
        "2026-11-23T10:00:00+01:00",
        "+12026-11-23T10:00:00Z",
        "-0001-11-23T10:00:00Z"
      })
  void readsOtherFormsAsTheFormatterDoes(String text) {
    assertThat(Instants.parse(text)).isEqualTo(Instant.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Z",
        "2026-11-23",
        "2026-02-30T10:00:00Z",
        "2026-13-01T10:00:00Z",
        "2026-11-23T25:00:00Z",
        "2026-11-23T10:61:00Z",
        "2026-11-23t10:00.00Z",
        "2026-11-23T10:00:00.1234567890Z",
        "2026-11-23T10:00:0xZ"
      })
  void refusesWhatIsNone(String text) {
    assertThatExceptionOfType(DateTimeException.class).isThrownBy(() -> Instants.parse(text));
  }
}
