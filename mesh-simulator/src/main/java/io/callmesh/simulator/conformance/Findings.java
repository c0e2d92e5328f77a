package io.callmesh.simulator.conformance;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * What was found in a server's messages: the first offence against each {@link Rule}, and counts.
 * Those of single streams are added up. Thread-safe.
 */
final class Findings {
  private final Map<Rule, String> offences = new EnumMap<>(Rule.class);
  private final int[] codes = new int[256];
  private long messages;
  private long mediaMessages;
  private long samples;
  private long marks;
  private long clears;
  private long pings;
  private long mostAheadMs;
  private long droppedMs;

  synchronized void offence(Rule rule, String what) {
    offences.putIfAbsent(rule, what);
  }

  synchronized Optional<String> offence(Rule rule) {
    return Optional.ofNullable(offences.get(rule));
  }

  synchronized void message() {
    messages++;
  }

  synchronized void media(byte[] audio) {
    mediaMessages++;
    samples += audio.length;
    for (byte code : audio) {
      codes[code & 0xFF]++;
    }
  }

  synchronized void mark() {
    marks++;
  }

  synchronized void clear() {
    clears++;
  }

  synchronized void ping() {
    pings++;
  }

  synchronized void ahead(long aheadMs, long dropped) {
    mostAheadMs = Math.max(mostAheadMs, aheadMs);
    droppedMs = Math.max(droppedMs, dropped);
  }

  synchronized long messages() {
    return messages;
  }

  synchronized long mediaMessages() {
    return mediaMessages;
  }

  synchronized long marks() {
    return marks;
  }

  synchronized long clears() {
    return clears;
  }

  synchronized long pings() {
    return pings;
  }

  synchronized long mostAheadMs() {
    return mostAheadMs;
  }

  synchronized long droppedMs() {
    return droppedMs;
  }

  /** The share of these codes in the audio, 0 to 1. */
  synchronized double share(int... wanted) {
    long found = 0;
    for (int code : wanted) {
      found += codes[code];
    }
    return samples == 0 ? 0 : (double) found / samples;
  }

  /** Adds those of another stream, which has ended. */
  void add(Findings other) {
    synchronized (other) {
      addEnded(other);
    }
  }

  private synchronized void addEnded(Findings other) {
    other.offences.forEach(offences::putIfAbsent);
    samples += other.samples;
    for (int code = 0; code < codes.length; code++) {
      codes[code] += other.codes[code];
    }
    messages += other.messages;
    mediaMessages += other.mediaMessages;
    marks += other.marks;
    clears += other.clears;
    pings += other.pings;
    mostAheadMs = Math.max(mostAheadMs, other.mostAheadMs);
    droppedMs = Math.max(droppedMs, other.droppedMs);
  }
}
