package io.callmesh.worker.audio;

import java.util.Arrays;

/** Sine waves, and what became of them. Frequencies are multiples of 5 Hz, so that they fit. */
final class Tones {
  /** Loud, with room for the filter to overshoot. */
  static final double AMPLITUDE = 16_000;

  private static final int SETTLING_PER_SECOND = 20; // 50 ms
  private static final int MEASURED_PER_SECOND = 5; // 200 ms, whole periods of 5 Hz

  private Tones() {}

  /** A quarter of a second, beginning at zero. */
  static short[] sine(double hz, int rate) {
    short[] samples = new short[rate / SETTLING_PER_SECOND + rate / MEASURED_PER_SECOND];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (short) Math.round(AMPLITUDE * Math.sin(2 * Math.PI * hz * i / rate));
    }
    return samples;
  }

  /** The level at one frequency relative to {@link #AMPLITUDE}, in dB. */
  static double decibels(short[] samples, double hz, int rate) {
    double[] wave = wave(samples, hz, rate);
    return decibels(2 * Math.hypot(wave[0], wave[1]) / AMPLITUDE);
  }

  static double decibels(double ratio) {
    return 20 * Math.log10(Math.max(ratio, 1e-9));
  }

  /** By how many seconds, less than half a period, the sine comes late. */
  static double delay(short[] samples, double hz, int rate) {
    double[] wave = wave(samples, hz, rate);
    return Math.atan2(-wave[0], wave[1]) / (2 * Math.PI * hz);
  }

  /** How far the samples are from any sine of this frequency, at most. */
  static double farthest(short[] samples, double hz, int rate) {
    double[] wave = wave(samples, hz, rate);
    double farthest = 0;
    for (int i = rate / SETTLING_PER_SECOND; i < samples.length; i++) {
      double phase = 2 * Math.PI * hz * i / rate;
      double fitted = 2 * (wave[0] * Math.cos(phase) + wave[1] * Math.sin(phase));
      farthest = Math.max(farthest, Math.abs(samples[i] - fitted));
    }
    return farthest;
  }

  private static double[] wave(short[] samples, double hz, int rate) {
    double[] wave = new double[2];
    int from = rate / SETTLING_PER_SECOND;
    for (int i = from; i < samples.length; i++) {
      double phase = 2 * Math.PI * hz * i / rate;
      wave[0] += samples[i] * Math.cos(phase);
      wave[1] += samples[i] * Math.sin(phase);
    }
    return Arrays.stream(wave).map(sum -> sum / (samples.length - from)).toArray();
  }
}
