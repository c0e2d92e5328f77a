package io.callmesh.simulator.load;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** The figures of all streams of a run together. The event loop's own. */
final class Tally {
  private static final long LONGEST = TimeUnit.SECONDS.toNanos(120);
  private static final int DIGITS = 3;

  final Histogram delay = new Histogram(LONGEST, DIGITS);
  final Histogram late = new Histogram(LONGEST, DIGITS);

  long sent;
  long returned;
  long outOfOrder;
  long duplicated;
  long altered;
  long unknown;
  long malformed;
  long skipped;
  long clears;
  long marks;

  void returned(long nanos) {
    returned++;
    delay.recordValue(within(nanos));
  }

  void late(long nanos) {
    late.recordValue(within(nanos));
  }

  private static long within(long nanos) {
    return Math.max(0, Math.min(LONGEST, nanos));
  }
}
