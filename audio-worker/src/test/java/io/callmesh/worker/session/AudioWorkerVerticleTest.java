package io.callmesh.worker.session;

import static io.callmesh.worker.session.FakeAgent.play;
import static io.callmesh.worker.session.FakeAgent.say;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.bus.BusCodecs;
import io.callmesh.contracts.bus.FailureCode;
import io.callmesh.contracts.connector.AgentEndpoint;
import io.callmesh.contracts.connector.AgentHeader;
import io.callmesh.contracts.connector.AudioFormat;
import io.callmesh.contracts.connector.AudioFormat.Encoding;
import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.connector.Destination;
import io.callmesh.contracts.event.CallEventType;
import io.callmesh.contracts.frame.Frame;
import io.callmesh.contracts.frame.FrameKind;
import io.callmesh.contracts.handoff.FindOutcome;
import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.Transcript;
import io.callmesh.contracts.session.FindSession;
import io.callmesh.contracts.session.OpenSession;
import io.callmesh.contracts.session.SessionFound;
import io.callmesh.contracts.session.SessionOpened;
import io.callmesh.contracts.session.StreamEnd;
import io.callmesh.contracts.session.WorkerPresence;
import io.callmesh.runtime.config.Settings;
import io.callmesh.worker.ConnectorDirectory;
import io.callmesh.worker.WorkerConfig;
import io.callmesh.worker.WorkerMetrics;
import io.callmesh.worker.agent.AgentSecrets;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.http.ServerWebSocket;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class AudioWorkerVerticleTest {
  private static final String INGRESS = Addresses.ingressFrames("test");
  private static final String CALL = "CA00000000000000000000000000000001";
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  private static final Duration PATIENT = Duration.ofSeconds(10);
  private static final Duration IMPATIENT = Duration.ofMillis(800);
  private static final String SECRETS =
      "[{\"name\":\"bot-key\",\"value\":\"s3cret\",\"accountId\":\"acc\"},"
          + "{\"name\":\"theirs\",\"value\":\"not yours\",\"accountId\":\"other\"}]";
  private static final JsonObject CLEAR = new JsonObject().put("type", "clear");

  private final Vertx vertx = Vertx.vertx();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final WorkerMetrics metrics = new WorkerMetrics(registry);
  private final Map<String, Connector> connectors = new ConcurrentHashMap<>();
  private final BlockingQueue<Frame> toIngress = new LinkedBlockingQueue<>();
  private final BlockingQueue<Message<Outcome>> storing = new LinkedBlockingQueue<>();
  private final BlockingQueue<JsonObject> events = new LinkedBlockingQueue<>();
  private final FakeAgent agent;
  private AudioWorkerVerticle worker = worker(config(10, PATIENT));

  AudioWorkerVerticleTest() throws Exception {
    BusCodecs.registerOn(vertx.eventBus());
    agent = new FakeAgent(vertx);
  }

  @BeforeEach
  void start() throws Exception {
    await(vertx.eventBus().<Frame>consumer(INGRESS, m -> toIngress.add(m.body())).completion());
    await(vertx.eventBus().<Outcome>consumer(Addresses.HANDOFF_STORE, storing::add).completion());
    connectors.put("conn-1", connector(endpoint(agent.url(), AudioFormat.MULAW_8000), false));
  }

  @AfterEach
  void stop() throws Exception {
    await(vertx.close());
  }

  @Test
  void tellsTheAgentWhoIsCalling() throws Exception {
    ServerWebSocket socket = open(1);

    JsonObject start = agent.texts.take();
    assertThat(start)
        .isEqualTo(
            new JsonObject()
                .put("type", "session.start")
                .put("conversation_id", "conv-1")
                .put("call_sid", CALL)
                .put("account_id", "acc")
                .put("project_id", "proj")
                .put("connector_id", "conn-1")
                .put("client_env", "live")
                .put("variant_id", "v1")
                .put("asr_lang_code", "en-GB")
                .put("tts_lang_code", "en-US")
                .put("voice_name", "Ada")
                .put("from", "+14155550100")
                .put("to", "+14155550199")
                .put("shared_id", "s-1")
                .put("audio", new JsonObject().put("encoding", "mulaw").put("sample_rate", 8000))
                .put(
                    "custom_parameters",
                    new JsonObject().put("shared_id", "s-1").put("tier", "gold"))
                .put("resume", false));
    assertThat(socket.uri()).isEqualTo("/agent?tenant=1");
    assertThat(socket.subProtocol()).isEqualTo("callmesh.agent.v1");
    assertThat(events.take().getString("connectorId")).isEqualTo("conn-1");
  }

  @Test
  void carriesMulawBothWays() throws Exception {
    ServerWebSocket socket = open(1);
    byte[] caller = bytes(160, 3);
    byte[] spoken = bytes(400, 5);

    frame(1, FrameKind.AUDIO, caller);
    play(socket, spoken);
    say(socket, mark("m"));

    assertThat(agent.audio.take()).isEqualTo(caller);
    Frame first = toIngress.take();
    Frame second = toIngress.take();
    Frame rest = toIngress.take();
    assertThat(List.of(first.payload().length, second.payload().length, rest.payload().length))
        .containsExactly(160, 160, 80);
    assertThat(List.of(first.sequence(), second.sequence(), rest.sequence()))
        .containsExactly(0, 1, 2);
    assertThat(rest.timestampMs()).isEqualTo(40);
    assertThat(rest.streamKey()).isEqualTo(1);
  }

  @Test
  void transcodesForAnAgentThatSpeaksPcm() throws Exception {
    AudioFormat format = new AudioFormat(Encoding.PCM_S16LE, 16_000);
    connectors.put("conn-1", connector(endpoint(agent.url(), format), false));
    ServerWebSocket socket = open(1);

    frame(1, FrameKind.AUDIO, bytes(160, 0xff));
    play(socket, new byte[1_279]);
    play(socket, new byte[1]);

    assertThat(agent.audio.take()).hasSize(640).containsOnly(0);
    assertThat(toIngress.take().payload()).hasSize(160).containsOnly(0xff);
    assertThat(toIngress.take().payload()).hasSize(160).containsOnly(0xff);
  }

  @Test
  void keepsKeysInOrder() throws Exception {
    open(1);
    assertThat(agent.texts.take().getString("type")).isEqualTo("session.start");

    for (String key : List.of("1", "2", "#")) {
      send(Frame.signal(1, FrameKind.DTMF, 0, 0, key));
    }

    assertThat(List.of(agent.texts.take(), agent.texts.take(), agent.texts.take()))
        .extracting(message -> message.getString("digit"))
        .containsExactly("1", "2", "#");
  }

  @Test
  void answersAMarkWhenItHasBeenPlayed() throws Exception {
    ServerWebSocket socket = opened();

    play(socket, bytes(800, 1));
    say(socket, mark("u1"));
    Frame mark = until(FrameKind.MARK);
    assertThat(mark.text()).isEqualTo("0:u1");
    send(Frame.signal(1, FrameKind.MARK, 0, 0, mark.text()));

    assertThat(agent.texts.take()).isEqualTo(mark("u1").put("played", true).put("heard_ms", 100));
  }

  @Test
  void dropsWhatHasNotBeenPlayedWhenTheAgentSaysSo() throws Exception {
    ServerWebSocket socket = opened();

    play(socket, bytes(8_000 * 3, 1));
    say(socket, mark("u1"));
    say(socket, CLEAR);
    assertThat(until(FrameKind.CLEAR).payload()).isEmpty();

    JsonObject answer = agent.texts.take();
    assertThat(answer.getString("name")).isEqualTo("u1");
    assertThat(answer.getBoolean("played")).isFalse();
    assertThat(answer.getInteger("heard_ms")).isBetween(0, 1_000);
    play(socket, bytes(160, 2));
    say(socket, mark("u2"));
    assertThat(toIngress.take().payload()).hasSize(160).containsOnly(2);
    assertThat(until(FrameKind.MARK).text()).isEqualTo("1:u2");
  }

  @Test
  void handsOffAndEndsTheStreamWhenEverythingHasBeenPlayed() throws Exception {
    ServerWebSocket socket = opened();
    JsonObject state = new JsonObject().put("customer_id", "c-7").put("deep", new JsonObject());

    play(socket, bytes(250, 1));
    say(socket, handoff("billing", state));
    Message<Outcome> request = storing.take();
    assertThat(agent.texts).isEmpty();
    request.reply(null);

    assertThat(request.body())
        .isEqualTo(
            new Outcome(
                CALL,
                "AC1",
                "conv-1",
                "conn-1",
                "acc",
                "proj",
                Outcome.Kind.HANDOFF,
                "billing",
                "needs_human",
                "One moment",
                false,
                "s-9",
                HandoffData.of(state),
                Transcript.EMPTY,
                NOW,
                null));
    assertThat(agent.texts.take()).isEqualTo(result(true, null));
    assertThat(toIngress.take().payload()).hasSize(160);
    assertThat(toIngress.take().payload()).hasSize(90);
    Frame last = toIngress.take();
    assertThat(last.kind()).isEqualTo(FrameKind.MARK);
    play(socket, bytes(800, 9)); // too late
    send(Frame.signal(1, FrameKind.MARK, 0, 0, last.text()));
    assertThat(toIngress.take().kind()).isEqualTo(FrameKind.END);
    assertThat(agent.texts.take()).isEqualTo(ended("handed_off"));
    agent.closed.take();
    assertThat(toIngress).isEmpty();
  }

  @Test
  void storesTheStateDigitForDigit() throws Exception {
    ServerWebSocket socket = opened();
    String state = "{\"z\":1.10, \"a\":12345678901234567890.123, \"e\":\"\\u00e9\"}";

    socket.writeTextMessage(
        "{\"context\":{\"state\":{\"handoff\":" + state + "}},\"type\":\"handoff\"}");

    assertThat(storing.take().body().state().text()).isEqualTo(state);
  }

  @Test
  void keepsTheSessionsSharedIdAndThatTheUtteranceWasSpoken() throws Exception {
    ServerWebSocket socket = opened();
    JsonObject spoken = handoff("billing", new JsonObject()).put("utterance_spoken", true);
    spoken.remove("shared_id");

    say(socket, spoken);

    Outcome outcome = storing.take().body();
    assertThat(outcome.utteranceSpoken()).isTrue();
    assertThat(outcome.sharedId()).isEqualTo("s-1");
  }

  @Test
  void doesNotWaitForEverForTheLastMark() throws Exception {
    ServerWebSocket socket = opened();

    say(socket, handoff("billing", new JsonObject()));
    storing.take().reply(null);

    assertThat(until(FrameKind.END).payload()).isEmpty();
    assertThat(agent.texts.take()).isEqualTo(result(true, null));
  }

  @Test
  void refusesHandoffsThatCannotBe() throws Exception {
    ServerWebSocket socket = opened();

    say(socket, handoff("nowhere", new JsonObject()));
    assertThat(agent.texts.take()).isEqualTo(result(false, "unknown_destination"));
    say(socket, handoff("billing", new JsonObject().put("x", "x".repeat(66_000))));
    assertThat(agent.texts.take())
        .isEqualTo(
            result(false, "state_too_large")
                .put("message", "the handoff state must have at most 64 KiB as JSON in UTF-8"));
    assertThat(count("callmesh.worker.outcomes", "result", "refused")).isEqualTo(2);
    say(socket, handoff("billing", new JsonObject()));
    say(socket, handoff("billing", new JsonObject()));
    assertThat(agent.texts.take()).isEqualTo(result(false, "already_ended"));
    say(socket, handoff("billing", new JsonObject().put("x", "x".repeat(66_000))));
    assertThat(agent.texts.take()).isEqualTo(result(false, "already_ended"));
    assertThat(storing.take().body().destination()).isEqualTo("billing");
  }

  @Test
  void refusesHandoffsOfAConnectorThatForbidsThem() throws Exception {
    connectors.put("conn-1", connector(endpoint(agent.url(), AudioFormat.MULAW_8000), true));
    ServerWebSocket socket = opened();

    say(socket, handoff("billing", new JsonObject()));

    assertThat(agent.texts.take()).isEqualTo(result(false, "handoff_disabled"));
    say(socket, handoff("billing", new JsonObject().put("x", "x".repeat(66_000))));
    assertThat(agent.texts.take()).isEqualTo(result(false, "handoff_disabled"));
    assertThat(storing).isEmpty();
  }

  @Test
  void triesToStoreAgainWhileThatMayHelp() throws Exception {
    ServerWebSocket socket = opened();

    say(socket, handoff("billing", new JsonObject()));
    storing.take().fail(FailureCode.UNAVAILABLE.code(), "no broker");
    storing.take().reply(null);

    assertThat(agent.texts.take()).isEqualTo(result(true, null));
  }

  @Test
  void tellsTheAgentWhenAHandoffWasRefusedAndGoesOn() throws Exception {
    ServerWebSocket socket = opened();

    say(socket, handoff("billing", new JsonObject()));
    storing.take().fail(FailureCode.BAD_REQUEST.code(), "no");

    assertThat(agent.texts.take()).isEqualTo(result(false, "store_refused"));
    say(socket, handoff("billing", new JsonObject()));
    storing.take().reply(null);
    assertThat(agent.texts.take()).isEqualTo(result(true, null));
  }

  @Test
  void hangsUp() throws Exception {
    ServerWebSocket socket = opened();

    say(socket, new JsonObject().put("type", "hangup").put("reason", "goodbye"));
    Message<Outcome> request = storing.take();
    request.reply(null);
    send(Frame.signal(1, FrameKind.MARK, 0, 0, until(FrameKind.MARK).text()));

    assertThat(request.body().kind()).isEqualTo(Outcome.Kind.HANGUP);
    assertThat(request.body().sharedId()).isEqualTo("s-1");
    assertThat(request.body().reason()).isEqualTo("goodbye");
    assertThat(until(FrameKind.END).payload()).isEmpty();
    assertThat(agent.texts.take()).isEqualTo(ended("agent_hung_up"));
  }

  @Test
  void answersNonsenseWithAnErrorAndGoesOn() throws Exception {
    ServerWebSocket socket = opened();

    socket.writeTextMessage("nonsense");
    JsonObject error = agent.texts.take();
    assertThat(error.getString("type")).isEqualTo("error");
    assertThat(error.getString("code")).isEqualTo("not_json");
    say(socket, new JsonObject().put("type", "from.the.future"));
    play(socket, bytes(160, 4));

    assertThat(toIngress.take().payload()).containsOnly(4);
    assertThat(count("callmesh.worker.agent.messages", "type", "malformed")).isEqualTo(1);
    assertThat(count("callmesh.worker.agent.messages", "type", "unknown")).isEqualTo(1);
  }

  @Test
  void endsTheSessionWhenTheCallerIsGone() throws Exception {
    opened();

    send(Frame.signal(1, FrameKind.END, 9, 0, StreamEnd.CALLER_HUNG_UP.text()));

    assertThat(agent.texts.take()).isEqualTo(ended("caller_hung_up"));
    agent.closed.take();
    assertThat(toIngress).isEmpty();
    assertThat(rollCall().sessions()).isZero();
    frame(1, FrameKind.AUDIO, bytes(160, 1));
    assertThat(rollCall().sessions()).isZero(); // answered behind the frame
    assertThat(registry.counter("callmesh.worker.frames.unknown").count()).isEqualTo(1);
  }

  @Test
  void dialsAgainWithResumeWhenTheAgentIsLost() throws Exception {
    ServerWebSocket first = opened();
    play(first, bytes(3, 1));

    await(first.close((short) 1011));
    ServerWebSocket second = agent.next();

    JsonObject again = agent.texts.take();
    assertThat(again.getBoolean("resume")).isTrue();
    assertThat(again.getString("resume_reason")).isEqualTo("agent_reconnected");
    send(Frame.signal(1, FrameKind.DTMF, 0, 0, "5"));
    assertThat(agent.texts.take().getString("digit")).isEqualTo("5");
    play(second, bytes(160, 2));
    assertThat(toIngress.take().payload()).hasSize(3);
    assertThat(toIngress.take().payload()).containsOnly(2);
    assertThat(events.take().getBoolean("resume")).isFalse();
    assertThat(events.take().getBoolean("resume")).isTrue();
  }

  @Test
  void rescuesTheCallerWithTheLastStateWhenTheAgentStaysAway() throws Exception {
    worker = worker(config(10, IMPATIENT));
    ServerWebSocket socket = opened();
    JsonObject state = new JsonObject().put("customer_id", "c-7");
    say(socket, handoff("nowhere", state));
    assertThat(agent.texts.take().getBoolean("accepted")).isFalse();

    agent.stop();
    Message<Outcome> request = storing.take();
    request.reply(null);
    send(Frame.signal(1, FrameKind.MARK, 0, 0, until(FrameKind.MARK).text()));

    assertThat(request.body().kind()).isEqualTo(Outcome.Kind.HANDOFF);
    assertThat(request.body().reason()).isEqualTo("agent_lost");
    assertThat(request.body().destination()).isEqualTo("front desk");
    assertThat(request.body().state()).isEqualTo(HandoffData.of(state));
    assertThat(request.body().sharedId()).isEqualTo("s-1");
    assertThat(until(FrameKind.END).payload()).isEmpty();
  }

  @Test
  void rescuesTheCallerWhenNoAgentAnswers() throws Exception {
    worker = worker(config(10, IMPATIENT));
    agent.stop();
    deploy();

    await(request(1, "conn-1"));
    Message<Outcome> request = storing.take();
    request.fail(FailureCode.BAD_REQUEST.code(), "stored or not");
    send(Frame.signal(1, FrameKind.MARK, 0, 0, until(FrameKind.MARK).text()));

    assertThat(request.body().reason()).isEqualTo("agent_lost");
    assertThat(request.body().state()).isEqualTo(HandoffData.EMPTY);
    assertThat(until(FrameKind.END).payload()).isEmpty();
    assertThat(rollCall().sessions()).isZero();
  }

  @Test
  void givesUpAnAgentThatTakesCallsOnlyToDropThem() throws Exception {
    worker = worker(config(10, IMPATIENT));
    agent.dropsEveryCall();
    deploy();

    await(request(1, "conn-1"));

    assertThat(storing.take().body().reason()).isEqualTo("agent_lost");
    assertThat(agent.texts.take().getBoolean("resume")).isFalse();
    assertThat(agent.texts.take().getBoolean("resume")).isTrue();
  }

  @Test
  void opensTheAgentsSocketWithItsHeaders() throws Exception {
    useHeaders(
        Map.of(
            "Authorization", new AgentHeader("Bearer ", "bot-key"),
            "X-Tenant", new AgentHeader("acme", null)));

    ServerWebSocket socket = open(1);

    assertThat(socket.headers().getAll("Authorization")).containsExactly("Bearer s3cret");
    assertThat(socket.headers().getAll("X-Tenant")).containsExactly("acme");
  }

  /** Trying again would not help: with this redial window the test would not end in time. */
  @ParameterizedTest
  @ValueSource(strings = {"theirs", "unheard-of"})
  void rescuesTheCallerAtOnceWhenTheAccountHasNoSuchSecret(String secret) throws Exception {
    worker = worker(config(10, Duration.ofMinutes(5)));
    useHeaders(Map.of("Authorization", new AgentHeader("Bearer ", secret)));
    deploy();

    await(request(1, "conn-1"));

    assertThat(storing.take().body().reason()).isEqualTo("agent_lost");
    assertThat(agent.connections).isEmpty();
  }

  private void useHeaders(Map<String, AgentHeader> headers) {
    AgentEndpoint endpoint =
        new AgentEndpoint(
            AgentEndpoint.Protocol.CALLMESH, agent.url(), AudioFormat.MULAW_8000, headers);
    connectors.put("conn-1", connector(endpoint, false));
  }

  @Test
  void rescuesTheCallerOfAConnectorWithoutAgent() throws Exception {
    connectors.put("conn-1", connector(null, false));
    deploy();

    await(request(1, "conn-1"));

    assertThat(storing.take().body().reason()).isEqualTo("agent_lost");
  }

  @Test
  void keepsWhatTheCallerSaysUntilTheAgentIsThere() throws Exception {
    deploy();
    await(request(1, "conn-1"));
    frame(1, FrameKind.AUDIO, bytes(160, 7));
    send(Frame.signal(1, FrameKind.DTMF, 0, 0, "1"));

    assertThat(agent.audio.take()).containsOnly(7);
    assertThat(agent.texts.take().getString("type")).isEqualTo("session.start");
    assertThat(agent.texts.take().getString("digit")).isEqualTo("1");
  }

  @Test
  void dropsTheOldestAudioButNoKeyForAnAgentThatReadsTooSlowly() throws Exception {
    AudioFormat format = new AudioFormat(Encoding.PCM_S16LE, 24_000);
    connectors.put("conn-1", connector(endpoint(agent.url(), format), false));
    ServerWebSocket socket = opened();
    socket.pause();

    for (int i = 0; i < 3_000; i++) {
      frame(1, FrameKind.AUDIO, bytes(160, 0xff));
    }
    send(Frame.signal(1, FrameKind.DTMF, 0, 0, "1"));
    assertThat(rollCall().sessions()).isEqualTo(1); // all frames are taken now
    socket.resume();

    assertThat(agent.texts.take().getString("digit")).isEqualTo("1");
    double droppedMs = count("callmesh.worker.audio.dropped.ms", "where", "slow_agent");
    assertThat(droppedMs).isPositive();
    assertThat(agent.audio).hasSize(3_000 - (int) (droppedMs / 20));
  }

  @Test
  void refusesWhatItCannotServe() throws Exception {
    worker = worker(config(1, PATIENT));
    deploy();

    assertThat(failure(request(1, "conn-9"))).isEqualTo(FailureCode.NOT_FOUND);
    await(request(1, "conn-1"));
    assertThat(await(request(1, "conn-1")).workerInstance()).isEqualTo(worker.instance());
    assertThat(failure(request(2, "conn-1"))).isEqualTo(FailureCode.BUSY);
    assertThat(rollCall())
        .isEqualTo(new WorkerPresence(worker.instance(), "process-1", 1, 1, false));
  }

  @ParameterizedTest
  @CsvSource({
    "conv-1, HANDOFF,  0, handed_off",
    "conv-1, HANDOFF, -1, caller_hung_up", // after which the call came back
    "conv-2, HANDOFF,  0, caller_hung_up",
    "conv-1, HANGUP,   0, caller_hung_up",
  })
  void tellsTheAgentWhetherACallerIsGoneOrWasTakenElsewhere(
      String conversation, Outcome.Kind kind, int storedMs, String reason) throws Exception {
    Outcome found = decided(conversation, kind, NOW.plusMillis(storedMs));
    await(
        vertx
            .eventBus()
            .<FindOutcome>consumer(Addresses.HANDOFF_FIND, asked -> asked.reply(found))
            .completion());
    opened();

    send(Frame.signal(1, FrameKind.END, 9, 0, StreamEnd.CALLER_HUNG_UP.text()));

    assertThat(agent.texts.take()).isEqualTo(ended(reason));
    agent.closed.take();
    assertThat(rollCall().sessions()).as("counted before it answers").isZero();
    assertThat(count("callmesh.worker.sessions.ended", "reason", reason)).isEqualTo(1);
  }

  private static Outcome decided(String conversationId, Outcome.Kind kind, Instant at) {
    return new Outcome(
        CALL,
        "AC1",
        conversationId,
        "conn-1",
        "acc",
        "proj",
        kind,
        "billing",
        "supervisor_transfer",
        null,
        false,
        null,
        HandoffData.EMPTY,
        Transcript.EMPTY,
        at,
        null);
  }

  @Test
  void saysAtOnceThatItIsFull() throws Exception {
    BlockingQueue<WorkerPresence> heard = new LinkedBlockingQueue<>();
    await(
        vertx
            .eventBus()
            .<WorkerPresence>consumer(Addresses.WORKER_PRESENCE, m -> heard.add(m.body()))
            .completion());
    worker = worker(config(1, PATIENT));
    opened();
    Future<Void> drained = worker.drain(Duration.ofMinutes(5)); // which is news of another kind

    WorkerPresence news = heard.take();
    while (news.sessions() == 0) {
      news = heard.take();
    }

    assertThat(news).isEqualTo(new WorkerPresence(worker.instance(), "process-1", 1, 1, false));
    assertThat(drained.isComplete()).isFalse();
  }

  @Test
  void drainsWhenTheLastSessionIsOver() throws Exception {
    opened();
    Future<Void> drained = worker.drain(Duration.ofMinutes(5));

    assertThat(rollCall().draining()).isTrue();
    assertThat(failure(request(2, "conn-1"))).isEqualTo(FailureCode.DRAINING);
    assertThat(drained.isComplete()).isFalse();
    send(Frame.signal(1, FrameKind.END, 9, 0, StreamEnd.CALLER_HUNG_UP.text()));

    await(drained);
    assertThat(agent.texts.take()).isEqualTo(ended("caller_hung_up"));
  }

  @Test
  void opensNoSessionWhoseStreamEndsWhileItsConnectorIsLookedUp() throws Exception {
    Promise<Optional<Connector>> lookup = Promise.promise();
    Future<SessionOpened> opening = requestThatWaitsFor(lookup);

    send(Frame.signal(1, FrameKind.END, 0, 0, StreamEnd.INTERRUPTED.text()));
    assertThat(rollCall().sessions()).isZero(); // so the end has been taken
    lookup.complete(Optional.ofNullable(connectors.get("conn-1")));

    assertThat(failure(opening)).isEqualTo(FailureCode.UNAVAILABLE);
    assertThat(rollCall().sessions()).isZero();
  }

  /** A request on a worker of its own, whose connector is being looked up. */
  private Future<SessionOpened> requestThatWaitsFor(Promise<Optional<Connector>> lookup)
      throws Exception {
    BlockingQueue<String> asked = new LinkedBlockingQueue<>();
    worker =
        worker(
            config(10, PATIENT),
            id -> {
              if (!id.equals("conn-1")) {
                return Future.succeededFuture(Optional.empty());
              }
              asked.add(id);
              return lookup.future();
            });
    deploy();
    Future<SessionOpened> opening = request(1, "conn-1");
    assertThat(asked.take()).isEqualTo("conn-1");
    return opening;
  }

  @Test
  void opensNoSessionWhoseConnectorIsFoundWhenTheDrainIsOver() throws Exception {
    Promise<Optional<Connector>> lookup = Promise.promise();
    Future<SessionOpened> opening = requestThatWaitsFor(lookup);

    await(worker.drain(Duration.ofMinutes(5)));
    lookup.complete(Optional.ofNullable(connectors.get("conn-1")));

    assertThat(failure(opening)).isEqualTo(FailureCode.DRAINING);
    assertThat(rollCall().sessions()).isZero();
  }

  @Test
  void movesSessionsAwayWhenTheDrainTakesTooLong() throws Exception {
    opened();

    await(worker.drain(Duration.ofMillis(1)));

    assertThat(agent.texts.take()).isEqualTo(ended("interrupted"));
    assertThat(until(FrameKind.END).payload()).isEmpty();
  }

  @Test
  void saysWhereItsCallsAreAndIsSilentAboutOthers() throws Exception {
    BlockingQueue<SessionFound> found = foundAt("routing.found@test");
    opened();

    find("CA00000000000000000000000000000002", "routing.found@test");
    find(CALL, "routing.found@test");

    assertThat(found.take()).isEqualTo(new SessionFound(CALL, "AC1", "conv-1", "conn-1", "s-1"));
    assertThat(found).isEmpty();
  }

  @Test
  void saysWhereTheNewestSessionOfACallIs() throws Exception {
    BlockingQueue<SessionFound> found = foundAt("routing.found@test");
    connectors.put("conn-2", connector(endpoint(agent.url(), AudioFormat.MULAW_8000), false));
    opened();
    assertThat(await(request(2, "conn-2")).workerInstance()).isEqualTo(worker.instance());

    find(CALL, "routing.found@test");
    assertThat(found.take().connectorId()).isEqualTo("conn-2");

    send(Frame.signal(1, FrameKind.END, 0, 0, StreamEnd.INTERRUPTED.text()));
    assertThat(rollCall().sessions()).isEqualTo(1);
    find(CALL, "routing.found@test");
    assertThat(found.take().connectorId()).isEqualTo("conn-2");
  }

  // What the tests share.

  private BlockingQueue<SessionFound> foundAt(String address) throws Exception {
    BlockingQueue<SessionFound> found = new LinkedBlockingQueue<>();
    await(vertx.eventBus().<SessionFound>consumer(address, m -> found.add(m.body())).completion());
    return found;
  }

  private void find(String callSid, String replyTo) {
    vertx.eventBus().publish(Addresses.WORKER_FIND, new FindSession(callSid, replyTo));
  }

  @CanIgnoreReturnValue
  private ServerWebSocket open(long streamKey) throws Exception {
    deploy();
    assertThat(await(request(streamKey, "conn-1")).workerInstance()).isEqualTo(worker.instance());
    return agent.next();
  }

  /** An open session whose first message to the agent is out of the way. */
  @CanIgnoreReturnValue
  private ServerWebSocket opened() throws Exception {
    ServerWebSocket socket = open(1);
    assertThat(agent.texts.take().getString("type")).isEqualTo("session.start");
    return socket;
  }

  private void deploy() throws Exception {
    assertThat(await(vertx.deployVerticle(worker))).isNotEmpty();
  }

  private AudioWorkerVerticle worker(WorkerConfig config) {
    return worker(config, id -> Future.succeededFuture(Optional.ofNullable(connectors.get(id))));
  }

  private AudioWorkerVerticle worker(WorkerConfig config, ConnectorDirectory directory) {
    return new AudioWorkerVerticle(
        "process-1",
        config,
        directory,
        (type, callSid, data) -> {
          if (type == CallEventType.AGENT_CONNECTED && callSid.equals(CALL)) {
            events.add(data);
          }
        },
        metrics,
        () -> NOW);
  }

  private static WorkerConfig config(int capacity, Duration redialWindow) {
    WorkerConfig usual = WorkerConfig.defaults();
    return new WorkerConfig(
        capacity,
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
        AgentSecrets.from(Settings.load(Map.of("CALLMESH_AGENT_SECRETS", SECRETS))));
  }

  private Future<SessionOpened> request(long streamKey, String connectorId) {
    OpenSession open =
        new OpenSession(
            streamKey,
            INGRESS,
            "MZ1",
            CALL,
            "AC1",
            "conv-1",
            connectorId,
            "+14155550100",
            "+14155550199",
            Map.of("tier", "gold", "shared_id", "s-1"),
            false,
            "",
            "");
    return vertx
        .eventBus()
        .<SessionOpened>request(Addresses.workerOpen(worker.instance()), open)
        .map(Message::body);
  }

  /** The worker's answer, given behind all that was sent to it before. */
  private WorkerPresence rollCall() throws Exception {
    settle();
    BlockingQueue<WorkerPresence> heard = new LinkedBlockingQueue<>();
    var consumer =
        vertx
            .eventBus()
            .<WorkerPresence>consumer(Addresses.WORKER_PRESENCE, m -> heard.add(m.body()));
    await(consumer.completion());
    vertx.eventBus().publish(Addresses.WORKER_ROLL_CALL, "anyone?");
    WorkerPresence presence = heard.take();
    await(consumer.unregister());
    return presence;
  }

  /** Any request that is refused; a presence would not do, for it also comes every second. */
  private void settle() {
    assertThat(failure(request(99, "no-connector"))).isNotEqualTo(FailureCode.INTERNAL);
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

  private double count(String name, String tag, String value) {
    return registry.counter(name, tag, value).count();
  }

  private static FailureCode failure(Future<?> future) {
    Throwable thrown = catchThrowable(() -> future.await(10, TimeUnit.SECONDS));
    assertThat(thrown).isNotNull();
    return FailureCode.of(future.cause());
  }

  @CanIgnoreReturnValue
  private static <T> T await(Future<T> future) throws Exception {
    return future.await(10, TimeUnit.SECONDS);
  }

  private static JsonObject mark(String name) {
    return new JsonObject().put("type", "mark").put("name", name);
  }

  private static JsonObject handoff(String destination, JsonObject state) {
    return new JsonObject()
        .put("type", "handoff")
        .put("destination", destination)
        .put("reason", "needs_human")
        .put("utterance", "One moment")
        .put("shared_id", "s-9")
        .put("context", new JsonObject().put("state", new JsonObject().put("handoff", state)));
  }

  private static JsonObject result(boolean accepted, @Nullable String reason) {
    JsonObject result = new JsonObject().put("type", "handoff.result").put("accepted", accepted);
    return reason == null ? result : result.put("reason", reason);
  }

  private static JsonObject ended(String reason) {
    return new JsonObject().put("type", "session.end").put("reason", reason);
  }

  private static byte[] bytes(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private static AgentEndpoint endpoint(String url, AudioFormat format) {
    return new AgentEndpoint(AgentEndpoint.Protocol.CALLMESH, url, format);
  }

  private static Connector connector(@Nullable AgentEndpoint endpoint, boolean disableHandoff) {
    return new Connector(
        "conn-1",
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
        Set.of(),
        null,
        "",
        null,
        NOW);
  }

  private static Destination destination(String name) {
    return Destination.fromJson(new JsonObject().put("name", name).put("route", "WW1"));
  }
}
