package io.callmesh.simulator.load;

import java.util.Arrays;

/**
 * When each of one stream's frames was sent, until it is back. It remembers the last {@value
 * #REMEMBERED} frames, 82 seconds; older ones count as lost.
 */
final class FrameLedger {
  private static final int REMEMBERED = 4096;
  private static final long BACK = Long.MIN_VALUE;

  private final long[] sentNanos = new long[REMEMBERED];
  private final Tally tally;
  private int next;
  private int firstMeasured = Integer.MAX_VALUE;
  private int newestBack = -1;

  FrameLedger(Tally tally) {
    this.tally = tally;
    Arrays.fill(sentNanos, BACK);
  }

  /** The number of the frame to be sent next. */
  int next() {
    return next;
  }

  /** From now on frames count. */
  void measure() {
    firstMeasured = next;
  }

  /** The next frame goes out. */
  void sent(long nanos) {
    sentNanos[next % REMEMBERED] = nanos;
    if (measured(next)) {
      tally.sent++;
    }
    next++;
  }

  private boolean measured(int number) {
    return number >= firstMeasured;
  }

  /** A frame came back. */
  void back(int number, long nanos) {
    if (number < 0 || number >= next || number < next - REMEMBERED) {
      unknown();
      return;
    }
    long sent = sentNanos[number % REMEMBERED];
    sentNanos[number % REMEMBERED] = BACK;
    if (measured(number)) {
      count(number, sent, nanos);
    }
    newestBack = Math.max(newestBack, number);
  }

  private void count(int number, long sent, long nanos) {
    if (sent == BACK) {
      tally.duplicated++;
      return;
    }
    tally.returned(nanos - sent);
    if (number < newestBack) {
      tally.outOfOrder++;
    }
  }

  /** A frame came back with other audio than it went with. */
  void altered(int number) {
    if (measured(number)) {
      tally.altered++;
    }
  }

  /** Audio came that was never sent, such as silence in a gap. */
  void unknown() {
    if (firstMeasured != Integer.MAX_VALUE) {
      tally.unknown++;
    }
  }
}
