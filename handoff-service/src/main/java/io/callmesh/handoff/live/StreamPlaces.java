package io.callmesh.handoff.live;

import java.util.HashMap;
import java.util.Map;

/** Bounds the streams of a process, all of them and each reader's. Safe on any thread. */
final class StreamPlaces {
  private final Map<String, Integer> byReader = new HashMap<>();
  private final int max;
  private final int maxPerReader;
  private int taken;

  StreamPlaces(int max, int maxPerReader) {
    this.max = max;
    this.maxPerReader = maxPerReader;
  }

  /** Takes a place for this reader; false when there is none. */
  synchronized boolean take(String reader) {
    int its = byReader.getOrDefault(reader, 0);
    if (taken == max || its == maxPerReader) {
      return false;
    }
    byReader.put(reader, its + 1);
    taken++;
    return true;
  }

  /** Gives a place of this reader back. */
  synchronized void giveBack(String reader) {
    byReader.computeIfPresent(reader, (name, its) -> its == 1 ? null : its - 1);
    taken--;
  }

  synchronized int taken() {
    return taken;
  }
}
