package io.callmesh.worker.audio;

import java.util.Arrays;

/**
 * The arrays that a thread needs while it converts a block, for all of its sessions: nothing in
 * them outlives a call. About 8 KiB for each event loop instead of for each session.
 *
 * <p>Bound to the thread and not handed in by whoever owns the loop: a transcoder is then safe
 * wherever it is used, by one thread at a time, and its makers need not know of this.
 */
final class Workbench {
  private static final ThreadLocal<Workbench> OF_THREAD = ThreadLocal.withInitial(Workbench::new);

  private static final float LOUDEST = Short.MAX_VALUE;
  private static final float LOWEST = Short.MIN_VALUE;

  /** Added to a small float this leaves the nearest integer in the low bits: 1.5 * 2^23. */
  private static final float INTEGER_BITS = 12_582_912;

  /** A block of samples at 8 kHz. */
  final short[] low = new short[Resampler.BLOCK];

  /** The same at the highest rate there is. */
  final short[] high = new short[Resampler.BLOCK * Resampler.HIGHEST_RATIO];

  /** The same in mu-law. */
  final byte[] mulaw = new byte[Resampler.BLOCK];

  /** One phase's history, a block behind it, and one sample of an incomplete group. */
  final float[] signal = new float[Resampler.HISTORY + Resampler.BLOCK + 1];

  /** The sum of all phases. */
  final float[] total = new float[Resampler.BLOCK];

  /** The filter's own arrays. */
  final Convolution convolution = new Convolution();

  private Workbench() {}

  /** The calling thread's. */
  static Workbench ofThread() {
    return OF_THREAD.get();
  }

  /** Makes the total zero. */
  void clearTotal(int count) {
    Arrays.fill(total, 0, count, 0);
  }

  /** Adds to the total. */
  void addToTotal(float[] sums, int count) {
    float[] to = total;
    for (int i = 0; i < count; i++) {
      to[i] += sums[i];
    }
  }

  /**
   * Rounds to the nearest of the 65536 values there are. Done by an addition, because conversions
   * are not vectorised on JDK 17.
   *
   * @param samples are lost
   * @param stride from one sample to the next in {@code out}
   */
  static void round(float[] samples, int count, short[] out, int offset, int stride) {
    for (int i = 0; i < count; i++) {
      samples[i] = Math.max(LOWEST, Math.min(LOUDEST, samples[i])) + INTEGER_BITS;
    }
    int at = offset;
    for (int i = 0; i < count; i++) {
      out[at] = (short) Float.floatToRawIntBits(samples[i]);
      at += stride;
    }
  }
}
