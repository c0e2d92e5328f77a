package io.callmesh.simulator.audio;

/** How loud a piece of linear audio is, in units of a 16-bit sample. */
public final class Loudness {
  private Loudness() {}

  /** The root mean square of some samples; 0 when there are none. */
  public static double rms(short[] samples, int from, int count) {
    long energy = 0;
    for (int i = from; i < from + count; i++) {
      energy += (long) samples[i] * samples[i];
    }
    return count == 0 ? 0 : Math.sqrt((double) energy / count);
  }

  /** The root mean square of all samples. */
  public static double rms(short[] samples) {
    return rms(samples, 0, samples.length);
  }

  /** The largest magnitude. */
  public static int peak(short[] samples) {
    int peak = 0;
    for (short sample : samples) {
      peak = Math.max(peak, Math.abs(sample));
    }
    return peak;
  }
}
