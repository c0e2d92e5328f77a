package io.callmesh.worker.session;

import io.callmesh.contracts.frame.Frame;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The agent's audio and marks on their way to the caller: in order, paced, and dropped on demand.
 *
 * <p>Audio goes out as it comes while no more than the lead is ahead of the caller's ear; what
 * comes faster waits. So a real-time agent never waits, and one that sends a whole sentence at once
 * can still be interrupted without asking Twilio to forget more than the lead.
 *
 * <p>The position of the ear is an estimate: audio is taken to be played without a gap from the
 * moment it was sent, and every mark that comes back corrects that. Positions are bytes of mu-law
 * since the stream began, of which 8 are a millisecond.
 *
 * <p>A mark goes out as {@code <epoch>:<name>}; {@link #clear} answers all marks and begins a new
 * epoch, so that those which Twilio then sends back are recognised as not heard. The empty name is
 * ours ({@link #LAST}). No I/O, no timers; for one thread.
 */
final class Playout {
  /** The name of the mark behind the last audio of a session: empty, as no agent's can be. */
  static final String LAST = "";

  /** Marks that may be unanswered at a time; no agent has use for more. */
  static final int MAX_MARKS = 1_000;

  private static final long NANOS_PER_BYTE = 1_000_000 / Frame.BYTES_PER_MS;
  private static final long LONGEST_NAP_BYTES = 100 * Frame.BYTES_PER_MS;

  /** Takes what goes out. */
  interface Sink {
    /** Audio for the caller, at most 160 bytes of mu-law. */
    void audio(byte[] mulaw);

    /** A mark behind the audio. */
    void mark(String wireName);

    /** What has not been played must be forgotten. */
    void clear();

    /** A mark is answered: {@code heardMs} of the audio since the mark before were heard. */
    void answered(String name, boolean played, long heardMs);

    /** Waiting audio was dropped because there was too much, in bytes. */
    void overflowed(long bytes);
  }

  private static final class Mark {
    final String name;
    final String wireName;
    long utteranceStart;
    long position;

    Mark(String name, String wireName) {
      this.name = name;
      this.wireName = wireName;
    }

    void place(long from, long to) {
      utteranceStart = from;
      position = to;
    }
  }

  private final Sink sink;
  private final LongSupplier nanos;
  private final long leadBytes;
  private final long limitBytes;

  /** Audio ({@code byte[]}) and marks that wait their turn. */
  private final ArrayDeque<Object> waiting = new ArrayDeque<>();

  /** Marks that went out and have not come back, oldest first. */
  private final ArrayDeque<Mark> outstanding = new ArrayDeque<>();

  private long waitingBytes;
  private int waitingMarks;
  private int epoch;
  private long sent;
  private long utteranceStart;
  private long allPlayedAt;

  /**
   * A playout at the beginning of a stream.
   *
   * @param nanos a clock that never goes back, in nanoseconds
   * @param leadMs how far ahead of the ear audio is sent
   * @param limitMs how much audio may wait
   */
  Playout(Sink sink, LongSupplier nanos, long leadMs, long limitMs) {
    this.sink = sink;
    this.nanos = nanos;
    this.leadBytes = leadMs * Frame.BYTES_PER_MS;
    this.limitBytes = limitMs * Frame.BYTES_PER_MS;
    this.allPlayedAt = nanos.getAsLong();
  }

  /** Sends a frame, or lets it wait. */
  void audio(byte[] mulaw) {
    if (waiting.isEmpty() && fits(mulaw, nanos.getAsLong())) {
      send(mulaw, nanos.getAsLong());
      return;
    }
    waiting.add(mulaw);
    waitingBytes += mulaw.length;
    if (waitingBytes > limitBytes) {
      sink.overflowed(dropOldest());
    }
  }

  /** Sends a mark behind all audio so far; false when there are too many unanswered ones. */
  boolean mark(String name) {
    if (waitingMarks + outstanding.size() >= MAX_MARKS) {
      return false;
    }
    Mark mark = new Mark(name, epoch + ":" + name);
    if (waiting.isEmpty()) {
      send(mark);
    } else {
      waiting.add(mark);
      waitingMarks++;
    }
    return true;
  }

  /** Forgets what has not been played and answers all marks. */
  void clear() {
    long heard = sent - unplayedBytes(nanos.getAsLong());
    List<Mark> cancelled = new ArrayList<>(outstanding);
    long start = utteranceStart;
    for (Object entry : waiting) {
      if (entry instanceof Mark mark) {
        mark.place(start, sent);
        start = sent;
        cancelled.add(mark);
      }
    }
    forget();
    sink.clear();
    for (Mark mark : cancelled) {
      long end = Math.min(heard, mark.position);
      answer(mark, false, Math.max(0, end - mark.utteranceStart));
    }
  }

  private void forget() {
    waiting.clear();
    outstanding.clear();
    waitingBytes = 0;
    waitingMarks = 0;
    utteranceStart = sent;
    allPlayedAt = nanos.getAsLong();
    epoch++;
  }

  /** Takes a mark that Twilio sent back; one from before a clear has been answered already. */
  void returned(String wireName) {
    for (Iterator<Mark> marks = outstanding.iterator(); marks.hasNext(); ) {
      Mark mark = marks.next();
      if (mark.wireName.equals(wireName)) {
        marks.remove();
        allPlayedAt = nanos.getAsLong() + (sent - mark.position) * NANOS_PER_BYTE;
        answer(mark, true, mark.position - mark.utteranceStart);
        return;
      }
    }
  }

  private void answer(Mark mark, boolean played, long heardBytes) {
    sink.answered(mark.name, played, heardBytes / Frame.BYTES_PER_MS);
  }

  /** Sends what has waited long enough. */
  void release() {
    long now = nanos.getAsLong();
    while (!waiting.isEmpty()) {
      Object next = waiting.peek();
      if (next instanceof byte[] mulaw) {
        if (!fits(mulaw, now)) {
          return;
        }
        waitingBytes -= mulaw.length;
        send(mulaw, now);
      } else {
        waitingMarks--;
        send((Mark) next);
      }
      waiting.remove();
    }
  }

  /**
   * Milliseconds until {@link #release} is worth a call, or -1 when nothing waits. Several frames
   * fall due together, so that a fast agent costs ten timers a second, not fifty.
   */
  long napMs() {
    if (waiting.isEmpty()) {
      return -1;
    }
    long ahead = unplayedBytes(nanos.getAsLong());
    long refillAt = leadBytes - Math.min(LONGEST_NAP_BYTES, leadBytes / 2);
    return Math.max(1, (ahead - refillAt) / Frame.BYTES_PER_MS);
  }

  /** Milliseconds of audio that the caller has still to hear. */
  long bufferedMs() {
    return (waitingBytes + unplayedBytes(nanos.getAsLong())) / Frame.BYTES_PER_MS;
  }

  /** Bytes of audio that wait here. */
  long waitingBytes() {
    return waitingBytes;
  }

  private boolean fits(byte[] mulaw, long now) {
    long ahead = unplayedBytes(now);
    return ahead == 0 || ahead + mulaw.length <= leadBytes;
  }

  private long unplayedBytes(long now) {
    return Math.max(0, allPlayedAt - now) / NANOS_PER_BYTE;
  }

  private void send(byte[] mulaw, long now) {
    allPlayedAt = Math.max(now, allPlayedAt) + mulaw.length * NANOS_PER_BYTE;
    sink.audio(mulaw);
    sent += mulaw.length;
  }

  private void send(Mark mark) {
    mark.place(utteranceStart, sent);
    utteranceStart = sent;
    outstanding.add(mark);
    sink.mark(mark.wireName);
  }

  private long dropOldest() {
    long dropped = 0;
    Iterator<Object> entries = waiting.iterator();
    while (waitingBytes > limitBytes && entries.hasNext()) {
      if (entries.next() instanceof byte[] mulaw) {
        entries.remove();
        waitingBytes -= mulaw.length;
        dropped += mulaw.length;
      }
    }
    return dropped;
  }
}
