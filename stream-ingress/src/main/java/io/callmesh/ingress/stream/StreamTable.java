package io.callmesh.ingress.stream;

import io.callmesh.contracts.Ids;
import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.frame.Frame;
import io.callmesh.contracts.session.StreamAdmitted;
import io.callmesh.contracts.session.StreamEnd;
import io.callmesh.contracts.session.WorkerPresence;
import io.callmesh.ingress.IngressConfig;
import io.callmesh.ingress.IngressMetrics;
import io.callmesh.ingress.StreamEvents;
import io.callmesh.runtime.bus.FrameBus;
import io.callmesh.runtime.bus.WorkerDirectory;
import io.callmesh.runtime.socket.FrameLane;
import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.collection.LongObjectMap;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonObject;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All streams of one event loop, behind one bus address. Its methods are called on that loop,
 * {@link #drain()} from anywhere.
 */
public final class StreamTable {
  private static final Logger log = LoggerFactory.getLogger(StreamTable.class);

  /** How often {@link #sweep()} is due, in ms. */
  public static final long SWEEP_MS = 1_000;

  private final String address = Addresses.ingressFrames(Ids.instance());
  private final LongObjectMap<TwilioStream> streams = new LongObjectHashMap<>();
  private final Scratch scratch = new Scratch();
  private final MediaScanner scanner = new MediaScanner();
  private final FrameBus frames;

  /** The admitted stream of each call; no more than there are streams. */
  private final Map<String, TwilioStream> streamOfCall = new HashMap<>();

  private final ClosingSockets closing;
  private final Vertx vertx;
  private final Context context;
  private final IngressConfig config;
  private final Places places;
  private final IngressMetrics metrics;
  private final StreamEvents events;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final WorkerDirectory workers;
  private final Promise<Void> empty = Promise.promise();
  private boolean draining;
  private long sweptAt;
  private long admittedAtMs;
  private int entering;

  /**
   * A table on the calling context.
   *
   * @param places of the process, shared by its tables
   * @param clock what the other processes go by as well
   * @param nanoTime a monotonic clock in ns
   */
  public StreamTable(
      Vertx vertx,
      IngressConfig config,
      Places places,
      IngressMetrics metrics,
      StreamEvents events,
      String processId,
      InstantSource clock,
      LongSupplier nanoTime) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.frames = FrameBus.of(vertx);
    this.config = config;
    this.places = places;
    this.metrics = metrics;
    this.events = events;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.sweptAt = nanoTime.getAsLong();
    this.closing = new ClosingSockets(config.closeTimeout().toNanos());
    this.workers = new WorkerDirectory(processId, nanoTime, new Random());
  }

  /** Registers on the bus and asks who is there. Done when it can be reached. */
  public Future<?> start() {
    EventBus bus = vertx.eventBus();
    Future<?> reachable = frames.consume(vertx, address, this::deliver);
    MessageConsumer<WorkerPresence> presence =
        bus.consumer(Addresses.WORKER_PRESENCE, message -> workers.heard(message.body()));
    MessageConsumer<StreamAdmitted> admitted =
        bus.consumer(Addresses.STREAM_ADMITTED, message -> admittedElsewhere(message.body()));
    return Future.all(List.of(reachable, presence.completion(), admitted.completion()))
        .onSuccess(all -> bus.publish(Addresses.WORKER_ROLL_CALL, ""));
  }

  /**
   * Keeps a place for a handshake under way; false when no stream is welcome. Whoever was given a
   * place ends with {@link #accept} or with {@link #leave}.
   */
  public boolean enter(String accountSid) {
    if (draining || metrics.streams() >= config.maxStreams() || !places.take(accountSid)) {
      return false;
    }
    metrics.entered();
    entering++;
    return true;
  }

  /** Gives back the place of a handshake that came to nothing. */
  public void leave(String accountSid) {
    places.give(accountSid);
    entering--;
    metrics.left();
    completeWhenEmpty();
  }

  /** Takes an accepted socket, for which a place was kept. */
  public void accept(HttpConnection connection, ServerWebSocket socket, Admission admission) {
    if (socket.isClosed()) {
      leave(admission.accountSid());
      return;
    }
    TwilioStream stream = new TwilioStream(this, connection, socket, admission);
    entering--;
    streams.put(stream.key(), stream);
    stream.listen(); // which may end it
  }

  /** Welcomes no more streams; succeeds when the last one has ended. */
  public Future<Void> drain() {
    context.runOnContext(
        now -> {
          draining = true;
          completeWhenEmpty();
        });
    return empty.future();
  }

  /** The present moment in ms since the epoch, later than all that it was before. */
  long admissionMs() {
    admittedAtMs = Math.max(admittedAtMs + 1, clock.millis());
    return admittedAtMs;
  }

  /**
   * Makes a stream the one of its call, here and on every other ingress; false when the call has
   * one that outranks it.
   */
  boolean admitted(TwilioStream stream, StreamAdmitted news) {
    TwilioStream older = streamOfCall.get(news.callSid());
    if (older != null && !older.givesWayTo(news)) {
      return false;
    }
    streamOfCall.put(news.callSid(), stream);
    Optional.ofNullable(older).ifPresent(TwilioStream::supersede);
    bus().publish(Addresses.STREAM_ADMITTED, news);
    return true;
  }

  private void admittedElsewhere(StreamAdmitted news) {
    TwilioStream own = streamOfCall.get(news.callSid());
    if (own == null || news.ingressAddress().equals(address)) {
      return;
    }
    if (own.givesWayTo(news)) {
      own.supersede();
    } else {
      // Whoever has it did not know of ours; each answer is of a higher rank, so they come to an
      // end.
      own.standing().ifPresent(ours -> bus().publish(Addresses.STREAM_ADMITTED, ours));
    }
  }

  /** Takes a stream out whose socket has still to close. */
  void remove(TwilioStream stream, String callSid, FrameLane lane, StreamEnd why) {
    streamOfCall.remove(callSid, stream);
    if (streams.remove(stream.key()) != null) {
      places.give(stream.accountSid());
      closing.add(lane, nanoTime());
      countEnd(stream, why);
      completeWhenEmpty();
    }
  }

  private void countEnd(TwilioStream stream, StreamEnd why) {
    if (stream.isWorkerDone()) {
      metrics.endedByWorker();
    } else {
      metrics.ended(why);
    }
  }

  /** A socket is closed for good. */
  void gone(FrameLane lane) {
    closing.gone(lane);
  }

  private void completeWhenEmpty() {
    if (draining && streams.isEmpty() && entering == 0) {
      empty.tryComplete();
    }
  }

  private void deliver(Frame frame) {
    TwilioStream stream = streams.get(frame.streamKey());
    if (stream != null) {
      stream.deliver(frame);
    }
  }

  /**
   * The admitted streams that are open, at most so many, each as docs/operations.md shows it. From
   * any thread.
   */
  public Future<List<JsonObject>> live(int limit) {
    return live(stream -> true, limit);
  }

  /** The same of one call: one stream as a rule. */
  public Future<List<JsonObject>> live(String callSid) {
    return live(stream -> stream.callSid().equals(callSid), Integer.MAX_VALUE);
  }

  private Future<List<JsonObject>> live(Predicate<TwilioStream> wanted, int limit) {
    Promise<List<JsonObject>> found = Promise.promise();
    context.runOnContext(
        now ->
            found.complete(
                streams.values().stream()
                    .filter(TwilioStream::isAdmitted)
                    .filter(wanted)
                    .limit(limit)
                    .map(TwilioStream::toJson)
                    .toList()));
    return found.future();
  }

  /** Due every {@link #SWEEP_MS}: gives up what was silent for too long, and sends pings. */
  public void sweep() {
    long now = nanoTime.getAsLong();
    long sinceLastMs = TimeUnit.NANOSECONDS.toMillis(now - sweptAt);
    sweptAt = now;
    if (sinceLastMs <= 2 * SWEEP_MS) {
      forgetSilentWorkers();
    }
    // Otherwise this loop stood still itself, and what the workers said waits behind this sweep.
    List.copyOf(streams.values()).forEach(TwilioStream::sweep);
    metrics.cut(closing.cutOverdue(now));
  }

  private void forgetSilentWorkers() {
    List<String> silent = workers.forgetSilent();
    if (!silent.isEmpty()) {
      log.warn("workers went silent: {}", silent);
    }
  }

  String address() {
    return address;
  }

  Context context() {
    return context;
  }

  FrameBus frames() {
    return frames;
  }

  Scratch scratch() {
    return scratch;
  }

  MediaScanner scanner() {
    return scanner;
  }

  long nanoTime() {
    return nanoTime.getAsLong();
  }

  EventBus bus() {
    return vertx.eventBus();
  }

  IngressConfig config() {
    return config;
  }

  IngressMetrics metrics() {
    return metrics;
  }

  StreamEvents events() {
    return events;
  }

  WorkerDirectory workers() {
    return workers;
  }
}
