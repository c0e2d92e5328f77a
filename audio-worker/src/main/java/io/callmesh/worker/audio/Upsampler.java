package io.callmesh.worker.audio;

import java.util.Arrays;

/** From 8 kHz to a multiple: each phase of the filter makes every ratio-th sample. */
final class Upsampler extends Resampler {
  private static final int HISTORY = LowPass.TAPS - 1;

  private final float[][] phases;
  private final float[] signal = new float[HISTORY + BLOCK];
  private final float[][] sums;

  Upsampler(int ratio) {
    phases = LowPass.of(ratio).up();
    sums = new float[ratio][BLOCK];
  }

  @Override
  public int process(short[] in, int offset, int count, short[] out) {
    for (int done = 0; done < count; done += BLOCK) {
      block(in, offset + done, Math.min(BLOCK, count - done), out, done * phases.length);
    }
    return count * phases.length;
  }

  private void block(short[] in, int offset, int count, short[] out, int outOffset) {
    for (int i = 0; i < count; i++) {
      signal[HISTORY + i] = in[offset + i];
    }
    filter(count);
    for (int phase = 0; phase < phases.length; phase++) {
      interleave(sums[phase], count, out, outOffset + phase);
    }
    System.arraycopy(signal, count, signal, 0, HISTORY);
  }

  private void filter(int count) {
    for (float[] sum : sums) {
      Arrays.fill(sum, 0, count, 0);
    }
    for (int tap = 0; tap < LowPass.TAPS; tap += 4) {
      shift(signal, tap, count);
      for (int phase = 0; phase < phases.length; phase++) {
        accumulate(sums[phase], phases[phase], tap, count);
      }
    }
  }

  private void interleave(float[] sum, int count, short[] out, int offset) {
    int ratio = phases.length;
    for (int i = 0; i < count; i++) {
      out[offset + i * ratio] = saturate(sum[i]);
    }
  }

  @Override
  public void reset() {
    Arrays.fill(signal, 0);
  }
}
