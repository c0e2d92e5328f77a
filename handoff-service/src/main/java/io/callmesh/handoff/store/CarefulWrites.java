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
 * Writes that must not undo another outcome of the same call. The topic has no compare-and-set, so
 * another replica may store one between our look and our write. Memory sees both in the topic's
 * order: what came before our write, unseen, is written once more. Safe on any thread.
 */
final class CarefulWrites {
  private final KafkaTable<Outcome> table;
  private final Set<Write> underWay = ConcurrentHashMap.newKeySet();

  /** A write that is under way, and the latest that it may undo. */
  private static final class Write {
    final Decision about;
    final AtomicReference<@Nullable Outcome> undone = new AtomicReference<>();

    Write(Decision about) {
      this.about = about;
    }

    void saw(Outcome applied) {
      if (applied.callSid().equals(about.callSid()) && !about.names(applied)) {
        undone.set(applied);
      }
    }
  }

  CarefulWrites(KafkaTable<Outcome> table) {
    this.table = table;
  }

  /** Memory has this now; on the follower thread. */
  void applied(Outcome outcome) {
    if (!underWay.isEmpty()) {
      underWay.forEach(write -> write.saw(outcome));
    }
  }

  /** Removes this outcome unless memory has another one of the call. */
  Future<Void> remove(Decision decision) {
    return carefully(decision, () -> decision.names(here(decision)), () -> removal(decision));
  }

  /** Removes the call's outcome, of which memory knows nothing any more, once again. */
  Future<Void> removeAgain(Decision decision) {
    return carefully(decision, () -> here(decision) == null, () -> removal(decision));
  }

  private Future<Void> removal(Decision decision) {
    return table.remove(decision.callSid());
  }

  private @Nullable Outcome here(Decision decision) {
    return table.get(decision.callSid());
  }

  /** Writes this outcome unless memory has it, or one of the call that was decided later. */
  Future<Void> put(Outcome outcome) {
    Decision decision = Decision.of(outcome);
    return carefully(
        decision,
        () -> !decision.isOutdoneBy(here(decision)),
        () -> table.put(outcome.callSid(), outcome));
  }

  private Future<Void> carefully(
      Decision decision, Supplier<Boolean> wanted, Supplier<Future<Void>> operation) {
    Write write = new Write(decision);
    underWay.add(write); // before the look, so that nothing comes between unseen
    Future<Void> written = wanted.get() ? operation.get() : Future.succeededFuture();
    return written
        .onComplete(done -> underWay.remove(write))
        .compose(done -> restore(decision, write.undone.get()));
  }

  private Future<Void> restore(Decision decision, @Nullable Outcome undone) {
    return undone != null && isUndone(decision, undone)
        ? table.put(undone.callSid(), undone)
        : Future.succeededFuture();
  }

  private boolean isUndone(Decision decision, Outcome undone) {
    Outcome here = here(decision);
    boolean overwritten = decision.names(here) && undone.decidedAt().isAfter(decision.decidedAt());
    return here == null || overwritten;
  }
}
