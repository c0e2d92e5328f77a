package io.callmesh.simulator.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.simulator.SpokenAudio;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SpeechDetectorTest implements SpeechDetector.Listener {
  private final SpeechDetector detector = new SpeechDetector();
  private final List<Long> turns = new ArrayList<>();
  private long longestMs;

  @Override
  public void speaking(long voicedMs) {
    longestMs = Math.max(longestMs, voicedMs);
  }

  @Override
  public void spoken(long voicedMs) {
    turns.add(voicedMs);
  }

  @Test
  void findsRecordedSpeechAsOneTurn() {
    hear(silence(1_000));
    hear(SpokenAudio.caller());
    hear(silence(1_000));

    assertThat(turns).hasSize(1);
    assertThat(turns.get(0)).isBetween(3_000L, 5_660L);
    assertThat(longestMs).isEqualTo(turns.get(0));
  }

  @Test
  void findsSpeechOverLineNoise() {
    short[] noisy = SpokenAudio.caller();
    short[] noise = noise(noisy.length, 60);
    for (int i = 0; i < noisy.length; i++) {
      noisy[i] += noise[i];
    }
    hear(noise(8_000, 60));
    hear(noisy);
    hear(noise(8_000, 60));

    assertThat(turns).hasSize(1);
  }

  @Test
  void hearsNothingInSilenceAndSteadyNoise() {
    hear(silence(5_000));
    hear(noise(8_000 * 20, 100));

    assertThat(turns).isEmpty();
    assertThat(longestMs).isZero();
  }

  @Test
  void ignoresClicksHoweverMany() {
    for (int i = 0; i < 50; i++) {
      hear(noise(160, 8_000));
      hear(silence(200));
    }
    hear(silence(1_000));

    assertThat(turns).isEmpty();
    assertThat(longestMs).isEqualTo(20);
  }

  @Test
  void ends700MillisecondsAfterTheLastSound() {
    hear(noise(8_000, 8_000));
    hear(silence(680));
    assertThat(turns).isEmpty();
    hear(silence(20));

    assertThat(turns).containsExactly(1_000L);
    assertThat(detector.totalMs()).isEqualTo(1_700);
  }

  private void hear(short[] samples) {
    for (short sample : samples) {
      detector.sample(sample, this);
    }
  }

  private static short[] silence(int milliseconds) {
    return new short[milliseconds * 8];
  }

  /** White noise of the same samples each time. */
  private static short[] noise(int length, int rms) {
    Random random = new Random(42);
    short[] samples = new short[length];
    for (int i = 0; i < length; i++) {
      samples[i] = (short) Math.round(Math.max(-3, Math.min(3, random.nextGaussian())) * rms);
    }
    return samples;
  }
}
