package io.callmesh.worker.session;

import io.callmesh.contracts.session.SessionNews;
import io.vertx.core.eventbus.EventBus;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Those who watch a session: addresses on the bus, each until its lease is over. Bounded, for one
 * thread; while nobody watches it takes no memory.
 */
final class Audience {
  static final int MAX_WATCHERS = 16;

  /** However long somebody wants to be told: who is gone shall not be told for ever. */
  static final long LONGEST_LEASE_MS = 60_000;

  private final EventBus bus;
  private final LongSupplier nanos;
  private @Nullable Map<String, Long> leases;

  /** Nobody, by a clock that never goes back, in nanoseconds. */
  Audience(EventBus bus, LongSupplier nanos) {
    this.bus = bus;
    this.nanos = nanos;
  }

  /**
   * Lets an address be told what is new from now on, if there is room.
   *
   * @return whether it was told until now, so that it has missed nothing
   */
  boolean admit(String address, long leaseMs) {
    dropThoseGone();
    Map<String, Long> watchers = leases == null ? new HashMap<>() : leases;
    leases = watchers;
    boolean listened = watchers.containsKey(address);
    if (listened || watchers.size() < MAX_WATCHERS) {
      long nanosLeft = TimeUnit.MILLISECONDS.toNanos(Math.min(LONGEST_LEASE_MS, leaseMs));
      watchers.put(address, nanos.getAsLong() + nanosLeft);
    }
    return listened;
  }

  private void dropThoseGone() {
    Map<String, Long> watchers = leases;
    if (watchers != null) {
      long now = nanos.getAsLong();
      watchers.values().removeIf(until -> until - now < 0);
      leases = watchers.isEmpty() ? null : watchers;
    }
  }

  /** Whether nobody watches. */
  boolean isEmpty() {
    dropThoseGone();
    return leases == null;
  }

  /** Sends news to all who watch. */
  void tell(SessionNews news) {
    dropThoseGone();
    if (leases != null) {
      leases.keySet().forEach(address -> bus.send(address, news));
    }
  }
}
