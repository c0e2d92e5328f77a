package io.callmesh.worker.audio;

/**
 * The low-pass filter between 8 kHz and a multiple of it, split into its phases: sincs under a
 * Kaiser window, within 0.1 dB up to 3.4 kHz and at least 70 dB down from 4.0 kHz.
 *
 * <p>48 taps for each phase are what a delay below 3 ms allows. A plain sinc of that length can
 * have either edge, but not both, so the response that is windowed is not flat: the dip and the
 * rise before its end undo most of what the window rounds off there. The figures were found by a
 * search over them, and tests measure the result. Both halves of a path, up and down, use the same
 * filter.
 */
final class LowPass {
  /** Taps of one phase; a multiple of four, because the convolution takes four at a time. */
  static final int TAPS = 48;

  private static final double LOW_RATE_HZ = 8_000;
  private static final double BETA = 7.03;

  /** The response before the window: up to each edge this level, beyond the last one nothing. */
  private static final double[] EDGES_HZ = {3_375, 3_420, 3_624};

  private static final double[] LEVELS = {1, 0.54, 1.25};

  private static final LowPass TIMES_TWO = new LowPass(2);
  private static final LowPass TIMES_THREE = new LowPass(3);
  private static final LowPass TIMES_SIX = new LowPass(6);

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

  /** The filter for this ratio: 2, 3 or 6. */
  static LowPass of(int ratio) {
    return switch (ratio) {
      case 2 -> TIMES_TWO;
      case 3 -> TIMES_THREE;
      case 6 -> TIMES_SIX;
      default -> throw new IllegalArgumentException("ratio must be 2, 3 or 6, was " + ratio);
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
    double middle = (impulse.length - 1) / 2.0;
    double sum = 0;
    for (int i = 0; i < impulse.length; i++) {
      double x = i - middle;
      impulse[i] = response(x, LOW_RATE_HZ * ratio) * kaiser(x / middle);
      sum += impulse[i];
    }
    for (int i = 0; i < impulse.length; i++) {
      impulse[i] /= sum;
    }
    return impulse;
  }

  /** What the response is in time: a sinc for each edge, as high as the level falls there. */
  private static double response(double x, double rate) {
    double sum = 0;
    for (int i = 0; i < EDGES_HZ.length; i++) {
      double fall = LEVELS[i] - (i + 1 < LEVELS.length ? LEVELS[i + 1] : 0);
      sum += fall * Math.sin(2 * Math.PI * EDGES_HZ[i] / rate * x);
    }
    return sum / (Math.PI * x); // x is never 0: the length is even
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
