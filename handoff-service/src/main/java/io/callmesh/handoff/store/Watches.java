package io.callmesh.handoff.store;

import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.ReceiptChain;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Those who want to know when something becomes of a handoff: an outcome or a step of its chain has
 * come to memory. They are told that, not what, and look themselves, so nothing queues up for a
 * slow one. Safe on any thread.
 */
public final class Watches {
  /** At once; beyond it nobody is taken. */
  public static final int MAX = 10_000;

  private final Map<String, Set<Watch>> watches = new ConcurrentHashMap<>();
  private final AtomicInteger size = new AtomicInteger();
  private final Vertx vertx;

  Watches(Vertx vertx) {
    this.vertx = vertx;
  }

  /** One who watches, until closed. */
  public final class Watch {
    private final String key;
    private final Runnable changed;
    private final Context context = vertx.getOrCreateContext();
    private final AtomicBoolean told = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();

    private Watch(String key, Runnable changed) {
      this.key = key;
      this.changed = changed;
    }

    /** What happens until the context has come to it is told once. */
    private void tell() {
      if (told.compareAndSet(false, true)) {
        context.runOnContext(now -> run());
      }
    }

    private void run() {
      told.set(false);
      if (!closed.get()) {
        changed.run();
      }
    }

    /** Ends it; the second call does nothing. */
    public void close() {
      if (closed.compareAndSet(false, true)) {
        forget(this);
      }
    }
  }

  /**
   * Watches whatever has this name; empty when {@value #MAX} do already.
   *
   * @param changed runs on the caller's context, soon after each change or several
   */
  public Optional<Watch> watch(HandoffName name, Runnable changed) {
    if (size.incrementAndGet() > MAX) {
      size.decrementAndGet();
      return Optional.empty();
    }
    Watch watch = new Watch(key(name.isSharedId(), name.inChains()), changed);
    watches.compute(watch.key, (key, those) -> with(those, watch));
    return Optional.of(watch);
  }

  private static Set<Watch> with(@Nullable Set<Watch> those, Watch watch) {
    Set<Watch> all = those == null ? ConcurrentHashMap.newKeySet() : those;
    all.add(watch);
    return all;
  }

  private void forget(Watch watch) {
    size.decrementAndGet();
    watches.computeIfPresent(watch.key, (key, those) -> without(those, watch));
  }

  private static @Nullable Set<Watch> without(Set<Watch> those, Watch watch) {
    those.remove(watch);
    return those.isEmpty() ? null : those;
  }

  private static String key(boolean shared, String value) {
    return (shared ? "shared/" : "id/") + value;
  }

  /** How many watch now. */
  int size() {
    return size.get();
  }

  void changed(Outcome outcome) {
    if (size.get() > 0) {
      String sharedId = outcome.sharedId();
      changed(
          outcome.callSid(),
          outcome.conversationId(),
          sharedId == null ? null : ReceiptChain.hash(sharedId));
    }
  }

  void changed(ReceiptChain chain) {
    if (size.get() > 0) {
      changed(chain.callSid(), chain.conversationId(), chain.sharedIdHash());
    }
  }

  private void changed(String callSid, String conversationId, @Nullable String sharedIdHash) {
    tell(key(false, callSid));
    tell(key(false, conversationId));
    if (sharedIdHash != null) {
      tell(key(true, sharedIdHash));
    }
  }

  private void tell(String key) {
    watches.getOrDefault(key, Set.of()).forEach(Watch::tell);
  }
}
