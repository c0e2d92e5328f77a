package io.callmesh.handoff.store;

import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.runtime.kafka.KafkaTable;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes that must not undo another outcome of the same call. The topic has no compare-and-set, so
 * another replica may store one between our look and our write. Memory sees both in the topic's
 * order: what came before our write, unseen, is written once more. Safe on any thread.
 */
final class CarefulWrites {
  private final KafkaTable<Outcome> table;
  private final Map<String, List<Write>> underWay = new ConcurrentHashMap<>();

  /** A write that is under way, and the latest that it must not undo but may. */
  private static final class Write {
    final String callSid;
    final Predicate<Outcome> spares;
    final AtomicReference<@Nullable Outcome> undone = new AtomicReference<>();

    Write(String callSid, Predicate<Outcome> spares) {
      this.callSid = callSid;
      this.spares = spares;
    }

    void saw(Outcome applied) {
      if (spares.test(applied)) {
        undone.set(applied);
      }
    }
  }

  CarefulWrites(KafkaTable<Outcome> table) {
    this.table = table;
  }

  /** Memory has this now; on the follower thread. */
  void applied(Outcome outcome) {
    underWay.getOrDefault(outcome.callSid(), List.of()).forEach(write -> write.saw(outcome));
  }

  /** Removes this outcome unless memory has another one of the call. */
  Future<Void> remove(Decision decision) {
    return carefully(removing(decision), () -> decision.names(here(decision)), removal(decision));
  }

  /** Removes the call's outcome, of which memory knows nothing any more, once again. */
  Future<Void> removeAgain(Decision decision) {
    return carefully(removing(decision), () -> here(decision) == null, removal(decision));
  }

  private static Write removing(Decision decision) {
    return new Write(decision.callSid(), applied -> !decision.names(applied));
  }

  private Supplier<Future<Void>> removal(Decision decision) {
    return () -> table.remove(decision.callSid());
  }

  private @Nullable Outcome here(Decision decision) {
    return table.get(decision.callSid());
  }

  /** Writes this outcome unless memory has it, or one of the call that was decided later. */
  Future<Void> put(Outcome outcome) {
    Decision decision = Decision.of(outcome);
    return put(outcome, () -> !decision.isOutdoneBy(here(decision)));
  }

  private Future<Void> put(Outcome outcome, Supplier<Boolean> wanted) {
    Write write =
        new Write(outcome.callSid(), applied -> applied.decidedAt().isAfter(outcome.decidedAt()));
    return carefully(write, wanted, () -> table.put(outcome.callSid(), outcome));
  }

  private Future<Void> carefully(
      Write write, Supplier<Boolean> wanted, Supplier<Future<Void>> operation) {
    begin(write); // before the look, so that nothing comes between unseen
    Future<Void> written = wanted.get() ? operation.get() : Future.succeededFuture();
    return written
        .onFailure(cause -> restoreLater(write))
        .compose(done -> restore(write).onComplete(restored -> end(write)));
  }

  private void begin(Write write) {
    underWay.merge(
        write.callSid, List.of(write), (a, b) -> Stream.concat(a.stream(), b.stream()).toList());
  }

  private void end(Write write) {
    underWay.computeIfPresent(write.callSid, (callSid, writes) -> without(write, writes));
  }

  private static @Nullable List<Write> without(Write write, List<Write> writes) {
    List<Write> others = writes.stream().filter(other -> other != write).toList();
    return others.isEmpty() ? null : others;
  }

  private Future<Void> restore(Write write) {
    Outcome undone = write.undone.get();
    return undone == null ? Future.succeededFuture() : put(undone);
  }

  /**
   * A write that failed may come to pass all the same, even after this. What it may undo is written
   * again, whether it has or not: a producer's records keep their order. Nobody waits for it.
   */
  private void restoreLater(Write write) {
    table.catchUp().compose(caughtUp -> restoreBehind(write)).onComplete(restored -> end(write));
  }

  private Future<Void> restoreBehind(Write write) {
    Outcome undone = write.undone.get();
    return undone == null ? Future.succeededFuture() : put(undone, () -> true);
  }
}
