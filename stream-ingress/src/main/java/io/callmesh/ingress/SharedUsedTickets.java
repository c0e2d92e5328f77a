package io.callmesh.ingress;

import io.callmesh.contracts.security.Ticket;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.AsyncMap;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Used tickets in the map that all nodes of the cluster share. An entry goes when its ticket has
 * expired, so the map holds no more than the tickets of some seconds.
 */
final class SharedUsedTickets implements UsedTickets {
  private static final String MAP = "callmesh.tickets.used";

  /** Twilio waits for the 101 meanwhile, and the caller hears nothing. */
  private static final long TIMEOUT_MS = 3_000;

  private final Vertx vertx;
  private final Clock clock;

  SharedUsedTickets(Vertx vertx, Clock clock) {
    this.vertx = vertx;
    this.clock = clock;
  }

  @Override
  public Future<Boolean> useUp(Ticket ticket) {
    long ttlMs = Duration.between(clock.instant(), ticket.expiresAt()).toMillis();
    return vertx
        .sharedData()
        .<String, Boolean>getAsyncMap(MAP)
        .compose(
            (AsyncMap<String, Boolean> used) ->
                used.putIfAbsent(ticket.nonce(), true, Math.max(1, ttlMs)))
        .map(before -> before == null)
        .timeout(TIMEOUT_MS, TimeUnit.MILLISECONDS);
  }
}
