package io.callmesh.worker.session;

import static io.callmesh.worker.session.FakeRealtimeServer.call;
import static io.callmesh.worker.session.FakeRealtimeServer.say;
import static io.callmesh.worker.session.FakeRealtimeServer.speak;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.bus.BusCodecs;
import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.frame.Frame;
import io.callmesh.contracts.frame.FrameKind;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.session.OpenSession;
import io.callmesh.contracts.session.SessionOpened;
import io.callmesh.contracts.session.StreamEnd;
import io.callmesh.runtime.config.Settings;
import io.callmesh.worker.WorkerConfig;
import io.callmesh.worker.WorkerMetrics;
import io.callmesh.worker.agent.AgentSecrets;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A worker whose agent is a model behind OpenAI's Realtime API. */
@Timeout(30)
class RealtimeAgentTest {
  private static final String INGRESS = Addresses.ingressFrames("test");
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  private static final Duration FIVE_MINUTES = Duration.ofMinutes(5);
  private static final Duration SHORT = Duration.ofMillis(800);

  private final Vertx vertx = Vertx.vertx();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final BlockingQueue<Frame> toIngress = new LinkedBlockingQueue<>();
  private final BlockingQueue<Message<Outcome>> storing = new LinkedBlockingQueue<>();
  private final FakeRealtimeServer server;
  private Connector connector;
  private AudioWorkerVerticle worker = worker(FIVE_MINUTES);

  RealtimeAgentTest() throws Exception {
    BusCodecs.registerOn(vertx.eventBus());
    server = new FakeRealtimeServer(vertx);
    connector = connector(new JsonObject());
  }

  @BeforeEach
  void listen() throws Exception {
    await(vertx.eventBus().<Frame>consumer(INGRESS, m -> toIngress.add(m.body())).completion());
    await(vertx.eventBus().<Outcome>consumer(Addresses.HANDOFF_STORE, storing::add).completion());
  }

  @AfterEach
  void stop() throws Exception {
    await(vertx.close());
  }

  @Test
  void setsTheSessionUpAndHasTheModelGreet() throws Exception {
    ServerWebSocket socket = open(1);

    JsonObject update = server.events.take();
    assertThat(update.getString("type")).isEqualTo("session.update");
    JsonObject session = update.getJsonObject("session");
    assertThat(session.getString("type")).isEqualTo("realtime");
    assertThat(session.getString("instructions")).isEqualTo("You speak to +14155550100.");
    assertThat(session.getJsonObject("audio").getJsonObject("output"))
        .isEqualTo(
            new JsonObject()
                .put("format", new JsonObject().put("type", "audio/pcmu"))
                .put("voice", "marin"));
    assertThat(server.events.take().getString("type")).isEqualTo("response.create");
    assertThat(socket.headers().get("Authorization")).isEqualTo("Bearer sk-test");
    assertThat(socket.uri()).isEqualTo("/v1/realtime?model=gpt-realtime");
    assertThat(socket.subProtocol()).isNull();
  }

  @Test
  void carriesMulawBothWaysBitForBit() throws Exception {
    ServerWebSocket socket = greeted(1);
    byte[] spoken = random(400 * 1_000 / 100);
    byte[] heard = random(160);

    frame(1, FrameKind.AUDIO, heard);
    speak(socket, "resp_1", "item_1", spoken);
    say(socket, "response.output_audio.done", "{\"item_id\":\"item_1\"}");

    assertThat(server.audio.take()).isEqualTo(heard);
    assertThat(audioUntilMark()).isEqualTo(spoken);
  }

  @Test
  void takesAWholeSpeechInOneMessage() throws Exception {
    ServerWebSocket socket = greeted(1);

    speak(socket, "resp_1", "item_1", random(400_000)); // 50 s in half a megabyte of base64
    say(socket, "input_audio_buffer.speech_started", "{}");

    assertThat(until(FrameKind.CLEAR).payload()).isEmpty();
    assertThat(nextEvent("conversation.item.truncate").getLong("audio_end_ms")).isLessThan(50_000);
  }

  @Test
  void truncatesWhereTheCallerStoppedListening() throws Exception {
    ServerWebSocket socket = greeted(1);
    say(socket, "response.created", "{\"response\":{\"id\":\"resp_1\"}}");
    speak(socket, "resp_1", "item_1", random(800));
    say(socket, "response.output_audio.done", "{\"item_id\":\"item_1\"}");
    returnMark(); // so the first item is heard
    speak(socket, "resp_1", "item_2", random(8 * 3_000)); // more than is sent ahead
    say(socket, "response.output_audio.done", "{\"item_id\":\"item_2\"}");
    speak(socket, "resp_1", "item_3", random(8 * 400)); // so this one waits

    say(socket, "input_audio_buffer.speech_started", "{}");

    JsonObject second = nextEvent("conversation.item.truncate");
    assertThat(second.getString("item_id")).isEqualTo("item_2");
    assertThat(second.getInteger("content_index")).isZero();
    assertThat(second.getLong("audio_end_ms")).isBetween(0L, 2_999L);
    JsonObject third = nextEvent("conversation.item.truncate");
    assertThat(third.getString("item_id")).isEqualTo("item_3");
    assertThat(third.getLong("audio_end_ms")).isZero();
    assertThat(until(FrameKind.CLEAR).payload()).isEmpty();
    assertThat(server.events).isEmpty();
  }

  @Test
  void playsTheAnswerAndNotWhatIsLeftOfTheInterruptedOne() throws Exception {
    ServerWebSocket socket = greeted(1);
    say(socket, "response.created", "{\"response\":{\"id\":\"resp_1\"}}");
    speak(socket, "resp_1", "item_1", random(8 * 2_000));
    say(socket, "input_audio_buffer.speech_started", "{}");
    assertThat(until(FrameKind.CLEAR).payload()).isEmpty();
    byte[] answer = random(1_600);

    speak(socket, "resp_1", "item_1", random(800));
    say(socket, "response.done", "{\"response\":{\"id\":\"resp_1\",\"status\":\"cancelled\"}}");
    say(socket, "response.created", "{\"response\":{\"id\":\"resp_2\"}}");
    speak(socket, "resp_2", "item_3", answer);
    say(socket, "response.output_audio.done", "{\"item_id\":\"item_3\"}");

    assertThat(audioUntilMark()).isEqualTo(answer);
  }

  @Test
  void handsOffAsTheModelWishes() throws Exception {
    ServerWebSocket socket = greeted(1);
    byte[] goodbye = random(320);
    speak(socket, "resp_c1", "item_1", goodbye);
    call(
        socket,
        "c1",
        "handoff",
        new JsonObject()
            .put("destination", "billing")
            .put("reason", "needs_human")
            .put("data", new JsonObject().put("invoice", "7")));

    Message<Outcome> outcome = storing.take();
    assertThat(outcome.body().destination()).isEqualTo("billing");
    assertThat(outcome.body().reason()).isEqualTo("needs_human");
    assertThat(outcome.body().state().text()).isEqualTo("{\"invoice\":\"7\"}");
    outcome.reply(null);

    JsonObject result = nextEvent("conversation.item.create").getJsonObject("item");
    assertThat(result.getString("call_id")).isEqualTo("c1");
    assertThat(result.getString("output")).isEqualTo("{\"accepted\":true}");
    assertThat(audioUntilMark()).isEqualTo(goodbye);
    returnMark();
    assertThat(until(FrameKind.END).payload()).isEmpty();
    assertThat(server.closed.take()).isEqualTo("closed");
  }

  @Test
  void tellsTheModelThatAHandoffIsImpossibleAndHasItGoOn() throws Exception {
    ServerWebSocket socket = greeted(1);

    call(socket, "c1", "handoff", new JsonObject().put("destination", "the moon"));

    JsonObject result = nextEvent("conversation.item.create").getJsonObject("item");
    assertThat(new JsonObject(result.getString("output")).getString("reason"))
        .isEqualTo("unknown_destination");
    assertThat(nextEvent("response.create")).isNotNull();
    assertThat(storing).isEmpty();
  }

  @Test
  void tellsTheModelThatItsDataIsTooDeep() throws Exception {
    ServerWebSocket socket = greeted(1);
    JsonObject deep = new JsonObject();
    for (int level = 1; level < 17; level++) {
      deep = new JsonObject().put("a", deep);
    }

    call(socket, "c1", "handoff", new JsonObject().put("data", deep));

    JsonObject result = nextEvent("conversation.item.create").getJsonObject("item");
    assertThat(new JsonObject(result.getString("output")))
        .contains(
            Map.entry("reason", "state_too_deep"),
            Map.entry("message", "the handoff state must be at most 16 levels deep"));
    assertThat(nextEvent("response.create")).isNotNull();
    assertThat(storing).isEmpty();
  }

  @Test
  void hangsUpAsTheModelWishes() throws Exception {
    ServerWebSocket socket = greeted(1);

    call(socket, "c1", "hangup", new JsonObject().put("reason", "done"));

    Message<Outcome> outcome = storing.take();
    assertThat(outcome.body().kind()).isEqualTo(Outcome.Kind.HANGUP);
    assertThat(outcome.body().reason()).isEqualTo("done");
    outcome.reply(null);
    returnMark();
    assertThat(until(FrameKind.END).payload()).isEmpty();
  }

  @Test
  void tellsTheModelOfKeys() throws Exception {
    ServerWebSocket socket = greeted(1);
    say(socket, "response.done", "{\"response\":{\"id\":\"resp_1\",\"status\":\"completed\"}}");

    for (String key : new String[] {"4", "2", "#"}) {
      send(Frame.signal(1, FrameKind.DTMF, 0, 0, key));
    }

    assertThat(nextEvent("conversation.item.create").getJsonObject("item").encode())
        .contains("The caller pressed 4 2 # on the keypad.");
  }

  @Test
  void goesOnOnAnotherConnectionWithWhatWasSaid() throws Exception {
    ServerWebSocket socket = greeted(1);
    say(
        socket,
        "response.output_audio_transcript.done",
        "{\"item_id\":\"i1\",\"transcript\":\"Hello.\"}");
    say(
        socket,
        "conversation.item.input_audio_transcription.completed",
        "{\"item_id\":\"i2\",\"transcript\":\"My order?\"}");
    say(
        socket,
        "error",
        "{\"error\":{\"type\":\"invalid_request_error\",\"code\":\"session_expired\"}}");

    assertThat(server.connections.take()).isNotNull();
    assertThat(server.events.take().getString("type")).isEqualTo("session.update");
    assertThat(server.events.take().encode()).contains("assistant", "Hello.");
    assertThat(server.events.take().encode()).contains("user", "My order?");
    assertThat(server.events.take().encode()).contains("system", "do not greet");
    assertThat(server.events.take().getString("type")).isEqualTo("response.create");
  }

  /** Redialling would not end in time: the window is five minutes. */
  @ParameterizedTest
  @ValueSource(strings = {"invalid_api_key", "insufficient_quota"})
  void rescuesTheCallerAtOnceWhenTheServerWillNotHaveUs(String code) throws Exception {
    ServerWebSocket socket = greeted(1);

    say(socket, "error", "{\"error\":{\"code\":\"" + code + "\"}}");

    assertThat(storing.take().body().reason()).isEqualTo("agent_lost");
    assertThat(server.connections).isEmpty();
    assertThat(count("error")).isEqualTo(1);
  }

  @Test
  void rescuesTheCallerAtOnceWhenTheKeyIsNoGoodByTheCloseFrame() throws Exception {
    ServerWebSocket socket = greeted(1);

    assertThat(socket.close((short) 3000, "invalid_request_error.invalid_api_key")).isNotNull();

    assertThat(storing.take().body().reason()).isEqualTo("agent_lost");
    assertThat(server.connections).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 404})
  void rescuesTheCallerAtOnceWhenTheHandshakeIsRefused(int status) throws Exception {
    server.rejectsEverybodyWith(status);
    deploy();
    await(request(1));

    assertThat(storing.take().body().reason()).isEqualTo("agent_lost");
  }

  @Test
  void rescuesTheCallerOfAModelThatMayNotAnswer() throws Exception {
    ServerWebSocket socket = greeted(1);
    String failed =
        "{\"response\":{\"id\":\"r\",\"status\":\"failed\",\"status_details\":{\"error\":{\"code\":\"rate_limit_exceeded\"}}}}";

    say(socket, "response.done", failed);
    assertThat(nextEvent("response.create")).isNotNull();
    assertThat(storing).isEmpty();
    for (int i = 0; i < 3; i++) {
      say(socket, "response.done", failed);
    }

    assertThat(storing.take().body().reason()).isEqualTo("agent_lost");
  }

  @Test
  void rescuesTheCallerOfAServerThatDropsEveryCall() throws Exception {
    worker = worker(SHORT);
    ServerWebSocket socket = greeted(1);
    server.rejectsEverybodyWith(503);
    await(socket.close());

    assertThat(storing.take().body().reason()).isEqualTo("agent_lost");
  }

  @Test
  void survivesGarbageAndServesTheSessionBesideIt() throws Exception {
    ServerWebSocket first = greeted(1);
    await(request(2));
    ServerWebSocket second = server.connections.take();
    byte[] answer = random(160);

    for (String garbage :
        new String[] {
          "",
          "null",
          "[]",
          "{",
          "{\"type\":{}}",
          "{\"type\":\"error\",\"error\":7}",
          "{\"type\":\"response.done\",\"response\":[]}",
          "{\"type\":\"response.output_audio.delta\",\"delta\":\"%%%\"}"
        }) {
      first.writeTextMessage(garbage);
    }
    await(first.writeBinaryMessage(Buffer.buffer(random(1_000))));
    speak(first, "resp_1", "item_1", answer);
    say(first, "response.output_audio.done", "{}");

    assertThat(audioUntilMark()).isEqualTo(answer);
    speak(second, "resp_1", "item_1", answer);
    say(second, "response.output_audio.done", "{}");
    assertThat(audioUntilMark()).isEqualTo(answer);
    assertThat(count("malformed")).isPositive();
  }

  @Test
  void outlivesAnythingThatAServerMaySend() throws Exception {
    BlockingQueue<Throwable> escaped = new LinkedBlockingQueue<>();
    vertx.exceptionHandler(escaped::add);
    ServerWebSocket first = greeted(1);
    await(request(2));
    ServerWebSocket second = server.connections.take();
    Random random = new Random(4);

    for (int i = 0; i < 500; i++) {
      first.writeTextMessage(damaged(VALID[i % VALID.length], random));
    }
    byte[] answer = random(1_600);
    speak(second, "resp_1", "item_1", answer);
    say(second, "response.output_audio.done", "{}");

    ByteArrayOutputStream heard = new ByteArrayOutputStream();
    Frame frame = toIngress.take();
    while (frame.streamKey() != 2 || frame.kind() != FrameKind.MARK) {
      if (frame.streamKey() == 2) {
        heard.writeBytes(frame.payload());
      }
      frame = toIngress.take();
    }
    assertThat(heard.toByteArray()).isEqualTo(answer);
    assertThat(escaped).isEmpty();
  }

  private static final String[] VALID = {
    "{\"type\":\"response.output_audio.delta\",\"response_id\":\"r\",\"item_id\":\"i\",\"delta\":\"AQIDBAUG\"}",
    "{\"type\":\"response.output_audio.done\",\"item_id\":\"i\"}",
    "{\"type\":\"input_audio_buffer.speech_started\",\"item_id\":\"j\"}",
    "{\"type\":\"response.done\",\"response\":{\"status\":\"completed\",\"output\":[{\"type\":\"function_call\",\"name\":\"x\",\"call_id\":\"c\",\"arguments\":\"{}\"}]}}",
    "{\"type\":\"error\",\"error\":{\"code\":\"invalid_value\",\"message\":\"m\"}}",
  };

  /** The text with a few characters changed, and sometimes only its beginning. */
  private static String damaged(String text, Random random) {
    StringBuilder damaged = new StringBuilder(text);
    for (int i = random.nextInt(4); i > 0; i--) {
      damaged.setCharAt(random.nextInt(damaged.length()), (char) (32 + random.nextInt(95)));
    }
    return random.nextInt(4) == 0
        ? damaged.substring(0, random.nextInt(damaged.length()))
        : damaged.toString();
  }

  @Test
  void closesWhenTheCallerHangsUp() throws Exception {
    greeted(1);

    send(Frame.signal(1, FrameKind.END, 9, 0, StreamEnd.INTERRUPTED.text()));

    assertThat(server.closed.take()).isEqualTo("closed");
  }

  // What the tests share.

  private static JsonObject agent(FakeRealtimeServer server, JsonObject session) {
    return new JsonObject()
        .put("protocol", "openai-realtime")
        .put("url", server.url())
        .put(
            "headers",
            new JsonObject()
                .put(
                    "Authorization",
                    new JsonObject().put("prefix", "Bearer ").put("secret", "openai")))
        .put("session", session.put("instructions", "You speak to ${from}."));
  }

  private Connector connector(JsonObject session) {
    return Connector.fromJson(
        new JsonObject()
            .put("connectorId", "conn-1")
            .put("accountId", "acc")
            .put("projectId", "proj")
            .put("asrLangCode", "en-GB")
            .put("voiceName", "marin")
            .put(
                "destinations",
                new JsonArray()
                    .add(new JsonObject().put("name", "billing").put("route", "WW1"))
                    .add(new JsonObject().put("name", "front desk").put("route", "WW2")))
            .put("agent", agent(server, session))
            .put("createdAt", NOW.toString()));
  }

  @CanIgnoreReturnValue
  private ServerWebSocket open(long streamKey) throws Exception {
    deploy();
    await(request(streamKey));
    return server.connections.take();
  }

  /** An open session whose model has been asked to greet. */
  @CanIgnoreReturnValue
  private ServerWebSocket greeted(long streamKey) throws Exception {
    ServerWebSocket socket = open(streamKey);
    assertThat(server.events.take().getString("type")).isEqualTo("session.update");
    assertThat(server.events.take().getString("type")).isEqualTo("response.create");
    return socket;
  }

  private void deploy() throws Exception {
    assertThat(await(vertx.deployVerticle(worker))).isNotEmpty();
  }

  private AudioWorkerVerticle worker(Duration redialWindow) {
    return new AudioWorkerVerticle(
        "process-1",
        config(redialWindow),
        id -> Future.succeededFuture(Optional.of(connector)),
        (type, callSid, data) -> {},
        new WorkerMetrics(registry),
        () -> NOW);
  }

  private static WorkerConfig config(Duration redialWindow) {
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
        usual.storeDeadline(),
        usual.streamSilence(),
        true,
        AgentSecrets.from(
            Settings.load(
                Map.of(
                    "CALLMESH_AGENT_SECRETS", "[{\"name\":\"openai\",\"value\":\"sk-test\"}]"))));
  }

  private Future<SessionOpened> request(long streamKey) {
    OpenSession open =
        new OpenSession(
            streamKey,
            INGRESS,
            "MZ1",
            "CA00000000000000000000000000000001",
            "AC1",
            "conv-1",
            "conn-1",
            "+14155550100",
            "+14155550199",
            Map.of(),
            false,
            "",
            "");
    return vertx
        .eventBus()
        .<SessionOpened>request(Addresses.workerOpen(worker.instance()), open)
        .map(Message::body);
  }

  private void frame(long streamKey, FrameKind kind, byte[] payload) {
    send(new Frame(streamKey, kind, 0, 0, payload));
  }

  private void send(Frame frame) {
    vertx.eventBus().send(Addresses.workerFrames(worker.instance()), frame);
  }

  private Frame until(FrameKind kind) throws InterruptedException {
    Frame frame = toIngress.take();
    while (frame.kind() != kind) {
      frame = toIngress.take();
    }
    return frame;
  }

  private byte[] audioUntilMark() throws InterruptedException {
    ByteArrayOutputStream audio = new ByteArrayOutputStream();
    for (Frame frame = toIngress.take(); frame.kind() != FrameKind.MARK; frame = toIngress.take()) {
      audio.writeBytes(frame.payload());
    }
    return audio.toByteArray();
  }

  /** Twilio has played everything up to the next mark. */
  private void returnMark() throws Exception {
    send(Frame.signal(1, FrameKind.MARK, 0, 0, until(FrameKind.MARK).text()));
    // A loop reads its sockets before it runs its tasks: what is said next must not overtake.
    await(request(1)); // there already: only its answer matters
  }

  private JsonObject nextEvent(String type) throws InterruptedException {
    JsonObject event = server.events.take();
    assertThat(event.getString("type")).isEqualTo(type);
    return event;
  }

  private double count(String type) {
    return registry.counter("callmesh.worker.agent.messages", "type", type).count();
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  @CanIgnoreReturnValue
  private static <T> T await(Future<T> future) throws Exception {
    return future.await(10, TimeUnit.SECONDS);
  }
}
