package io.callmesh.worker.audio;

import java.util.Arrays;

/**
 * Applies the taps of one phase to a block of signal, in a form that the JDK's compiler turns into
 * vector instructions.
 *
 * <p>It does that neither for sums of floats over the taps nor for reads at a varying distance from
 * the writes, but for loops over the block in which everything has the same index. So four copies
 * of the signal are made, each shifted by one sample more; a loop adds four taps' share; and the
 * sums so far move on by four samples for the next four taps. With more than four at a time the
 * loop grows beyond what is vectorised (JDK 17). For one thread.
 */
final class Convolution {
  private static final int STEP = 4;
  private static final int LAST_STEP = LowPass.TAPS - STEP;

  private final float[] first = new float[LAST_STEP + Resampler.BLOCK];
  private final float[] second = new float[LAST_STEP + Resampler.BLOCK];
  private final float[] third = new float[LAST_STEP + Resampler.BLOCK];
  private final float[] fourth = new float[LAST_STEP + Resampler.BLOCK];
  private final float[] sums = new float[LAST_STEP + Resampler.BLOCK];

  /** Takes a signal that begins with {@code TAPS - 1} samples of history. */
  void load(float[] signal, int count) {
    int length = LAST_STEP + count;
    System.arraycopy(signal, 0, first, 0, length);
    System.arraycopy(signal, 1, second, 0, length);
    System.arraycopy(signal, 2, third, 0, length);
    System.arraycopy(signal, 3, fourth, 0, length);
  }

  /** Filters what was loaded; the result begins at 0 and is the caller's until the next one. */
  float[] apply(float[] taps, int count) {
    Arrays.fill(sums, LAST_STEP, LAST_STEP + count, 0);
    for (int tap = LAST_STEP; tap > 0; tap -= STEP) {
      addFour(taps, tap, count);
      System.arraycopy(sums, tap, sums, tap - STEP, count);
    }
    addFour(taps, 0, count);
    return sums;
  }

  private void addFour(float[] taps, int tap, int count) {
    multiplyAdd(
        sums,
        tap,
        tap + count,
        first,
        second,
        third,
        fourth,
        taps[tap],
        taps[tap + 1],
        taps[tap + 2],
        taps[tap + 3]);
  }

  private static void multiplyAdd(
      float[] sums,
      int from,
      int to,
      float[] a,
      float[] b,
      float[] c,
      float[] d,
      float tapA,
      float tapB,
      float tapC,
      float tapD) {
    for (int i = from; i < to; i++) {
      sums[i] += tapA * a[i] + tapB * b[i] + tapC * c[i] + tapD * d[i];
    }
  }
}
