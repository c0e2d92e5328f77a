package io.callmesh.ingress.stream;

/**
 * How fast something may come: at a rate, and so much at once. What a peer sends goes to a worker
 * whose queue of events has no bound of its own, so the bound is here. For one thread.
 */
final class Pace {
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private final long atOnce;
  private final long perSecond;
  private long ahead;
  private long sinceNanos;
  private boolean began;

  /**
   * @param atOnce what may come at once, when nothing came for long
   * @param perSecond what may come in the long run
   */
  Pace(long atOnce, long perSecond) {
    this.atOnce = atOnce;
    this.perSecond = perSecond;
  }

  /** Whether so much more may come now; when not, it counts for nothing. */
  boolean takes(long amount, long nanos) {
    fallBack(nanos);
    if (ahead + amount > atOnce) {
      return false;
    }
    ahead += amount;
    return true;
  }

  private void fallBack(long nanos) {
    if (!began) {
      began = true;
      sinceNanos = nanos;
    }
    long allowed = (nanos - sinceNanos) / 1_000 * perSecond / 1_000_000;
    ahead = Math.max(0, ahead - allowed);
    // The rest of a unit is not lost, however often this is asked.
    sinceNanos += allowed * NANOS_PER_SECOND / perSecond;
  }
}
