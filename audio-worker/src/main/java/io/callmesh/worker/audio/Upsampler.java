package io.callmesh.worker.audio;

import java.util.Arrays;

/** From 8 kHz to a multiple: each phase of the filter makes every ratio-th sample. */
final class Upsampler implements Resampler {
  private final float[][] phases;
  private final float[] history = new float[HISTORY];

  Upsampler(int ratio) {
    phases = LowPass.of(ratio).up();
  }

  @Override
  public int process(short[] in, int offset, int count, short[] out) {
    Workbench bench = Workbench.ofThread();
    int ratio = phases.length;
    for (int done = 0; done < count; done += BLOCK) {
      block(bench, in, offset + done, Math.min(BLOCK, count - done), out, done * ratio);
    }
    return count * ratio;
  }

  private void block(
      Workbench bench, short[] in, int offset, int count, short[] out, int outOffset) {
    load(bench, in, offset, count);
    for (int phase = 0; phase < phases.length; phase++) {
      float[] sums = bench.convolution.apply(phases[phase], count);
      Workbench.round(sums, count, out, outOffset + phase, phases.length);
    }
  }

  private void load(Workbench bench, short[] in, int offset, int count) {
    float[] signal = bench.signal;
    System.arraycopy(history, 0, signal, 0, HISTORY);
    for (int i = 0; i < count; i++) {
      signal[HISTORY + i] = in[offset + i];
    }
    System.arraycopy(signal, count, history, 0, HISTORY);
    bench.convolution.load(signal, count);
  }

  @Override
  public void reset() {
    Arrays.fill(history, 0);
  }
}
