package io.callmesh.worker.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the issue asks of the filters, measured on what comes out of them. */
class ResamplerTest {
  private static final int LOW = 8_000;
  private static final double RIPPLE_DB = 0.1;
  private static final double STOP_DB = -70;
  private static final double LONGEST_DELAY = 0.003;

  /** Half a step of a sample for rounding, and what 70 dB leave of a tone of 16,000. */
  private static final double STEADY = 0.5 + 5.1;

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 6})
  void isFlatTo3400Hertz(int ratio) {
    int rate = LOW * ratio;
    Range up = new Range();
    Range down = new Range();
    for (int hz = 50; hz <= 3_400; hz += 50) {
      up.add(Tones.decibels(run(Resampler.up(ratio), Tones.sine(hz, LOW)), hz, rate));
      down.add(Tones.decibels(run(Resampler.down(ratio), Tones.sine(hz, rate)), hz, LOW));
    }
    assertThat(up.width()).isLessThan(RIPPLE_DB);
    assertThat(down.width()).isLessThan(RIPPLE_DB);
    assertThat(up.farthestFromZero()).isLessThan(RIPPLE_DB);
    assertThat(down.farthestFromZero()).isLessThan(RIPPLE_DB);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 6})
  void makesNoImages(int ratio) {
    int rate = LOW * ratio;
    for (int hz = 50; hz < 4_000; hz += 50) {
      short[] up = run(Resampler.up(ratio), Tones.sine(hz, LOW));
      for (int times = LOW; times <= rate / 2 + LOW / 2; times += LOW) {
        assertThat(Tones.decibels(up, times - hz, rate))
            .as("%s - %s Hz", times, hz)
            .isLessThan(STOP_DB);
        if (times + hz < rate / 2) {
          assertThat(Tones.decibels(up, times + hz, rate))
              .as("%s + %s Hz", times, hz)
              .isLessThan(STOP_DB);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 6})
  void letsNothingFoldBack(int ratio) {
    int rate = LOW * ratio;
    for (int hz = 4_005; hz < rate / 2; hz += hz < 5_000 ? 15 : 85) {
      short[] down = run(Resampler.down(ratio), Tones.sine(hz, rate));
      int folded = Math.abs(hz - (hz + LOW / 2) / LOW * LOW);
      assertThat(Tones.decibels(down, folded, LOW)).as("%s Hz", hz).isLessThan(STOP_DB);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 6})
  void delaysEveryFrequencyByLessThanThreeMilliseconds(int ratio) {
    int rate = LOW * ratio;
    double samples = (LowPass.TAPS * ratio - 1) / 2.0;
    assertThat(samples / rate).isLessThan(LONGEST_DELAY);
    for (int hz : new int[] {50, 100, 150}) {
      short[] up = run(Resampler.up(ratio), Tones.sine(hz, LOW));
      short[] down = run(Resampler.down(ratio), Tones.sine(hz, rate));

      assertThat(Tones.delay(up, hz, rate) * rate).isCloseTo(samples, within(0.01));
      // A sample is made of the group that ends with it, so it stands for the time of the last.
      double ofGroup = ratio - 1;
      assertThat(Tones.delay(down, hz, LOW) * rate).isCloseTo(samples - ofGroup, within(0.05));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 6})
  void answersAClickSymmetrically(int ratio) {
    short[] click = new short[400];
    click[160] = 30_000;
    short[] up = run(Resampler.up(ratio), click);

    int first = 160 * ratio;
    int last = first + LowPass.TAPS * ratio - 1;
    for (int i = 0; first + i < last - i; i++) {
      assertThat(up[first + i]).isEqualTo(up[last - i]);
    }
    assertThat(Arrays.copyOf(up, first)).containsOnly(0);
    assertThat(Arrays.copyOfRange(up, last + 1, up.length)).containsOnly(0);
  }

  /** Across the edges of blocks and of pieces that are none a tone is nothing but this tone. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 6})
  void doesNotClickAtTheEdgesOfFrames(int ratio) {
    int rate = LOW * ratio;
    for (int piece : new int[] {160, 161, 37, 1}) {
      short[] up = run(Resampler.up(ratio), Tones.sine(1_005, LOW), piece);
      short[] down = run(Resampler.down(ratio), Tones.sine(1_005, rate), piece);

      assertThat(Tones.farthest(up, 1_005, rate)).isLessThan(STEADY);
      assertThat(Tones.farthest(down, 1_005, LOW)).isLessThan(STEADY);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 6})
  void bringsASignalBackAfterItsDelay(int ratio) {
    short[] original = speechLike();
    short[] back = run(Resampler.down(ratio), run(Resampler.up(ratio), original));

    // Twice the delay of one way, less what the last of a group comes first by.
    int delay = LowPass.TAPS - 1;
    double noise = 0;
    double signal = 0;
    for (int i = 1_000; i < original.length - delay; i++) {
      double difference = back[i + delay] - original[i];
      noise += difference * difference;
      signal += (double) original[i] * original[i];
    }
    assertThat(10 * Math.log10(signal / noise)).isGreaterThan(40);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 6})
  void makesExactlyOneFrameOfOneFrame(int ratio) {
    short[] high = new short[160 * ratio];
    short[] low = new short[160];

    assertThat(Resampler.up(ratio).process(low, 0, 160, high)).isEqualTo(160 * ratio);
    assertThat(Resampler.down(ratio).process(high, 0, 160 * ratio, low)).isEqualTo(160);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 6})
  void keepsSilenceSilent(int ratio) {
    assertThat(run(Resampler.up(ratio), new short[1_600])).containsOnly(0);
    assertThat(run(Resampler.down(ratio), new short[4_800])).containsOnly(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 6})
  void saturatesInsteadOfWrapping(int ratio) {
    short[] square = new short[1_600];
    for (int i = 0; i < square.length; i++) {
      square[i] = i / 16 % 2 == 0 ? Short.MAX_VALUE : Short.MIN_VALUE;
    }
    short[] up = run(Resampler.up(ratio), square);

    assertThat(up).contains(Short.MAX_VALUE).contains(Short.MIN_VALUE);
    for (int i = 1_000; i < up.length; i++) {
      boolean swings = Math.abs(up[i] - up[i - 1]) > 60_000;
      assertThat(swings).as("sample %s", i).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 6})
  void forgetsWhatCameBefore(int ratio) {
    Resampler down = Resampler.down(ratio);
    assertThat(down.process(noise(481), 0, 481, new short[241])).isEqualTo(481 / ratio);
    down.reset();
    Resampler up = Resampler.up(ratio);
    assertThat(up.process(noise(100), 0, 100, new short[600])).isEqualTo(100 * ratio);
    up.reset();

    assertThat(run(down, noise(960))).isEqualTo(run(Resampler.down(ratio), noise(960)));
    assertThat(run(up, noise(960))).isEqualTo(run(Resampler.up(ratio), noise(960)));
  }

  @Test
  void refusesRatiosThatHaveNoFilter() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Resampler.up(4))
        .withMessage("ratio must be 2, 3 or 6, was 4");
    assertThatIllegalArgumentException().isThrownBy(() -> Resampler.down(1));
  }

  private static short[] run(Resampler resampler, short[] in) {
    return run(resampler, in, 160);
  }

  private static short[] run(Resampler resampler, short[] in, int piece) {
    short[] out = new short[in.length * Resampler.HIGHEST_RATIO];
    short[] part = new short[piece * Resampler.HIGHEST_RATIO];
    int written = 0;
    for (int done = 0; done < in.length; done += piece) {
      int count = resampler.process(in, done, Math.min(piece, in.length - done), part);
      System.arraycopy(part, 0, out, written, count);
      written += count;
    }
    return Arrays.copyOf(out, written);
  }

  private static short[] speechLike() {
    short[] samples = new short[LOW];
    double[] partials = {310, 620, 1_240, 1_900, 2_600, 3_300};
    for (int i = 0; i < samples.length; i++) {
      double sum = 0;
      for (double hz : partials) {
        sum += 4_000 * Math.sin(2 * Math.PI * hz * i / LOW + hz);
      }
      samples[i] = (short) Math.round(sum);
    }
    return samples;
  }

  private static short[] noise(int length) {
    Random random = new Random(42);
    short[] samples = new short[length];
    for (int i = 0; i < length; i++) {
      samples[i] = (short) (random.nextGaussian() * 9_000);
    }
    return samples;
  }

  /** Of levels in dB. */
  private static final class Range {
    private double lowest = Double.MAX_VALUE;
    private double highest = -Double.MAX_VALUE;

    void add(double decibels) {
      lowest = Math.min(lowest, decibels);
      highest = Math.max(highest, decibels);
    }

    double width() {
      return highest - lowest;
    }

    double farthestFromZero() {
      return Math.max(Math.abs(lowest), Math.abs(highest));
    }
  }
}
