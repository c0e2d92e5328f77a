package io.callmesh.routing.connector;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.bus.BusFailure;
import io.callmesh.contracts.bus.FailureCode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProvisioningLockTest {
  private static final long SETTLES_MS = 200;

  private final Vertx vertx = Vertx.vertx();
  private final AtomicLong settleInMs = new AtomicLong();
  private final ProvisioningLock lock =
      new ProvisioningLock(vertx, Future::succeededFuture, settleInMs::get);

  @AfterEach
  void close() throws Exception {
    vertx.close().await(10, SECONDS);
  }

  @Test
  void makesMoreChangesThanThereAreWorkersOneAtATime() throws Exception {
    AtomicInteger underWay = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();

    Future.all(
            IntStream.range(0, 100)
                .mapToObj(i -> lock.change(() -> counted(underWay, most)))
                .toList())
        .await(10, SECONDS);

    assertThat(most).hasValue(1);
  }

  private Future<Void> counted(AtomicInteger underWay, AtomicInteger most) {
    most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
    return vertx.timer(1).onComplete(done -> underWay.decrementAndGet()).mapEmpty();
  }

  @Test
  void waitsForTheTurnOfAnotherProcess() throws Exception {
    ProvisioningLock other = new ProvisioningLock(vertx, Future::succeededFuture, settleInMs::get);
    ClusterTurn.Held held = new ClusterTurn(vertx).take(1_000).await(10, SECONDS);
    List<String> order = new CopyOnWriteArrayList<>();

    Future<Void> change =
        other.change(
            () -> {
              order.add("change");
              return Future.succeededFuture();
            });
    vertx.timer(100).await(10, SECONDS);
    order.add("end");
    held.end().await(10, SECONDS);
    change.await(10, SECONDS);

    assertThat(order).containsExactly("end", "change");
  }

  @Test
  void failsWhenThereIsNoTurnInTime() throws Exception {
    ClusterTurn.Held held = new ClusterTurn(vertx).take(1_000).await(10, SECONDS);

    Promise<Void> ended = Promise.promise();
    new ClusterTurn(vertx).take(50).onComplete(done -> ended.complete());
    ended.future().await(10, SECONDS);
    held.end().await(10, SECONDS);

    // What was refused holds nothing now.
    new ClusterTurn(vertx).take(1_000).await(10, SECONDS).end().await(10, SECONDS);
  }

  @Test
  void keepsTheTurnWhileAFailedWriteMayStillComeToPass() throws Exception {
    AtomicLong failedNs = new AtomicLong();

    Future<Void> failing =
        lock.change(
            () -> {
              settleInMs.set(SETTLES_MS);
              failedNs.set(System.nanoTime());
              return Future.failedFuture("no answer");
            });
    Future<Long> next =
        lock.change(
            () -> {
              settleInMs.set(0);
              return Future.succeededFuture(System.nanoTime());
            });

    long nextNs = next.await(10, SECONDS);
    assertThat(failing.failed()).isTrue();
    assertThat(Duration.ofNanos(nextNs - failedNs.get()))
        .isGreaterThanOrEqualTo(Duration.ofMillis(SETTLES_MS));
  }

  @ParameterizedTest
  @CsvSource({"UNAVAILABLE, 1001", "INTERNAL, 1001", "BUSY, 0", "BAD_REQUEST, 0"})
  void waitsForWritesThatWereSentOnly(FailureCode code, long expectedMs) {
    AtomicLong nowNs = new AtomicLong(Long.MAX_VALUE);
    UnsettledWrites writes = new UnsettledWrites(Duration.ofSeconds(1), nowNs::get);

    assertThat(writes.settleInMs()).isZero();
    assertThat(writes.watch(Future.succeededFuture()).succeeded()).isTrue();
    assertThat(writes.settleInMs()).isZero();
    assertThat(writes.watch(Future.failedFuture(new BusFailure(code, "test"))).failed()).isTrue();
    assertThat(writes.settleInMs()).isEqualTo(expectedMs);
    nowNs.addAndGet(Duration.ofSeconds(2).toNanos());
    assertThat(writes.settleInMs()).isZero();
  }
}
