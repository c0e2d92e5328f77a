package io.callmesh.handoff.live;

import io.callmesh.handoff.access.Reader;
import io.callmesh.handoff.access.ReaderPlaces;
import io.callmesh.handoff.live.LiveMetrics.End;
import io.callmesh.handoff.store.Answer;
import io.callmesh.handoff.store.Lookup;
import io.callmesh.handoff.store.OutcomeStore;
import io.callmesh.handoff.store.Reads;
import io.callmesh.runtime.web.Problem;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/**
 * {@code …/handoff_state/live}, and what the streams of all event loops share. Safe on any thread.
 */
public final class Live {
  /** Streams of a process. */
  static final int MAX_STREAMS = 1_000;

  /** Streams of one reader: a worker has some browser tabs open, and reconnects. */
  static final int MAX_STREAMS_PER_READER = 10;

  private final ReaderPlaces places = new ReaderPlaces(MAX_STREAMS, MAX_STREAMS_PER_READER);
  private final List<LiveDesk> desks = new CopyOnWriteArrayList<>();
  private final Function<Answer, Problem> explanation;
  private final LiveMetrics metrics;
  private final LiveTimes times;
  private final Clock clock;
  private volatile boolean draining;

  /**
   * @param explanation what a reader is told who asks for a handoff that is not there
   */
  public Live(Function<Answer, Problem> explanation, MeterRegistry meters, Clock clock) {
    this(explanation, new LiveMetrics(meters), LiveTimes.REAL, clock);
  }

  Live(Function<Answer, Problem> explanation, LiveMetrics metrics, LiveTimes times, Clock clock) {
    this.explanation = explanation;
    this.metrics = metrics;
    this.times = times;
    this.clock = clock;
    metrics.streams(places::taken);
  }

  /**
   * Mounts the routes on the calling event loop; succeeds when workers can tell their news.
   *
   * @param mayRead lets a request pass whose reader may read handoffs
   */
  public Future<?> mount(
      Vertx vertx,
      Router router,
      List<String> paths,
      Handler<RoutingContext> mayRead,
      OutcomeStore outcomes,
      Lookup lookup,
      Reads reads) {
    return mount(vertx, router, paths, mayRead, new StoredHandoffs(outcomes, lookup, reads));
  }

  Future<?> mount(
      Vertx vertx,
      Router router,
      List<String> paths,
      Handler<RoutingContext> mayRead,
      Handoffs handoffs) {
    LiveDesk desk = new LiveDesk(this, vertx, handoffs);
    desks.add(desk);
    paths.forEach(path -> router.get(path).handler(mayRead).handler(desk::answer));
    return desk.start();
  }

  /** Ends every stream, and opens none any more; succeeds when they have ended. */
  public Future<?> drain() {
    draining = true;
    return Future.join(desks.stream().map(LiveDesk::drain).toList());
  }

  boolean isDraining() {
    return draining;
  }

  /** What those are told who come then: 503, and another process has them. */
  public static Problem draining() {
    return new Problem(503, "this process is going away; try again");
  }

  LiveTimes times() {
    return times;
  }

  Problem explain(Answer answer) {
    return explanation.apply(answer);
  }

  /** Takes a stream's place, or throws why there is none. */
  void take(Reader reader) {
    if (draining) {
      throw draining();
    }
    if (!places.take(reader.name())) {
      metrics.refused();
      throw new Problem(429, "too many streams are open; close some, or poll without them");
    }
  }

  void giveBack(Reader reader) {
    places.giveBack(reader.name());
  }

  void ended(Reader reader, End why) {
    giveBack(reader);
    metrics.ended(why);
  }

  /** How long a stream of this reader may last, in ms: no longer than its credentials. */
  long lasts(Reader reader) {
    Instant now = clock.instant();
    Instant latest = now.plus(times.longest());
    Instant end = reader.until().isBefore(latest) ? reader.until() : latest;
    return Math.max(1, Duration.between(now, end).toMillis());
  }
}
