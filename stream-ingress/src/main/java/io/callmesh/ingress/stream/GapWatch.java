package io.callmesh.ingress.stream;

import io.callmesh.contracts.frame.Frame;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.TimeUnit;

/**
 * Watches the numbers on a caller's audio: finds messages that are missing, gaps and turns in the
 * media clock, and frames that are late; and says how much silence must stand for audio that never
 * came, so that the agent's clock goes with the call's.
 *
 * <p>Twilio numbers its messages of any kind from 1 and stamps audio with its presentation time in
 * ms (reference/twilio.md 4.1). Neither is trusted: a stamp that says more than can have been
 * spoken since the stream began is a turn of the clock, not a gap, so a stamp brings the silence at
 * most a second ahead of the clock by which it came. Many such stamps add up: whoever sends the
 * silence bounds it with the audio.
 *
 * <p>Pure arithmetic on numbers; allocates nothing; for one thread.
 */
final class GapWatch {
  /** A gap up to this long is not filled: clocks that tick unevenly make such. */
  static final int TOLERATED_MS = 20;

  /** The longest silence for one gap. */
  static final int MAX_FILL_MS = 10_000;

  /** Beyond its due time by this much a frame is late. */
  static final int LATE_MS = 100;

  /** How far the clock may be ahead of what has come before it is set again. */
  private static final int CLOCK_SLACK_MS = 1_000;

  /** Larger numbers are nonsense, and could overflow. */
  private static final long MAX_NUMBER = 1L << 40;

  /** The due time gives way by 100 ppm, as much as two good clocks drift apart. */
  private static final int DRIFT = 10_000;

  private long lastNumber;
  private long unnumbered;
  private long lost;
  private long outOfSequence;

  private boolean began;
  private boolean doubted;
  private long baseMs;
  private long lastMs;
  private long cameBytes;
  private long positionMs;
  private long positionBytes;

  private long lastArrivalUs;
  private long dueUs;
  private long jitterTimes16;
  private long late;
  private long latestUs;

  private long gaps;
  private long longestGapMs;
  private long filledBytes;
  private long skippedMs;
  private long turns;

  /** A message that is no audio came, whose number is not looked at. */
  void message() {
    unnumbered++;
  }

  /**
   * Audio came.
   *
   * @param number its sequence number, 0 when it had none
   * @param timestampMs its presentation time
   * @param bytes of mu-law
   * @param nanos when it came, on a monotonic clock
   * @return bytes of silence that belong before it, 0 as a rule
   */
  int media(long number, long timestampMs, int bytes, long nanos) {
    count(number);
    long missing =
        sensible(timestampMs) ? place(timestampMs, TimeUnit.NANOSECONDS.toMicros(nanos)) : 0;
    int fill = (int) Math.min(missing, (long) MAX_FILL_MS * Frame.BYTES_PER_MS);
    cameBytes += missing + bytes;
    filledBytes += fill;
    skip((missing - fill) / Frame.BYTES_PER_MS);
    return fill;
  }

  /** Silence that was asked for was not sent; the agent's clock passes over it. */
  void unfilled(int bytes) {
    filledBytes -= bytes;
    skip(bytes / Frame.BYTES_PER_MS);
  }

  /**
   * The media time, in ms, of the next piece for the agent, which has so many bytes: never goes
   * back.
   */
  long place(int bytes) {
    long at = positionMs + positionBytes / Frame.BYTES_PER_MS;
    positionBytes += bytes;
    return at;
  }

  private void count(long number) {
    if (number <= 0 || number > MAX_NUMBER) {
      return;
    }
    long expected = lastNumber + unnumbered + 1;
    if (lastNumber > 0 && number > expected) {
      lost += number - expected;
    } else if (lastNumber > 0 && number < expected) {
      outOfSequence++;
    }
    lastNumber = number;
    unnumbered = 0;
  }

  private static boolean sensible(long timestampMs) {
    return timestampMs >= 0 && timestampMs <= MAX_NUMBER;
  }

  /** Bytes that are missing before a frame of this time; takes note of when it came. */
  private long place(long timestampMs, long arrivalUs) {
    if (!began) {
      began = true;
      positionMs = timestampMs; // a late start value is normal
      setClock(timestampMs, arrivalUs);
      return 0;
    }
    if (turned(timestampMs, arrivalUs)) {
      // One stamp that makes no sense is passed over; the second in a row is the new clock.
      turns++;
      if (doubted) {
        setClock(timestampMs, arrivalUs);
      }
      doubted = !doubted;
      return 0;
    }
    doubted = false;
    arrived(timestampMs, arrivalUs);
    return gap((timestampMs - baseMs) * Frame.BYTES_PER_MS - cameBytes);
  }

  /** Whether the stamp goes back, repeats audio at length, or is ahead of what can be. */
  private boolean turned(long timestampMs, long arrivalUs) {
    long aheadBytes = cameBytes - (timestampMs - baseMs) * Frame.BYTES_PER_MS;
    return timestampMs < lastMs
        || aheadBytes > (long) CLOCK_SLACK_MS * Frame.BYTES_PER_MS
        || dueUs - (arrivalUs - timestampMs * 1_000) > CLOCK_SLACK_MS * 1_000L;
  }

  private void setClock(long timestampMs, long arrivalUs) {
    baseMs = timestampMs;
    lastMs = timestampMs;
    cameBytes = 0;
    lastArrivalUs = arrivalUs;
    dueUs = arrivalUs - timestampMs * 1_000;
  }

  /** The jitter of RFC 3550, 6.4.1, computed as in A.8; a frame is due when the quickest came. */
  private void arrived(long timestampMs, long arrivalUs) {
    long passedUs = arrivalUs - lastArrivalUs;
    long uneven = Math.abs(passedUs - (timestampMs - lastMs) * 1_000);
    jitterTimes16 += uneven - ((jitterTimes16 + 8) >> 4);
    long transitUs = arrivalUs - timestampMs * 1_000;
    dueUs = Math.min(transitUs, dueUs + passedUs / DRIFT);
    long lateUs = transitUs - dueUs;
    latestUs = Math.max(latestUs, lateUs);
    if (lateUs > LATE_MS * 1_000L) {
      late++;
    }
    lastMs = timestampMs;
    lastArrivalUs = arrivalUs;
  }

  private long gap(long missing) {
    if (missing <= (long) TOLERATED_MS * Frame.BYTES_PER_MS) {
      return 0;
    }
    gaps++;
    longestGapMs = Math.max(longestGapMs, missing / Frame.BYTES_PER_MS);
    return missing;
  }

  private void skip(long ms) {
    skippedMs += ms;
    positionMs += ms;
  }

  /** Messages that Twilio numbered and that never came. */
  long lost() {
    return lost;
  }

  /** Turns of the media clock. */
  long turns() {
    return turns;
  }

  /** Frames that came more than {@link #LATE_MS} after they were due. */
  long late() {
    return late;
  }

  /** The jitter of the frames' arrival, in microseconds. */
  long jitterUs() {
    return jitterTimes16 >> 4;
  }

  /** Adds what was found to a record. */
  void addTo(JsonObject record) {
    record
        .put("lostMessages", lost)
        .put("outOfSequence", outOfSequence)
        .put("gaps", gaps)
        .put("longestGapMs", longestGapMs)
        .put("filledMs", filledBytes / Frame.BYTES_PER_MS)
        .put("skippedMs", skippedMs)
        .put("clockTurns", turns)
        .put("jitterUs", jitterUs())
        .put("lateFrames", late)
        .put("latestMs", latestUs / 1_000);
  }
}
