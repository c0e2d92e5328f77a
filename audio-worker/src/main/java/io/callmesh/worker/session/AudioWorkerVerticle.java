package io.callmesh.worker.session;

import io.callmesh.contracts.Ids;
import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.session.FindSession;
import io.callmesh.contracts.session.OpenSession;
import io.callmesh.contracts.session.WatchSession;
import io.callmesh.contracts.session.WorkerPresence;
import io.callmesh.runtime.bus.FrameBus;
import io.callmesh.worker.ConnectorDirectory;
import io.callmesh.worker.WorkerConfig;
import io.callmesh.worker.WorkerEvents;
import io.callmesh.worker.WorkerMetrics;
import io.callmesh.worker.agent.AgentAddressPolicy;
import io.callmesh.worker.agent.AgentDialer;
import io.callmesh.worker.agent.HostLookup;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.http.WebSocketClient;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/**
 * Serves sessions on one event loop, and tells everyone that it does. Deploy as many instances as
 * there are cores; each counts its own capacity and is drained by itself.
 */
public final class AudioWorkerVerticle extends VerticleBase {
  private static final int LOOKUP_THREADS = 4;

  private final String instance = Ids.instance();
  private final String processId;
  private final WorkerConfig config;
  private final ConnectorDirectory connectors;
  private final WorkerEvents events;
  private final WorkerMetrics metrics;
  private final InstantSource clock;
  private final SessionTable sessions;

  /**
   * A worker that is not deployed yet.
   *
   * @param processId names the process: an ingress prefers a worker of its own
   * @param metrics shared by all instances of the process
   * @param clock gives the time at which an outcome is stored
   */
  public AudioWorkerVerticle(
      String processId,
      WorkerConfig config,
      ConnectorDirectory connectors,
      WorkerEvents events,
      WorkerMetrics metrics,
      InstantSource clock) {
    this.processId = processId;
    this.config = config;
    this.connectors = connectors;
    this.events = events;
    this.metrics = metrics;
    this.clock = clock;
    this.sessions = new SessionTable(metrics);
  }

  /** The instance's name in its addresses. */
  public String instance() {
    return instance;
  }

  @Override
  public Future<?> start() {
    EventBus bus = vertx.eventBus();
    WorkerPorts ports = new WorkerPorts(vertx, config, events, metrics, dialer(), clock);
    MessageConsumer<OpenSession> open =
        bus.consumer(
            Addresses.workerOpen(instance),
            new OpenHandler(instance, ports, connectors, sessions, this::announce));
    Future<?> frames =
        FrameBus.of(vertx).consume(vertx, Addresses.workerFrames(instance), sessions::frame);
    MessageConsumer<Object> rollCall =
        bus.consumer(Addresses.WORKER_ROLL_CALL, message -> announce());
    MessageConsumer<FindSession> find =
        bus.consumer(Addresses.WORKER_FIND, message -> tellWhere(message.body()));
    MessageConsumer<WatchSession> watch =
        bus.consumer(Addresses.WORKER_WATCH, message -> show(message.body()));
    vertx.setPeriodic(WorkerPresence.INTERVAL.toMillis(), id -> everySecond());
    return Future.all(
            List.of(
                open.completion(),
                frames,
                rollCall.completion(),
                find.completion(),
                watch.completion()))
        .onSuccess(reachable -> announce());
  }

  private AgentDialer dialer() {
    WebSocketClient client =
        vertx.createWebSocketClient(AgentDialer.clientOptions(config.capacity()));
    WorkerExecutor threads =
        vertx.createSharedWorkerExecutor("callmesh-agent-lookup", LOOKUP_THREADS);
    HostLookup lookup =
        host -> threads.executeBlocking(() -> List.of(InetAddress.getAllByName(host)), false);
    return new AgentDialer(
        vertx,
        client,
        lookup,
        new AgentAddressPolicy(config.allowPrivateAddresses()),
        config.agentSecrets());
  }

  private void everySecond() {
    announce();
    sessions.sweep(System.nanoTime());
  }

  private void tellWhere(FindSession question) {
    sessions
        .newest(question.callSid())
        .ifPresent(session -> vertx.eventBus().send(question.replyTo(), session.found()));
  }

  private void show(WatchSession wish) {
    sessions.newest(wish.id()).ifPresent(session -> session.watch(wish));
  }

  private void announce() {
    vertx
        .eventBus()
        .publish(
            Addresses.WORKER_PRESENCE,
            new WorkerPresence(
                instance, processId, sessions.size(), config.capacity(), sessions.isDraining()));
  }

  /**
   * Takes no new sessions and lets those there are come to their end. Callable from any thread.
   *
   * @param deadline after this the sessions left are ended as if their streams had been interrupted
   * @return succeeds when no session is left
   */
  public Future<Void> drain(Duration deadline) {
    Promise<Void> drained = Promise.promise();
    Context loop = context;
    loop.runOnContext(
        ignored -> {
          long timer =
              vertx.setTimer(Math.max(1, deadline.toMillis()), id -> sessions.moveAllAway());
          sessions
              .drain()
              .onSuccess(
                  empty -> {
                    vertx.cancelTimer(timer);
                    drained.complete();
                  });
          announce();
        });
    return drained.future();
  }

  @Override
  public Future<?> stop() {
    sessions.moveAllAway();
    return Future.succeededFuture(); // sockets, consumers and timers go with the verticle
  }
}
