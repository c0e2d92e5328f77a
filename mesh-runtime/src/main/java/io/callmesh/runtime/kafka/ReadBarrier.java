package io.callmesh.runtime.kafka;

import io.callmesh.contracts.bus.BusFailure;
import io.callmesh.contracts.bus.FailureCode;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets a reader wait until its table has everything that was acknowledged before the reader asked:
 * asks for the topic's end offsets and waits for the follower to reach them. At most one query is
 * in flight; those who come meanwhile share the next one, because the one in flight may have been
 * answered before their turn. Safe on any thread.
 */
final class ReadBarrier {
  private final Supplier<CompletableFuture<Map<Integer, Long>>> endOffsets;
  private final Progress progress;
  private final Duration timeout;
  private final int maxWaiting;
  private @Nullable Batch next;
  private boolean querying;
  private int waiting;

  /** Those who share one query. */
  private static final class Batch {
    final CompletableFuture<Void> done = new CompletableFuture<>();
    int size;
  }

  ReadBarrier(
      Supplier<CompletableFuture<Map<Integer, Long>>> endOffsets,
      Progress progress,
      Duration timeout,
      int maxWaiting) {
    this.endOffsets = endOffsets;
    this.progress = progress;
    this.timeout = timeout;
    this.maxWaiting = maxWaiting;
  }

  /** Done when the table has caught up; fails when that takes too long or too many wait. */
  CompletableFuture<Void> catchUp() {
    Batch mine;
    synchronized (this) {
      if (waiting >= maxWaiting) {
        return CompletableFuture.failedFuture(
            new BusFailure(FailureCode.BUSY, maxWaiting + " reads already wait for Kafka"));
      }
      mine = join();
    }
    queryIfIdle();
    return mine.done.copy().orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  private Batch join() {
    if (next == null) {
      next = new Batch();
    }
    waiting++;
    next.size++;
    return next;
  }

  private void queryIfIdle() {
    Batch batch;
    synchronized (this) {
      if (querying || next == null) {
        return;
      }
      querying = true;
      batch = next;
      next = null;
    }
    query(batch);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // ends in finish
  private void query(Batch batch) {
    ask()
        .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((ends, failure) -> queried())
        .thenCompose(this::reach)
        .whenComplete((reached, failure) -> finish(batch, failure));
  }

  private CompletableFuture<Map<Integer, Long>> ask() {
    try {
      return endOffsets.get();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void queried() {
    synchronized (this) {
      querying = false;
    }
    queryIfIdle();
  }

  private CompletableFuture<Void> reach(Map<Integer, Long> ends) {
    CompletableFuture<Void> reached = progress.reach(ends);
    return reached
        .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((done, failure) -> progress.forget(reached));
  }

  private void finish(Batch batch, @Nullable Throwable failure) {
    synchronized (this) {
      waiting -= batch.size;
    }
    if (failure == null) {
      batch.done.complete(null);
    } else {
      batch.done.completeExceptionally(Failures.unwrap(failure));
    }
  }
}
