package io.callmesh.worker.audio;

/**
 * The low-pass filter between 8 kHz and a multiple of it, split into its phases: a sinc under a
 * Kaiser window, flat to 3.4 kHz and more than 60 dB down from 4.0 kHz.
 *
 * <p>The length follows from Kaiser's estimate for 63 dB over a transition of 600 Hz: 52 taps for
 * each phase. Both halves of a path, up and down, use the same one.
 */
final class LowPass {
  /** Taps of one phase; a multiple of four, because the kernel takes four at a time. */
  static final int TAPS = 52;

  private static final double CUTOFF_HZ = 3_700;
  private static final double LOW_RATE_HZ = 8_000;
  private static final double BETA = 6.03;
  private static final LowPass DOUBLE = new LowPass(2);
  private static final LowPass TRIPLE = new LowPass(3);

  private final float[][] up;
  private final float[][] down;

  private LowPass(int ratio) {
    double[] impulse = impulse(ratio);
    up = new float[ratio][TAPS];
    down = new float[ratio][TAPS];
    for (int phase = 0; phase < ratio; phase++) {
      for (int i = 0; i < TAPS; i++) {
        int newestLast = (TAPS - 1 - i) * ratio;
        up[phase][i] = (float) (impulse[newestLast + phase] * ratio);
        down[phase][i] = (float) impulse[newestLast + ratio - 1 - phase];
      }
    }
  }

  /** The filter for this ratio, 2 or 3. */
  static LowPass of(int ratio) {
    return switch (ratio) {
      case 2 -> DOUBLE;
      case 3 -> TRIPLE;
      default -> throw new IllegalArgumentException("ratio must be 2 or 3, was " + ratio);
    };
  }

  /**
   * For each output phase the taps over low-rate samples, oldest sample first. Not to be written.
   */
  float[][] up() {
    return up;
  }

  /** For each input phase the taps over every ratio-th sample, oldest first. Not to be written. */
  float[][] down() {
    return down;
  }

  private static double[] impulse(int ratio) {
    double[] impulse = new double[TAPS * ratio];
    double cutoff = CUTOFF_HZ / (LOW_RATE_HZ * ratio);
    double middle = (impulse.length - 1) / 2.0;
    double sum = 0;
    for (int i = 0; i < impulse.length; i++) {
      double x = i - middle;
      double sinc = Math.sin(2 * Math.PI * cutoff * x) / (Math.PI * x); // x is never 0: even length
      impulse[i] = sinc * kaiser(x / middle);
      sum += impulse[i];
    }
    for (int i = 0; i < impulse.length; i++) {
      impulse[i] /= sum;
    }
    return impulse;
  }

  private static double kaiser(double x) {
    return bessel(BETA * Math.sqrt(Math.max(0, 1 - x * x))) / bessel(BETA);
  }

  /** The modified Bessel function of the first kind and order zero, by its power series. */
  private static double bessel(double x) {
    double sum = 1;
    double term = 1;
    for (int k = 1; term > sum * 1e-12; k++) {
      term *= x / (2 * k) * (x / (2 * k));
      sum += term;
    }
    return sum;
  }
}
