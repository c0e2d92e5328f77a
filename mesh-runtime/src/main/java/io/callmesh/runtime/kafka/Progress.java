package io.callmesh.runtime.kafka;

import io.callmesh.contracts.bus.BusFailure;
import io.callmesh.contracts.bus.FailureCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * How far the follower has come in one topic, and who waits for it to get somewhere. A position is
 * the offset of the next record, per partition. Safe on any thread; futures complete on the one
 * that made the last step, outside the lock.
 */
final class Progress {
  private static final int MAX_WAITS = 20_000;

  private final Map<Integer, Long> positions = new HashMap<>();
  private final List<Wait> waits = new ArrayList<>();
  private @Nullable Throwable over;

  private record Wait(Map<Integer, Long> target, CompletableFuture<Void> reached) {}

  /** Done when every partition is at its target or beyond; whoever asks bounds it in time. */
  CompletableFuture<Void> reach(Map<Integer, Long> target) {
    Wait wait = new Wait(target, new CompletableFuture<>());
    synchronized (this) {
      if (over != null) {
        return CompletableFuture.failedFuture(over);
      }
      if (isReached(target)) {
        return CompletableFuture.completedFuture(null);
      }
      if (waits.size() >= MAX_WAITS) {
        return CompletableFuture.failedFuture(
            new BusFailure(FailureCode.BUSY, MAX_WAITS + " already wait for the table"));
      }
      waits.add(wait);
    }
    return wait.reached;
  }

  /** Forgets a wait that nobody is interested in any more. */
  synchronized void forget(CompletableFuture<Void> reached) {
    waits.removeIf(wait -> wait.reached == reached);
  }

  /** The follower says where it is now. */
  void advance(Map<Integer, Long> now) {
    for (Wait wait : moveTo(now)) {
      wait.reached.complete(null);
    }
  }

  private synchronized List<Wait> moveTo(Map<Integer, Long> now) {
    positions.putAll(now);
    List<Wait> done = new ArrayList<>();
    for (Iterator<Wait> each = waits.iterator(); each.hasNext(); ) {
      Wait wait = each.next();
      if (isReached(wait.target)) {
        done.add(wait);
        each.remove();
      }
    }
    return done;
  }

  private boolean isReached(Map<Integer, Long> target) {
    return target.entrySet().stream()
        .allMatch(each -> positions.getOrDefault(each.getKey(), -1L) >= each.getValue());
  }

  /** The follower will not come further: fails those who wait, and those who will. */
  void end(Throwable cause) {
    List<Wait> abandoned;
    synchronized (this) {
      over = cause;
      abandoned = List.copyOf(waits);
      waits.clear();
    }
    abandoned.forEach(wait -> wait.reached.completeExceptionally(cause));
  }
}
