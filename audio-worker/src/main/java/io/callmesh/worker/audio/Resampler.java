package io.callmesh.worker.audio;

/**
 * Changes the sample rate of a stream between 8 kHz and 16 or 24 kHz, keeping its state from call
 * to call: the result does not depend on how the stream is cut into pieces.
 *
 * <p>A polyphase filter ({@link LowPass}); its group delay is 3.2 ms in either direction (51.5
 * samples at 16 kHz, 77.5 at 24 kHz). Samples that would exceed 16 bits saturate. Allocates nothing
 * after construction. For one thread.
 */
public abstract sealed class Resampler permits Upsampler, Downsampler {
  /** Low-rate samples that go through the filter at a time: 20 ms. */
  static final int BLOCK = 160;

  private static final int LOW_RATE = 8_000;

  private final float[] first = new float[BLOCK];
  private final float[] second = new float[BLOCK];
  private final float[] third = new float[BLOCK];
  private final float[] fourth = new float[BLOCK];

  Resampler() {}

  /** From 8 kHz to {@code rate} Hz, 16 000 or 24 000. */
  public static Resampler up(int rate) {
    return new Upsampler(rate / LOW_RATE);
  }

  /** From {@code rate} Hz, 16 000 or 24 000, to 8 kHz. */
  public static Resampler down(int rate) {
    return new Downsampler(rate / LOW_RATE);
  }

  /**
   * Filters {@code count} samples from {@code offset}.
   *
   * @param out takes the result from its start: {@code count} times the ratio going up; going down
   *     the ratio-th part of {@code count} and what an earlier call left over
   * @return how many samples were written
   */
  public abstract int process(short[] in, int offset, int count, short[] out);

  /** Forgets what came before, as if newly made. */
  public abstract void reset();

  /**
   * Takes the taps from {@code tap} to {@code tap + 3} into view: four pieces of the signal, each
   * beginning one sample later. Copying them first is what lets the compiler vectorise {@link
   * #accumulate}, which it does not do for reads at a varying distance from the writes.
   */
  final void shift(float[] signal, int tap, int count) {
    System.arraycopy(signal, tap, first, 0, count);
    System.arraycopy(signal, tap + 1, second, 0, count);
    System.arraycopy(signal, tap + 2, third, 0, count);
    System.arraycopy(signal, tap + 3, fourth, 0, count);
  }

  /** Adds four taps' share to every sum. */
  final void accumulate(float[] sums, float[] taps, int tap, int count) {
    multiplyAdd(
        sums,
        count,
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
      int count,
      float[] a,
      float[] b,
      float[] c,
      float[] d,
      float tapA,
      float tapB,
      float tapC,
      float tapD) {
    for (int i = 0; i < count; i++) {
      sums[i] += tapA * a[i] + tapB * b[i] + tapC * c[i] + tapD * d[i];
    }
  }

  /** Rounds to the nearest of the 65536 values there are. */
  static short saturate(float sample) {
    int rounded = (int) (sample + (sample < 0 ? -0.5f : 0.5f));
    return (short) Math.max(Short.MIN_VALUE, Math.min(Short.MAX_VALUE, rounded));
  }
}
