package io.callmesh.runtime.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.bus.FailureCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class ReadBarrierTest {
  private final List<CompletableFuture<Map<Integer, Long>>> queries = new ArrayList<>();
  private final Progress progress = new Progress();
  private final ReadBarrier barrier =
      new ReadBarrier(this::query, progress, Duration.ofSeconds(30), 3);

  private CompletableFuture<Map<Integer, Long>> query() {
    CompletableFuture<Map<Integer, Long>> query = new CompletableFuture<>();
    queries.add(query);
    return query;
  }

  private void answer(int query, Map<Integer, Long> ends) {
    assertThat(queries.get(query).complete(ends)).isTrue();
  }

  private static Throwable failureOf(CompletableFuture<Void> failed) {
    return Failures.unwrap(
        Objects.requireNonNull(failed.handle((done, failure) -> failure).join()));
  }

  @Test
  void waitsUntilEveryPartitionIsAtItsEnd() {
    CompletableFuture<Void> read = barrier.catchUp();
    answer(0, Map.of(0, 5L, 1, 2L));
    progress.advance(Map.of(0, 5L, 1, 1L));
    assertThat(read).isNotDone();
    progress.advance(Map.of(1, 2L));
    assertThat(read).isCompleted();
  }

  @Test
  void doesNotWaitWhenItIsThereAlready() {
    progress.advance(Map.of(0, 6L));
    CompletableFuture<Void> read = barrier.catchUp();
    answer(0, Map.of(0, 5L));
    assertThat(read).isCompleted();
  }

  @Test
  void sharesTheNextQueryAmongThoseWhoComeDuringOne() {
    CompletableFuture<Void> first = barrier.catchUp();
    CompletableFuture<Void> second = barrier.catchUp();
    CompletableFuture<Void> third = barrier.catchUp();
    assertThat(queries).hasSize(1);
    progress.advance(Map.of(0, 1L));
    answer(0, Map.of(0, 1L));
    assertThat(first).isCompleted();
    assertThat(second).isNotDone();
    assertThat(queries).hasSize(2);
    answer(1, Map.of(0, 2L));
    progress.advance(Map.of(0, 2L));
    assertThat(second).isCompleted();
    assertThat(third).isCompleted();
    assertThat(queries).hasSize(2);
  }

  @Test
  void asksAgainWhileEarlierReadersStillWaitForTheFollower() {
    CompletableFuture<Void> first = barrier.catchUp();
    answer(0, Map.of(0, 1L));
    CompletableFuture<Void> second = barrier.catchUp();
    answer(1, Map.of(0, 2L));
    progress.advance(Map.of(0, 1L));
    assertThat(first).isCompleted();
    assertThat(second).isNotDone();
  }

  @Test
  void refusesMoreReadersThanItsBoundAndTakesThemAgainLater() {
    for (int i = 0; i < 3; i++) {
      assertThat(barrier.catchUp()).isNotDone();
    }
    CompletableFuture<Void> refused = barrier.catchUp();
    assertThat(refused).isCompletedExceptionally();
    assertThat(FailureCode.of(failureOf(refused))).isEqualTo(FailureCode.BUSY);
    answer(0, Map.of());
    answer(1, Map.of());
    assertThat(barrier.catchUp()).isNotDone();
  }

  @Test
  void failsItsReadersWithTheQueryAndGoesOn() {
    CompletableFuture<Void> failed = barrier.catchUp();
    IllegalStateException gone = new IllegalStateException("gone");
    assertThat(queries.get(0).completeExceptionally(gone)).isTrue();
    assertThat(failed).isCompletedExceptionally();
    CompletableFuture<Void> next = barrier.catchUp();
    answer(1, Map.of());
    assertThat(next).isCompleted();
  }

  @Test
  void failsThoseWhoWaitWhenFollowingEnds() {
    CompletableFuture<Void> read = barrier.catchUp();
    answer(0, Map.of(0, 1L));
    progress.end(new IllegalStateException("closed"));
    assertThat(read).isCompletedExceptionally();
    assertThat(progress.reach(Map.of(0, 0L))).isCompletedExceptionally();
  }

  @Test
  void givesUpWhenTheFollowerDoesNotMove() {
    ReadBarrier impatient = new ReadBarrier(this::query, progress, Duration.ofMillis(1), 3);
    CompletableFuture<Void> read = impatient.catchUp();
    assertThat(failureOf(read)).isInstanceOf(TimeoutException.class);
  }
}
