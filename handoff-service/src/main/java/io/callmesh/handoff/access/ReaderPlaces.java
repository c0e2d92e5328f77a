package io.callmesh.handoff.access;

import java.util.HashMap;
import java.util.Map;

/**
 * Bounds what readers keep a process busy with, all of them and each one, so that nobody is kept
 * out by another. Safe on any thread.
 */
public final class ReaderPlaces {
  private final Map<String, Integer> byReader = new HashMap<>();
  private final int max;
  private final int maxPerReader;
  private int taken;

  /** So many places, and so many of them for one reader. */
  public ReaderPlaces(int max, int maxPerReader) {
    this.max = max;
    this.maxPerReader = maxPerReader;
  }

  /** Takes a place for this reader; false when there is none. */
  public synchronized boolean take(String reader) {
    int its = byReader.getOrDefault(reader, 0);
    if (taken == max || its == maxPerReader) {
      return false;
    }
    byReader.put(reader, its + 1);
    taken++;
    return true;
  }

  /** Gives a place of this reader back. */
  public synchronized void giveBack(String reader) {
    byReader.computeIfPresent(reader, (name, its) -> its == 1 ? null : its - 1);
    taken--;
  }

  /** How many are taken. */
  public synchronized int taken() {
    return taken;
  }
}
