package io.callmesh.simulator.twilio;

import io.callmesh.simulator.audio.MuLaw;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;

/**
 * What the mesh sent and the caller has not heard yet: mu-law audio, and marks at their places in
 * it. Each tick plays 20 ms. Holds ten minutes, as Twilio does (reference/twilio.md 4.2 and 4.3).
 * For one thread at a time.
 */
public final class PlaybackBuffer {
  static final int CAPACITY = (int) Ticks.in(Duration.ofMinutes(10)) * Ticks.SAMPLES;
  private static final int MOST_MARKS = 10_000;

  private byte[] ring = new byte[50 * Ticks.SAMPLES];
  private int size;
  private long played;
  private long dropped;
  private final Queue<Mark> marks = new ArrayDeque<>();

  private record Mark(String name, long position) {}

  /** Queues audio; what is beyond the capacity is dropped. */
  public void media(byte[] audio) {
    int count = Math.min(audio.length, CAPACITY - size);
    dropped += audio.length - count;
    makeRoom(size + count);
    int tail = (int) ((played + size) % ring.length);
    int first = Math.min(count, ring.length - tail);
    System.arraycopy(audio, 0, ring, tail, first);
    System.arraycopy(audio, first, ring, 0, count - first);
    size += count;
  }

  private void makeRoom(int needed) {
    if (needed > ring.length) {
      byte[] larger = new byte[Math.min(CAPACITY, Math.max(needed, 2 * ring.length))];
      for (int i = 0; i < size; i++) {
        larger[(int) ((played + i) % larger.length)] = ring[(int) ((played + i) % ring.length)];
      }
      ring = larger;
    }
  }

  /** Places a mark behind the audio; false when there are too many already. */
  public boolean mark(String name) {
    return marks.size() < MOST_MARKS && marks.add(new Mark(name, played + size));
  }

  /** Plays up to 160 bytes into {@code heard}, then silence. */
  public void play(byte[] heard) {
    int count = Math.min(heard.length, size);
    int head = (int) (played % ring.length);
    int first = Math.min(count, ring.length - head);
    System.arraycopy(ring, head, heard, 0, first);
    System.arraycopy(ring, 0, heard, first, count - first);
    Arrays.fill(heard, count, heard.length, MuLaw.SILENCE);
    played += count;
    size -= count;
  }

  /** Takes the marks before which nothing is left to play, in order. */
  public List<String> dueMarks() {
    List<String> due = new ArrayList<>();
    for (Mark next = marks.peek(); next != null && next.position() <= played; next = marks.peek()) {
      due.add(next.name());
      marks.remove();
    }
    return due;
  }

  /** Drops the audio and takes all outstanding marks, in order. */
  public List<String> clear() {
    List<String> outstanding = marks.stream().map(Mark::name).toList();
    marks.clear();
    size = 0;
    return outstanding;
  }

  /** Milliseconds of audio waiting. */
  public long waitingMs() {
    return size / Ticks.SAMPLES_PER_MS;
  }

  /** Milliseconds of audio that came beyond the capacity. */
  public long droppedMs() {
    return dropped / Ticks.SAMPLES_PER_MS;
  }

  /** Milliseconds of audio played. */
  public long playedMs() {
    return played / Ticks.SAMPLES_PER_MS;
  }
}
