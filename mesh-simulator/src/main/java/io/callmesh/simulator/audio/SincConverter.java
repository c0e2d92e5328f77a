package io.callmesh.simulator.audio;

/**
 * Changes the sample rate of a whole recording with a Kaiser-windowed sinc, one filter per phase of
 * the output against the input. The filter is flat to 90 % of the lower Nyquist frequency and 80 dB
 * down at it, so that nothing folds back. It looks as far ahead as behind: no delay.
 */
public final class SincConverter {
  private static final double STOP_BAND_DB = 80;
  private static final double TRANSITION = 0.1;
  private static final double BETA = 0.1102 * (STOP_BAND_DB - 8.7);

  private final int step;
  private final int phases;
  private final int half;
  private final float[][] filters;

  private SincConverter(int fromRate, int toRate) {
    int divisor = gcd(fromRate, toRate);
    step = fromRate / divisor;
    phases = toRate / divisor;
    double nyquist = Math.min(fromRate, toRate) / 2.0;
    double width = 2 * Math.PI * TRANSITION * nyquist / fromRate;
    half = (int) Math.ceil((STOP_BAND_DB - 8) / (2.285 * width) / 2);
    filters = new float[phases][];
    double cutoff = (1 - TRANSITION / 2) * nyquist / fromRate;
    for (int phase = 0; phase < phases; phase++) {
      filters[phase] = filter((double) phase / phases, cutoff);
    }
  }

  /**
   * The same recording at another rate.
   *
   * @param fromRate of the samples, in Hz
   * @param toRate of the result, in Hz
   */
  public static short[] convert(short[] samples, int fromRate, int toRate) {
    return fromRate == toRate
        ? samples.clone()
        : new SincConverter(fromRate, toRate).apply(samples);
  }

  private short[] apply(short[] samples) {
    short[] result = new short[(int) ((long) samples.length * phases / step)];
    for (int i = 0; i < result.length; i++) {
      long position = (long) i * step;
      result[i] = at(samples, (int) (position / phases), filters[(int) (position % phases)]);
    }
    return result;
  }

  private short at(short[] samples, int center, float[] filter) {
    int first = center - half + 1;
    int from = Math.max(0, -first);
    int to = Math.min(filter.length, samples.length - first);
    double sum = 0;
    for (int tap = from; tap < to; tap++) {
      sum += filter[tap] * samples[first + tap];
    }
    return (short) Math.max(Short.MIN_VALUE, Math.min(Short.MAX_VALUE, Math.round(sum)));
  }

  /** The taps for an output that lies {@code fraction} of an input sample after its center. */
  private float[] filter(double fraction, double cutoff) {
    float[] taps = new float[2 * half];
    double sum = 0;
    for (int tap = 0; tap < taps.length; tap++) {
      double distance = tap - half + 1 - fraction;
      taps[tap] = (float) (2 * cutoff * sinc(2 * cutoff * distance) * kaiser(distance / half));
      sum += taps[tap];
    }
    for (int tap = 0; tap < taps.length; tap++) {
      taps[tap] = (float) (taps[tap] / sum);
    }
    return taps;
  }

  private static double sinc(double x) {
    return x == 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
  }

  private static double kaiser(double x) {
    return Math.abs(x) >= 1 ? 0 : bessel(BETA * Math.sqrt(1 - x * x)) / bessel(BETA);
  }

  /** The modified Bessel function of the first kind and order zero, by its series. */
  private static double bessel(double x) {
    double term = 1;
    double sum = 1;
    for (int k = 1; term > sum * 1e-12; k++) {
      term *= x * x / (4.0 * k * k);
      sum += term;
    }
    return sum;
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }
}
