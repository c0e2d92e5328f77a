package io.callmesh.standalone;

/** Finds a recording within another one, by normalised cross-correlation. */
final class Correlation {
  /**
   * Coarse steps land within a speech wave's slope of the true offset; every candidate is refined.
   */
  private static final int STEP = 2;

  private static final int PROBE = 8_000;

  private Correlation() {}

  /** The offset within {@code span} samples after {@code from} at which the part fits best. */
  static int bestOffset(short[] part, short[] whole, int from, int span) {
    int last = Math.min(from + span, whole.length - part.length);
    short[] probe = java.util.Arrays.copyOf(part, Math.min(PROBE, part.length));
    int best = from;
    double bestFit = -1;
    for (int offset = from; offset <= last; offset += STEP) {
      double fit = at(probe, whole, offset);
      if (fit > bestFit) {
        bestFit = fit;
        best = offset;
      }
    }
    return at(part, whole, best + 1) > at(part, whole, best)
        ? best + 1
        : best > 0 && at(part, whole, best - 1) > at(part, whole, best) ? best - 1 : best;
  }

  /** From -1 to 1; 1 when the whole has the part there, whatever its loudness. */
  static double at(short[] part, short[] whole, int offset) {
    if (offset < 0 || offset + part.length > whole.length) {
      return -1;
    }
    double product = 0;
    double partEnergy = 0;
    double wholeEnergy = 0;
    for (int i = 0; i < part.length; i++) {
      double one = part[i];
      double other = whole[offset + i];
      product += one * other;
      partEnergy += one * one;
      wholeEnergy += other * other;
    }
    return wholeEnergy == 0 ? 0 : product / Math.sqrt(partEnergy * wholeEnergy);
  }
}
