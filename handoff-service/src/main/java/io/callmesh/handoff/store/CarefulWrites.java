package io.callmesh.handoff.store;

import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.runtime.kafka.KafkaTable;
import io.vertx.core.Future;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes that must not undo a newer outcome of the same call. The topic has no compare-and-set, so
 * another replica may store one between our look and our write. Memory sees both in the topic's
 * order: what came before our write, unseen, is written once more. Safe on any thread.
 */
final class CarefulWrites {
  private final KafkaTable<Outcome> table;
  private final Set<Write> underWay = ConcurrentHashMap.newKeySet();

  /** A write that is under way, and the latest that it may undo. */
  private static final class Write {
    final Outcome about;
    final AtomicReference<@Nullable Outcome> undone = new AtomicReference<>();

    Write(Outcome about) {
      this.about = about;
    }

    void saw(Outcome applied) {
      if (applied.callSid().equals(about.callSid()) && !isSame(applied, about)) {
        undone.set(applied);
      }
    }
  }

  CarefulWrites(KafkaTable<Outcome> table) {
    this.table = table;
  }

  /** Whether both are the same decision. */
  static boolean isSame(Outcome one, @Nullable Outcome other) {
    return other != null
        && one.decidedAt().equals(other.decidedAt())
        && one.callSid().equals(other.callSid())
        && one.conversationId().equals(other.conversationId());
  }

  /** Memory has this now; on the follower thread. */
  void applied(Outcome outcome) {
    if (!underWay.isEmpty()) {
      underWay.forEach(write -> write.saw(outcome));
    }
  }

  /** Removes this outcome unless memory has another one of the call. */
  Future<Void> remove(Outcome outcome) {
    return carefully(
        outcome,
        () ->
            isSame(outcome, table.get(outcome.callSid()))
                ? table.remove(outcome.callSid())
                : Future.succeededFuture());
  }

  /** Writes this outcome unless memory has one of the call that was decided later. */
  Future<Void> put(Outcome outcome) {
    return carefully(
        outcome,
        () ->
            isOutdone(outcome, table.get(outcome.callSid()))
                ? Future.succeededFuture()
                : table.put(outcome.callSid(), outcome));
  }

  static boolean isOutdone(Outcome outcome, @Nullable Outcome here) {
    return here != null && !here.decidedAt().isBefore(outcome.decidedAt());
  }

  private Future<Void> carefully(Outcome outcome, Supplier<Future<Void>> operation) {
    Write write = new Write(outcome);
    underWay.add(write); // before the look, so that nothing comes between unseen
    return operation
        .get()
        .onComplete(done -> underWay.remove(write))
        .compose(done -> restore(outcome, write.undone.get()));
  }

  private Future<Void> restore(Outcome outcome, @Nullable Outcome undone) {
    Outcome here = table.get(outcome.callSid());
    return undone != null && isUndone(outcome, undone, here)
        ? table.put(undone.callSid(), undone)
        : Future.succeededFuture();
  }

  private static boolean isUndone(Outcome outcome, Outcome undone, @Nullable Outcome here) {
    boolean overwritten = isSame(outcome, here) && undone.decidedAt().isAfter(outcome.decidedAt());
    return here == null || overwritten;
  }
}
