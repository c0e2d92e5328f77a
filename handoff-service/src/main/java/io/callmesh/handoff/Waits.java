package io.callmesh.handoff;

import io.callmesh.handoff.access.Reader;
import io.callmesh.handoff.access.ReaderPlaces;
import io.callmesh.handoff.live.Live;
import io.callmesh.runtime.web.Problem;
import io.micrometer.core.instrument.Counter;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The requests of one event loop that wait for a handoff. */
final class Waits {
  private final Set<Wait> underWay = new LinkedHashSet<>();
  private final Context loop;
  private final ReaderPlaces places;
  private final Counter refused;
  private boolean draining;

  /** The client has left, so nobody is to be answered, and nothing has failed. */
  static final class ClientGone extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ClientGone() {
      super("it left while it waited", null, false, false);
    }
  }

  private static final class Wait {
    final Promise<Void> over = Promise.promise();
    @Nullable Throwable why;

    /** The first reason counts. */
    void end(Throwable reason) {
      if (why == null) {
        why = reason;
        over.complete();
      }
    }

    <T> Future<T> failed(Throwable cause) {
      return Future.failedFuture(why == null ? cause : why);
    }
  }

  /**
   * For the calling context's loop.
   *
   * @param places what those who wait take, in the whole process
   * @param refused counts those for whom there was none
   */
  Waits(Vertx vertx, ReaderPlaces places, Counter refused) {
    this.loop = vertx.getOrCreateContext();
    this.places = places;
    this.refused = refused;
  }

  /**
   * Lets a request wait. Fails with {@link ClientGone} when its client leaves before, with a {@link
   * Problem} when too many wait (429) or the process is told to stop (503).
   *
   * @param ask waits; what it is given succeeds when it need not any more
   */
  <T> Future<T> of(
      HttpServerResponse response, Reader reader, Function<Future<Void>, Future<T>> ask) {
    if (response.closed()) {
      return Future.failedFuture(new ClientGone());
    }
    if (draining) {
      return Future.failedFuture(Live.draining());
    }
    if (!places.take(reader.name())) {
      refused.increment();
      return Future.failedFuture(new Problem(429, "too many requests wait; ask without wait"));
    }
    Wait wait = new Wait();
    underWay.add(wait);
    response.closeHandler(closed -> wait.end(new ClientGone()));
    return ask.apply(wait.over.future())
        .onComplete(done -> end(wait, reader))
        .recover(wait::failed);
  }

  private void end(Wait wait, Reader reader) {
    underWay.remove(wait);
    places.giveBack(reader.name());
  }

  /** Ends every wait, and takes none any more; succeeds when all have their answers. */
  Future<Void> drain() {
    Promise<Void> drained = Promise.promise();
    loop.runOnContext(
        now -> {
          draining = true;
          List.copyOf(underWay).forEach(wait -> wait.end(Live.draining()));
          drained.complete();
        });
    return drained.future();
  }
}
