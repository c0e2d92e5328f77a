package io.callmesh.routing.connector;

import io.callmesh.runtime.web.Problem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.Lock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets one change of connectors or numbers happen at a time, in the whole cluster, on tables that
 * have every change before it: what a change has checked still holds when it writes. Safe on any
 * thread.
 */
public final class ProvisioningLock {
  private static final Logger log = LoggerFactory.getLogger(ProvisioningLock.class);
  private static final String NAME = "callmesh.provisioning";
  private static final long WAIT_MS = 10_000;

  private final Vertx vertx;
  private final Connectors connectors;

  /** A lock of the cluster that this Vert.x is in. */
  public ProvisioningLock(Vertx vertx, Connectors connectors) {
    this.vertx = vertx;
    this.connectors = connectors;
  }

  /**
   * Makes a change when it is its turn. Fails with what it fails with, or with a 503 when other
   * changes take longer than {@value #WAIT_MS} ms.
   */
  public <T> Future<T> change(Supplier<Future<T>> change) {
    return vertx
        .sharedData()
        .getLockWithTimeout(NAME, WAIT_MS)
        .recover(ProvisioningLock::busy)
        .compose(
            lock ->
                connectors
                    .catchUp()
                    .compose(caughtUp -> change.get())
                    .onComplete(done -> lock.release()));
  }

  private static Future<Lock> busy(Throwable cause) {
    log.warn("a change could not get its turn: {}", cause.toString());
    return Future.failedFuture(
        new Problem(503, "other changes are being made and take too long; try again"));
  }
}
