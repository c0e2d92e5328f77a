package io.callmesh.worker.audio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResamplerTest {
  private static final int SECOND = 8_000;
  private static final double AMPLITUDE = 16_000;

  @ParameterizedTest
  @CsvSource({"16000, 300", "16000, 1000", "16000, 2500", "16000, 3400"})
  @CsvSource({"24000, 300", "24000, 1000", "24000, 2500", "24000, 3400"})
  void keepsTheLevelOfSpeechBothWays(int rate, double hz) {
    short[] up = run(Resampler.up(rate), sine(hz, 8_000), 160);
    short[] down = run(Resampler.down(rate), sine(hz, rate), 160 * rate / 8_000);

    assertThat(decibels(level(up, hz, rate))).isBetween(-0.5, 0.5);
    assertThat(decibels(level(down, hz, 8_000))).isBetween(-0.5, 0.5);
  }

  @ParameterizedTest
  @CsvSource({"16000, 300", "16000, 2000", "16000, 3400", "16000, 3990"})
  @CsvSource({"24000, 300", "24000, 2000", "24000, 3400", "24000, 3990"})
  void makesNoImages(int rate, double hz) {
    short[] up = run(Resampler.up(rate), sine(hz, 8_000), 160);

    for (double image = 8_000 - hz; image < rate / 2.0; image = image + 2 * hz) {
      assertThat(decibels(level(up, image, rate))).as("image at %s Hz", image).isLessThan(-60);
    }
  }

  @ParameterizedTest
  @CsvSource({"16000, 4000", "16000, 4500", "16000, 5000", "16000, 6000", "16000, 7700"})
  @CsvSource({"24000, 4000", "24000, 4600", "24000, 7000", "24000, 9000", "24000, 11700"})
  void letsNothingFoldBack(int rate, double hz) {
    short[] down = run(Resampler.down(rate), sine(hz, rate), 160 * rate / 8_000);

    assertThat(decibels(loudest(down) / AMPLITUDE)).isLessThan(-60);
  }

  @ParameterizedTest
  @ValueSource(ints = {16_000, 24_000})
  void bringsASignalBackAfterItsDelay(int rate) {
    short[] original = speechLike();
    short[] back =
        run(Resampler.down(rate), run(Resampler.up(rate), original, 160), 160 * rate / 8_000);

    // Twice the delay of one way, less the part of a sample by which the last phase comes first.
    int delay = 51;
    double noise = 0;
    double signal = 0;
    for (int i = 1_000; i < original.length - delay; i++) {
      double difference = back[i + delay] - original[i];
      noise += difference * difference;
      signal += (double) original[i] * original[i];
    }
    assertThat(10 * Math.log10(signal / noise)).isGreaterThan(65);
  }

  @ParameterizedTest
  @ValueSource(ints = {16_000, 24_000})
  void givesTheSameHoweverTheStreamIsCut(int rate) {
    short[] low = noise(4_000);
    short[] high = noise(12_000);

    assertThat(inPieces(Resampler.up(rate), low)).isEqualTo(run(Resampler.up(rate), low, 160));
    assertThat(inPieces(Resampler.down(rate), high))
        .isEqualTo(run(Resampler.down(rate), high, 480));
  }

  @ParameterizedTest
  @ValueSource(ints = {16_000, 24_000})
  void makesExactlyOneFrameOfOneFrame(int rate) {
    int ratio = rate / 8_000;
    short[] high = new short[160 * ratio];
    short[] low = new short[160];

    assertThat(Resampler.up(rate).process(low, 0, 160, high)).isEqualTo(160 * ratio);
    assertThat(Resampler.down(rate).process(high, 0, 160 * ratio, low)).isEqualTo(160);
  }

  @ParameterizedTest
  @ValueSource(ints = {16_000, 24_000})
  void keepsSilenceSilent(int rate) {
    assertThat(loudest(run(Resampler.up(rate), new short[1_600], 160))).isZero();
    assertThat(loudest(run(Resampler.down(rate), new short[4_800], 480))).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {16_000, 24_000})
  void saturatesInsteadOfWrapping(int rate) {
    short[] square = new short[1_600];
    for (int i = 0; i < square.length; i++) {
      square[i] = i / 16 % 2 == 0 ? Short.MAX_VALUE : Short.MIN_VALUE;
    }
    short[] up = run(Resampler.up(rate), square, 160);

    assertThat(up).contains(Short.MAX_VALUE).contains(Short.MIN_VALUE);
    int ratio = rate / 8_000;
    for (int i = 1_000; i < up.length; i++) {
      boolean swings = Math.abs(up[i] - up[i - 1]) > 60_000;
      assertThat(swings).as("sample %s of ratio %s", i, ratio).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {16_000, 24_000})
  void delaysByLessThanFourMilliseconds(int rate) {
    short[] click = new short[400];
    click[0] = Short.MAX_VALUE;
    short[] up = run(Resampler.up(rate), click, 160);

    int peak = 0;
    for (int i = 0; i < up.length; i++) {
      peak = up[i] > up[peak] ? i : peak;
    }
    assertThat(peak * 1_000.0 / rate).isBetween(3.1, 3.3);
  }

  @Test
  void forgetsWhatCameBefore() {
    Resampler used = Resampler.down(24_000);
    int ignored = used.process(noise(481), 0, 481, new short[161]);
    used.reset();

    assertThat(ignored).isEqualTo(160);
    assertThat(run(used, noise(960), 480)).isEqualTo(run(Resampler.down(24_000), noise(960), 480));
  }

  private static short[] run(Resampler resampler, short[] in, int piece) {
    short[] out = new short[in.length * 3 + 3];
    short[] part = new short[piece * 3 + 3];
    int written = 0;
    for (int done = 0; done < in.length; done += piece) {
      int count = resampler.process(in, done, Math.min(piece, in.length - done), part);
      System.arraycopy(part, 0, out, written, count);
      written += count;
    }
    return Arrays.copyOf(out, written);
  }

  private static short[] inPieces(Resampler resampler, short[] in) {
    Random random = new Random(7);
    short[] out = new short[in.length * 3 + 3];
    short[] part = new short[4_000];
    int written = 0;
    for (int done = 0; done < in.length; ) {
      int piece = Math.min(in.length - done, random.nextInt(700));
      int count = resampler.process(in, done, piece, part);
      System.arraycopy(part, 0, out, written, count);
      written += count;
      done += piece;
    }
    return Arrays.copyOf(out, written);
  }

  private static short[] sine(double hz, int rate) {
    short[] samples = new short[rate];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (short) Math.round(AMPLITUDE * Math.sin(2 * Math.PI * hz * i / rate));
    }
    return samples;
  }

  private static short[] speechLike() {
    short[] samples = new short[SECOND];
    double[] partials = {310, 620, 1_240, 1_900, 2_600, 3_300};
    for (int i = 0; i < samples.length; i++) {
      double sum = 0;
      for (double hz : partials) {
        sum += 4_000 * Math.sin(2 * Math.PI * hz * i / SECOND + hz);
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

  /** The amplitude at one frequency relative to the test tone's, once the filter has settled. */
  private static double level(short[] samples, double hz, int rate) {
    double re = 0;
    double im = 0;
    int from = rate / 10;
    int to = from + rate * 8 / 10; // whole periods of every multiple of 1.25 Hz
    for (int i = from; i < to; i++) {
      double phase = 2 * Math.PI * hz * i / rate;
      re += samples[i] * Math.cos(phase);
      im += samples[i] * Math.sin(phase);
    }
    return 2 * Math.hypot(re, im) / (to - from) / AMPLITUDE;
  }

  private static double decibels(double ratio) {
    return 20 * Math.log10(Math.max(ratio, 1e-9));
  }

  private static double loudest(short[] samples) {
    double loudest = 0;
    for (int i = Math.min(400, samples.length / 4); i < samples.length - 100; i++) {
      loudest = Math.max(loudest, Math.abs(samples[i]));
    }
    return loudest;
  }
}
