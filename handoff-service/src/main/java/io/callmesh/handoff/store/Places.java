package io.callmesh.handoff.store;

import java.util.concurrent.atomic.AtomicInteger;

/** A bounded number of places for those who wait. Safe on any thread. */
public final class Places {
  private final AtomicInteger taken = new AtomicInteger();
  private final int max;

  /** So many places. */
  public Places(int max) {
    this.max = max;
  }

  /** Takes a place; false when there is none. */
  boolean take() {
    if (taken.incrementAndGet() > max) {
      taken.decrementAndGet();
      return false;
    }
    return true;
  }

  /** Gives a place back. */
  void giveBack() {
    taken.decrementAndGet();
  }

  /** How many are taken. */
  public int taken() {
    return taken.get();
  }
}
