package io.callmesh.worker.audio;

import java.util.Arrays;

/**
 * From a multiple of 8 kHz to 8 kHz: the input is dealt out to as many signals as the ratio says,
 * and each goes through its phase of the filter into the same sum.
 */
final class Downsampler extends Resampler {
  private static final int HISTORY = LowPass.TAPS - 1;

  private final float[][] phases;
  private final float[][] signals;
  private final float[] sums = new float[BLOCK];

  /** The phase that the next sample belongs to; not 0 when a call left a group incomplete. */
  private int phase;

  private int filled;

  Downsampler(int ratio) {
    phases = LowPass.of(ratio).down();
    signals = new float[ratio][HISTORY + BLOCK];
  }

  @Override
  public int process(short[] in, int offset, int count, short[] out) {
    int written = 0;
    int done = 0;
    while (done < count) {
      done += deal(in, offset + done, count - done);
      written += filter(out, written);
    }
    return written;
  }

  /** Deals samples out until the block is full or there are no more; returns how many. */
  private int deal(short[] in, int offset, int count) {
    int ratio = phases.length;
    int taken = Math.min(count, BLOCK * ratio - phase);
    int at = phase;
    int slot = HISTORY;
    for (int i = 0; i < taken; i++) {
      signals[at][slot] = in[offset + i];
      if (++at == ratio) {
        at = 0;
        slot++;
      }
    }
    phase = at;
    filled = slot - HISTORY;
    return taken;
  }

  private int filter(short[] out, int outOffset) {
    int count = filled;
    Arrays.fill(sums, 0, count, 0);
    for (int i = 0; i < phases.length; i++) {
      for (int tap = 0; tap < LowPass.TAPS; tap += 4) {
        shift(signals[i], tap, count);
        accumulate(sums, phases[i], tap, count);
      }
    }
    for (int i = 0; i < count; i++) {
      out[outOffset + i] = saturate(sums[i]);
    }
    keepHistory(count);
    return count;
  }

  private void keepHistory(int count) {
    for (int i = 0; i < phases.length; i++) {
      int held = i < phase ? HISTORY + 1 : HISTORY; // one more where the group is incomplete
      System.arraycopy(signals[i], count, signals[i], 0, held);
    }
  }

  @Override
  public void reset() {
    phase = 0;
    for (float[] signal : signals) {
      Arrays.fill(signal, 0);
    }
  }
}
