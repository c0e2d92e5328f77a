package io.callmesh.ingress.stream;

import io.callmesh.contracts.frame.Frame;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Times what Twilio answers: marks, and how soon it is quiet after a {@code clear}.
 *
 * <p>A mark comes back when the audio before it has been played (reference/twilio.md 4.3), so its
 * round trip is counted from the moment that audio should be over, which is reckoned from what was
 * written. After {@code clear} all outstanding marks come back at once: when the last one is there,
 * Twilio is quiet. When none is outstanding, one of our own is sent behind the {@code clear} for
 * that, and kept from the worker; its name cannot be one of the worker's, which begin with a digit.
 *
 * <p>Follows the oldest {@value #FOLLOWED} outstanding marks by the hash of their names, each until
 * it is long overdue; the others are not timed. Of fixed size, allocates nothing, for one thread.
 */
final class RoundTrips {
  /** The name of our own mark behind a {@code clear}. */
  static final String QUIET = "callmesh.quiet";

  private static final byte[] QUIET_BYTES = QUIET.getBytes(StandardCharsets.UTF_8);
  private static final int FOLLOWED = 16;
  private static final long NANOS_PER_BYTE = 1_000_000 / Frame.BYTES_PER_MS;

  /** A mark that is so much overdue is lost. */
  private static final long LOST_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** What {@link #returned} answers when there is nothing to tell. */
  static final long NOTHING = -1;

  private final int[] names = new int[FOLLOWED];
  private final long[] dueNanos = new long[FOLLOWED];
  private int outstanding;
  private long playedNanos;
  private boolean played;
  private int clearing;
  private long clearedNanos;
  private final Durations marks = new Durations();
  private final Durations clears = new Durations();

  /** Audio was written. */
  void audio(int bytes, long nanos) {
    playedNanos = over(nanos) + bytes * NANOS_PER_BYTE;
    played = true;
  }

  private long over(long nanos) {
    return played && playedNanos - nanos > 0 ? playedNanos : nanos;
  }

  /** A mark was written. */
  void mark(byte[] name, long nanos) {
    if (outstanding == FOLLOWED) {
      forgetLost(nanos);
    }
    if (outstanding < FOLLOWED) {
      names[outstanding] = Arrays.hashCode(name);
      dueNanos[outstanding] = over(nanos);
      outstanding++;
    }
  }

  /**
   * {@code clear} was written. While marks of the one before are outstanding, both are one, which
   * is timed from the first.
   *
   * @return whether our own mark must be written behind it
   */
  boolean clear(long nanos) {
    forgetLost(nanos);
    boolean alone = outstanding == 0;
    playedNanos = nanos;
    if (alone) {
      mark(QUIET_BYTES, nanos);
    }
    if (clearing == 0) {
      clearedNanos = nanos;
    }
    clearing = outstanding;
    return alone;
  }

  /**
   * A mark came back.
   *
   * @return nanoseconds that it took beyond the audio before it, or {@link #NOTHING} for one that
   *     is not followed or that a {@code clear} brought back
   */
  long returned(byte[] name, long nanos) {
    int found = find(Arrays.hashCode(name));
    if (found < 0) {
      return NOTHING;
    }
    long tookNanos = Math.max(0, nanos - dueNanos[found]);
    forget(found);
    if (found >= clearing) {
      marks.add(tookNanos);
      return tookNanos;
    }
    clearing--;
    if (clearing == 0) {
      clears.add(nanos - clearedNanos);
    }
    return NOTHING;
  }

  private int find(int name) {
    for (int i = 0; i < outstanding; i++) {
      if (names[i] == name) {
        return i;
      }
    }
    return -1;
  }

  private void forget(int index) {
    outstanding--;
    System.arraycopy(names, index + 1, names, index, outstanding - index);
    System.arraycopy(dueNanos, index + 1, dueNanos, index, outstanding - index);
  }

  /** Without one of its marks, a clear cannot be timed. */
  private void forgetLost(long nanos) {
    for (int i = outstanding - 1; i >= 0; i--) {
      if (nanos - dueNanos[i] > LOST_NANOS) {
        clearing = i < clearing ? 0 : clearing;
        forget(i);
      }
    }
  }

  /** The round trips of marks. */
  JsonObject marks() {
    return marks.toJson();
  }

  /** The times from {@code clear} to quiet. */
  JsonObject clears() {
    return clears.toJson();
  }

  /** Count, shortest, mean and longest. */
  private static final class Durations {
    private long count;
    private long sumNanos;
    private long minNanos = Long.MAX_VALUE;
    private long maxNanos;

    void add(long nanos) {
      count++;
      sumNanos += nanos;
      minNanos = Math.min(minNanos, nanos);
      maxNanos = Math.max(maxNanos, nanos);
    }

    JsonObject toJson() {
      JsonObject json = new JsonObject().put("count", count);
      return count == 0
          ? json
          : json.put("minUs", minNanos / 1_000)
              .put("meanUs", sumNanos / count / 1_000)
              .put("maxUs", maxNanos / 1_000);
    }
  }
}
