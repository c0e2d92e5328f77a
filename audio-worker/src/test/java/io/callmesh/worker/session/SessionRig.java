package io.callmesh.worker.session;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.bus.BusCodecs;
import io.callmesh.contracts.connector.AgentEndpoint;
import io.callmesh.contracts.connector.AudioFormat;
import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.connector.Destination;
import io.callmesh.contracts.event.CallEventType;
import io.callmesh.contracts.frame.Frame;
import io.callmesh.contracts.frame.FrameKind;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.session.OpenSession;
import io.callmesh.contracts.session.SessionOpened;
import io.callmesh.worker.WorkerConfig;
import io.callmesh.worker.WorkerMetrics;
import io.callmesh.worker.agent.AgentSecrets;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A deployed worker with everything around it but the agents: connectors, an ingress, and whoever
 * stores outcomes. Session {@code n} is stream key {@code n} of call {@code CA…n}, with connector
 * {@code conn-n}.
 */
final class SessionRig {
  static final String ACCOUNT = "AC00000000000000000000000000000001";
  static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  private static final String INGRESS = Addresses.ingressFrames("test");

  /** A call event. */
  record Told(CallEventType type, String callSid, JsonObject data) {}

  final Vertx vertx = Vertx.vertx();
  final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  final BlockingQueue<Message<Outcome>> storing = new LinkedBlockingQueue<>();
  final BlockingQueue<Told> events = new LinkedBlockingQueue<>();
  private final Map<Long, BlockingQueue<Frame>> toIngress = new ConcurrentHashMap<>();
  private final Map<String, Connector> connectors = new ConcurrentHashMap<>();
  private final AudioWorkerVerticle worker;

  SessionRig() throws Exception {
    this(Duration.ofSeconds(10));
  }

  SessionRig(Duration redialWindow) throws Exception {
    this(redialWindow, WorkerConfig.defaults().storeDeadline());
  }

  SessionRig(Duration redialWindow, Duration storeDeadline) throws Exception {
    BusCodecs.registerOn(vertx.eventBus());
    worker =
        new AudioWorkerVerticle(
            "process-1",
            config(redialWindow, storeDeadline),
            id -> Future.succeededFuture(Optional.ofNullable(connectors.get(id))),
            (type, callSid, data) -> events.add(new Told(type, callSid, data.copy())),
            new WorkerMetrics(registry),
            () -> NOW);
    await(
        vertx
            .eventBus()
            .<Frame>consumer(INGRESS, m -> sent(m.body().streamKey()).add(m.body()))
            .completion());
    await(vertx.eventBus().<Outcome>consumer(Addresses.HANDOFF_STORE, storing::add).completion());
    await(vertx.deployVerticle(worker));
  }

  private static WorkerConfig config(Duration redialWindow, Duration storeDeadline) {
    WorkerConfig usual = WorkerConfig.defaults();
    return new WorkerConfig(
        10,
        usual.agentConnectTimeout(),
        redialWindow,
        usual.agentPingInterval(),
        usual.callerBacklog(),
        usual.agentBacklog(),
        usual.playoutLead(),
        usual.playoutBacklog(),
        storeDeadline,
        usual.streamSilence(),
        true,
        AgentSecrets.none());
  }

  /** Gives session {@code key} an agent, and two destinations unless handoffs are forbidden. */
  void agent(long key, AgentEndpoint.Protocol protocol, String url, boolean disableHandoff) {
    agent(key, new AgentEndpoint(protocol, url, AudioFormat.MULAW_8000), disableHandoff);
  }

  void agent(long key, AgentEndpoint endpoint, boolean disableHandoff) {
    agent(key, endpoint, disableHandoff, Set.of());
  }

  void agent(
      long key, AgentEndpoint endpoint, boolean disableHandoff, Set<String> sensitiveFields) {
    String id = "conn-" + key;
    connectors.put(id, connector(id, endpoint, disableHandoff, sensitiveFields));
  }

  void open(long key) throws Exception {
    open(key, Map.of("tier", "gold"), false);
  }

  void open(long key, Map<String, String> parameters, boolean resume) throws Exception {
    OpenSession open =
        new OpenSession(
            key,
            INGRESS,
            streamSid(key),
            callSid(key),
            ACCOUNT,
            "conv-" + key,
            "conn-" + key,
            "+14155550100",
            "+14155550199",
            parameters,
            resume,
            resume ? "interrupted" : "",
            "s-1");
    await(vertx.eventBus().<SessionOpened>request(Addresses.workerOpen(worker.instance()), open));
  }

  static String callSid(long key) {
    return "CA%032d".formatted(key);
  }

  static String streamSid(long key) {
    return "MZ%032d".formatted(key);
  }

  /** What went to the ingress for a session. */
  BlockingQueue<Frame> sent(long key) {
    return toIngress.computeIfAbsent(key, any -> new LinkedBlockingQueue<>());
  }

  /** The next frame of this kind; those before it are gone. */
  @CanIgnoreReturnValue
  Frame until(long key, FrameKind kind) throws InterruptedException {
    Frame frame = sent(key).take();
    while (frame.kind() != kind) {
      frame = sent(key).take();
    }
    return frame;
  }

  /** The next event of this type; those before it are gone. */
  JsonObject told(CallEventType type) throws InterruptedException {
    Told event = events.take();
    while (event.type() != type) {
      event = events.take();
    }
    return event.data();
  }

  void audio(long key, byte[] mulaw) {
    send(new Frame(key, FrameKind.AUDIO, 0, 0, mulaw));
  }

  void signal(long key, FrameKind kind, String text) {
    send(Frame.signal(key, kind, 0, 0, text));
  }

  private void send(Frame frame) {
    vertx.eventBus().send(Addresses.workerFrames(worker.instance()), frame);
  }

  double count(String name, String tag, String value) {
    return registry.counter(name, tag, value).count();
  }

  @CanIgnoreReturnValue
  static <T> T await(Future<T> future) throws Exception {
    return future.await(10, TimeUnit.SECONDS);
  }

  static byte[] bytes(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private static Connector connector(
      String id, AgentEndpoint endpoint, boolean disableHandoff, Set<String> sensitiveFields) {
    return new Connector(
        id,
        "Test",
        "acc",
        "proj",
        "live",
        "v1",
        "en-GB",
        "en-US",
        "Ada",
        disableHandoff,
        endpoint,
        List.of(destination("billing"), destination("front desk")),
        "front desk",
        null,
        null,
        null,
        sensitiveFields,
        null,
        "",
        null,
        NOW);
  }

  private static Destination destination(String name) {
    return Destination.fromJson(new JsonObject().put("name", name).put("route", "WW1"));
  }

  void close() throws Exception {
    await(vertx.close());
  }
}
