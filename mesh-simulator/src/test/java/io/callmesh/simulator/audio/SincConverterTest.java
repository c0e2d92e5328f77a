package io.callmesh.simulator.audio;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SincConverterTest {
  @ParameterizedTest
  @ValueSource(ints = {8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000})
  void keepsToneInPlaceAndStrengthOnTheWayTo8k(int rate) {
    short[] converted = SincConverter.convert(tone(1_000, rate, rate), rate, 8_000);

    assertThat(converted).hasSize(8_000);
    assertThat(difference(converted, tone(1_000, 8_000, 8_000))).isLessThan(5);
  }

  @ParameterizedTest
  @ValueSource(ints = {16_000, 24_000})
  void keepsToneInPlaceAndStrengthOnTheWayUp(int rate) {
    short[] converted = SincConverter.convert(tone(3_000, 8_000, 8_000), 8_000, rate);

    assertThat(converted).hasSize(rate);
    assertThat(difference(converted, tone(3_000, rate, rate))).isLessThan(5);
  }

  @ParameterizedTest
  @ValueSource(ints = {4_200, 5_000, 7_900, 15_000})
  void leavesNothingOfWhatATelephoneCannotCarry(int frequency) {
    short[] converted = SincConverter.convert(tone(frequency, 48_000, 48_000), 48_000, 8_000);

    assertThat(Loudness.rms(converted, 400, 7_200)).isLessThan(3);
  }

  @Test
  void returnsACopyWhenThereIsNothingToConvert() {
    short[] samples = {1, 2, 3};

    assertThat(SincConverter.convert(samples, 8_000, 8_000))
        .isEqualTo(samples)
        .isNotSameAs(samples);
  }

  private static short[] tone(int frequency, int rate, int length) {
    short[] samples = new short[length];
    for (int i = 0; i < length; i++) {
      samples[i] = (short) Math.round(8_000 * Math.sin(2 * Math.PI * frequency * i / rate));
    }
    return samples;
  }

  /** RMS of the difference, without the edges, where the filter sees no signal. */
  private static double difference(short[] one, short[] other) {
    short[] difference = new short[one.length];
    int edge = one.length / 20;
    for (int i = edge; i < one.length - edge; i++) {
      difference[i] = (short) (one[i] - other[i]);
    }
    return Loudness.rms(difference);
  }
}
