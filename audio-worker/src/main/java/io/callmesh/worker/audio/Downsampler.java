package io.callmesh.worker.audio;

import java.util.Arrays;

/**
 * From a multiple of 8 kHz to 8 kHz: the input is dealt out to as many signals as the ratio says,
 * and each goes through its phase of the filter into the same sum.
 */
final class Downsampler implements Resampler {
  private final float[][] phases;

  /** For each phase what it looks back at, and its sample of a group that is not complete yet. */
  private final float[][] histories;

  /** The phase that the next sample belongs to; not 0 when a call left a group incomplete. */
  private int phase;

  Downsampler(int ratio) {
    phases = LowPass.of(ratio).down();
    histories = new float[ratio][HISTORY + 1];
  }

  @Override
  public int process(short[] in, int offset, int count, short[] out) {
    Workbench bench = Workbench.ofThread();
    int written = 0;
    int done = 0;
    while (done < count) {
      int taken = Math.min(count - done, BLOCK * phases.length - phase);
      written += block(bench, in, offset + done, taken, out, written);
      done += taken;
    }
    return written;
  }

  private int block(
      Workbench bench, short[] in, int offset, int taken, short[] out, int outOffset) {
    int groups = (phase + taken) / phases.length;
    bench.clearTotal(groups);
    for (int i = 0; i < phases.length; i++) {
      load(bench, i, in, offset, taken, groups);
      bench.addToTotal(bench.convolution.apply(phases[i], groups), groups);
    }
    phase = (phase + taken) % phases.length;
    Workbench.round(bench.total, groups, out, outOffset, 1);
    return groups;
  }

  /** Picks this phase's samples out of the input. */
  private void load(Workbench bench, int own, short[] in, int offset, int taken, int groups) {
    float[] signal = bench.signal;
    System.arraycopy(histories[own], 0, signal, 0, HISTORY + 1);
    int ratio = phases.length;
    boolean held = own < phase;
    int slot = held ? HISTORY + 1 : HISTORY;
    int end = offset + taken;
    for (int i = offset + own - phase + (held ? ratio : 0); i < end; i += ratio) {
      signal[slot++] = in[i];
    }
    System.arraycopy(signal, groups, histories[own], 0, HISTORY + 1);
    bench.convolution.load(signal, groups);
  }

  @Override
  public void reset() {
    phase = 0;
    for (float[] history : histories) {
      Arrays.fill(history, 0);
    }
  }
}
