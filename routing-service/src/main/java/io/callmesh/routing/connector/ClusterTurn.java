package io.callmesh.routing.connector;

import io.callmesh.contracts.Ids;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.AsyncMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A turn that one process of the cluster has at a time: an entry in a shared map with a token of
 * whoever holds it. Vert.x' clustered lock would not do: Hazelcast's belongs to a thread, which may
 * take it again, and letting go of it lets go of anybody's.
 *
 * <p>A turn is a lease, renewed while it lasts: that of a process which was killed ends by itself
 * after {@value #LEASE_MS} ms. Within a process only one may ask at a time.
 */
final class ClusterTurn {
  static final long LEASE_MS = 10_000;

  private static final Logger log = LoggerFactory.getLogger(ClusterTurn.class);
  private static final String MAP = "callmesh.provisioning";
  private static final String HOLDER = "holder";
  private static final String WAITING = "waiting";
  private static final long RENEWAL_MS = 2_000;
  private static final long END_MS = 3_000;
  private static final long PAUSE_MS = 20;
  private static final int TOKEN_BYTES = 16;

  private final Vertx vertx;
  private final String process = Ids.hex(TOKEN_BYTES);

  ClusterTurn(Vertx vertx) {
    this.vertx = vertx;
  }

  /** Takes a turn; fails when there is none within so long. */
  Future<Held> take(long waitMs) {
    Promise<Held> taken = Promise.promise();
    long timer = vertx.setTimer(waitMs, tick -> taken.tryFail("no turn within " + waitMs + " ms"));
    vertx
        .sharedData()
        .<String, String>getAsyncMap(MAP)
        .compose(map -> letOthersIn(map).map(map))
        .onSuccess(map -> attempt(map, Ids.hex(TOKEN_BYTES), taken))
        .onFailure(taken::tryFail);
    return taken.future().onComplete(done -> vertx.cancelTimer(timer));
  }

  /** A process with many changes would take each next turn before another one can ask for it. */
  private Future<Void> letOthersIn(AsyncMap<String, String> map) {
    return map.get(WAITING)
        .compose(
            waiting ->
                waiting == null || waiting.equals(process)
                    ? Future.succeededFuture()
                    : vertx.timer(2 * PAUSE_MS).mapEmpty());
  }

  private void attempt(AsyncMap<String, String> map, String token, Promise<Held> taken) {
    if (taken.future().isComplete()) {
      return; // it has taken too long
    }
    map.putIfAbsent(HOLDER, token, LEASE_MS)
        .onSuccess(
            holder -> {
              if (holder == null) {
                hold(map, token, taken);
              } else {
                attemptLater(map, token, taken);
              }
            })
        .onFailure(taken::tryFail);
  }

  private void attemptLater(AsyncMap<String, String> map, String token, Promise<Held> taken) {
    map.put(WAITING, process, LEASE_MS)
        .compose(told -> vertx.timer(PAUSE_MS))
        .onSuccess(tick -> attempt(map, token, taken))
        .onFailure(taken::tryFail);
  }

  private void hold(AsyncMap<String, String> map, String token, Promise<Held> taken) {
    Held held = new Held(map, token);
    map.removeIfPresent(WAITING, process).onFailure(ClusterTurn::lateCourtesy);
    if (!taken.tryComplete(held)) {
      held.end().onFailure(ClusterTurn::endsByItself);
    }
  }

  /** Costs the next turn a pause. */
  private static void lateCourtesy(Throwable cause) {
    log.debug("could not take back that this process waits: {}", cause.toString());
  }

  static void endsByItself(Throwable cause) {
    log.warn("could not end a turn, which ends by itself: {}", cause.toString());
  }

  /** A turn that is this process's until it ends. Safe on any thread. */
  final class Held {
    private final AsyncMap<String, String> map;
    private final String token;
    private final long timer;
    private Future<Void> renewal = Future.succeededFuture();
    private boolean ended;

    private Held(AsyncMap<String, String> map, String token) {
      this.map = map;
      this.token = token;
      this.timer = vertx.setPeriodic(RENEWAL_MS, tick -> renew());
    }

    private synchronized void renew() {
      if (!ended && renewal.isComplete()) {
        renewal = map.get(HOLDER).compose(this::renewed).onFailure(this::notRenewed);
      }
    }

    private Future<Void> renewed(String holder) {
      return token.equals(holder)
          ? map.put(HOLDER, token, LEASE_MS)
          : Future.failedFuture("it is another's, or nobody's");
    }

    private void notRenewed(Throwable cause) {
      log.error(
          "a turn could not be renewed, another change may be under way: {}", cause.toString());
    }

    /** Gives the turn back; done when others can have it. */
    synchronized Future<Void> end() {
      ended = true;
      vertx.cancelTimer(timer);
      return renewal
          .otherwiseEmpty()
          .compose(renewed -> map.removeIfPresent(HOLDER, token))
          .<Void>mapEmpty()
          .timeout(END_MS, TimeUnit.MILLISECONDS);
    }
  }
}
