package io.callmesh.ingress.stream;

import io.callmesh.contracts.Ids;
import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.frame.Frame;
import io.callmesh.contracts.session.StreamEnd;
import io.callmesh.contracts.session.WorkerPresence;
import io.callmesh.ingress.IngressConfig;
import io.callmesh.ingress.IngressMetrics;
import io.callmesh.ingress.StreamEvents;
import io.callmesh.ingress.worker.WorkerDirectory;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.http.ServerWebSocket;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * All streams of one event loop, behind one bus address. Its methods are called on that loop,
 * {@link #drain()} from anywhere.
 */
public final class StreamTable {
  private static final long SWEEP_MS = 1_000;

  private final String address = Addresses.ingressFrames(Ids.instance());
  private final Map<Long, TwilioStream> streams = new HashMap<>();
  private final Vertx vertx;
  private final Context context;
  private final IngressConfig config;
  private final IngressMetrics metrics;
  private final StreamEvents events;
  private final WorkerDirectory workers;
  private final Promise<Void> empty = Promise.promise();
  private boolean draining;
  private long sweeps;

  /** A table on the calling context. */
  public StreamTable(
      Vertx vertx,
      IngressConfig config,
      IngressMetrics metrics,
      StreamEvents events,
      String processId) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.config = config;
    this.metrics = metrics;
    this.events = events;
    this.workers = new WorkerDirectory(processId, System::nanoTime, new Random());
  }

  /** Registers on the bus, asks who is there, and begins to sweep. Done when it can be reached. */
  public Future<?> start() {
    EventBus bus = vertx.eventBus();
    MessageConsumer<Frame> frames = bus.consumer(address, this::deliver);
    MessageConsumer<WorkerPresence> presence =
        bus.consumer(Addresses.WORKER_PRESENCE, message -> workers.heard(message.body()));
    vertx.setPeriodic(SWEEP_MS, id -> sweep());
    return Future.all(List.of(frames.completion(), presence.completion()))
        .onSuccess(reachable -> bus.publish(Addresses.WORKER_ROLL_CALL, ""));
  }

  /** Takes an accepted socket. */
  public void accept(ServerWebSocket socket, Admission admission) {
    TwilioStream stream = new TwilioStream(this, socket, admission);
    streams.put(stream.key(), stream);
    metrics.opened();
    stream.listen();
  }

  /** Whether one more stream is welcome. */
  public boolean hasRoom() {
    return !draining && metrics.streams() < config.maxStreams();
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

  void remove(TwilioStream stream, StreamEnd why) {
    if (streams.remove(stream.key()) != null) {
      metrics.ended(why);
      completeWhenEmpty();
    }
  }

  private void completeWhenEmpty() {
    if (draining && streams.isEmpty()) {
      empty.tryComplete();
    }
  }

  private void deliver(Message<Frame> message) {
    TwilioStream stream = streams.get(message.body().streamKey());
    if (stream != null) {
      stream.deliver(message.body());
    }
  }

  private void sweep() {
    Set<String> silent = new HashSet<>(workers.forgetSilent());
    List<TwilioStream> all = List.copyOf(streams.values());
    all.forEach(stream -> stream.sweep(silent));
    sweeps++;
    if (sweeps * SWEEP_MS % config.pingInterval().toMillis() == 0) {
      all.forEach(TwilioStream::ping);
    }
  }

  String address() {
    return address;
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
