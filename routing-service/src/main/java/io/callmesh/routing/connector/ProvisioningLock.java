package io.callmesh.routing.connector;

import io.callmesh.runtime.web.Problem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.Lock;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets one change of connectors or numbers happen at a time, in the whole cluster, on tables that
 * have every change before it: what a change has checked still holds when it writes. Changes of one
 * process wait for each other here, and only the first of them for those of other processes. Safe
 * on any thread.
 */
public final class ProvisioningLock {
  private static final Logger log = LoggerFactory.getLogger(ProvisioningLock.class);
  private static final String NAME = "callmesh.provisioning";

  /** Longer than the lease of a process that was killed. */
  private static final long WAIT_MS = ClusterTurn.LEASE_MS + 5_000;

  private final Vertx vertx;
  private final Supplier<Future<Void>> catchUp;
  private final LongSupplier settleInMs;
  private final ClusterTurn turns;

  /** This process's turn, and this change's among those of the process. */
  private record Turn(Lock here, ClusterTurn.Held everywhere) {}

  /** A lock of the cluster that this Vert.x is in. */
  public ProvisioningLock(Vertx vertx, Connectors connectors) {
    this(vertx, connectors::catchUp, connectors::settleInMs);
  }

  /**
   * @param catchUp succeeds when the tables have everything that was acknowledged
   * @param settleInMs how long until no write can come to pass any more that has failed
   */
  ProvisioningLock(Vertx vertx, Supplier<Future<Void>> catchUp, LongSupplier settleInMs) {
    this.vertx = vertx;
    this.catchUp = catchUp;
    this.settleInMs = settleInMs;
    this.turns = new ClusterTurn(vertx);
  }

  /**
   * Makes a change when it is its turn. Fails with what it fails with, or with a 503 when other
   * changes take too long. The turn of a change that failed lasts until none of its writes can come
   * to pass any more, for what was read before such a write would not hold.
   */
  public <T> Future<T> change(Supplier<Future<T>> change) {
    return turn()
        .recover(ProvisioningLock::busy)
        .compose(
            turn ->
                catchUp
                    .get()
                    .compose(caughtUp -> change.get())
                    .onComplete(done -> endWhenSettled(turn)));
  }

  private Future<Turn> turn() {
    long startNs = System.nanoTime();
    return vertx
        .sharedData()
        .getLocalLockWithTimeout(NAME, WAIT_MS)
        .compose(
            here ->
                turns
                    .take(restMs(startNs))
                    .onFailure(none -> here.release())
                    .map(everywhere -> new Turn(here, everywhere)));
  }

  private static long restMs(long startNs) {
    return Math.max(1, WAIT_MS - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs));
  }

  private void endWhenSettled(Turn turn) {
    long waitMs = settleInMs.getAsLong();
    if (waitMs > 0) {
      log.warn("a write may still come to pass: the next change waits {} ms for it", waitMs);
      vertx.setTimer(waitMs, settled -> end(turn));
    } else {
      end(turn);
    }
  }

  private static void end(Turn turn) {
    turn.everywhere()
        .end()
        .onFailure(ClusterTurn::endsByItself)
        .onComplete(ended -> turn.here().release());
  }

  private static Future<Turn> busy(Throwable cause) {
    log.warn("a change could not get its turn: {}", cause.toString());
    return Future.failedFuture(
        new Problem(503, "other changes are being made and take too long; try again"));
  }
}
