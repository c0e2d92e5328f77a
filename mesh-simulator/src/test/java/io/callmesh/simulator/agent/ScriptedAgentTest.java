package io.callmesh.simulator.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callmesh.simulator.SpokenAudio;
import io.callmesh.simulator.agent.AgentScript.Quirks;
import io.callmesh.simulator.audio.ALaw;
import io.callmesh.simulator.audio.Loudness;
import io.callmesh.simulator.audio.MuLaw;
import io.callmesh.simulator.audio.SincConverter;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScriptedAgentTest {
  private static final AgentScript SCRIPT = AgentScript.standard();

  private final Vertx vertx = Vertx.vertx();
  private final WebSocketClient sockets = vertx.createWebSocketClient();
  private final List<JsonObject> texts = new ArrayList<>();
  private final Buffer audio = Buffer.buffer();
  private final List<Expected> expected = new ArrayList<>();
  private ScriptedAgent agent = new ScriptedAgent(vertx, SCRIPT);
  private int port;
  private boolean playsAtOnce = true;

  private record Expected(String type, Promise<JsonObject> promise) {}

  @AfterEach
  void close() throws Exception {
    vertx.close().await(10, TimeUnit.SECONDS);
  }

  @Test
  void greetsWithMarkAndTranscript() throws Exception {
    listen(SCRIPT);
    Future<JsonObject> transcript = expect("transcript");
    Session session = begin(start("mulaw", 8_000));

    session.record().when("played greeting").await(10, TimeUnit.SECONDS);
    transcript.await(10, TimeUnit.SECONDS); // comes behind the mark that was returned

    assertThat(audio.getBytes()).isEqualTo(MuLaw.encode(SpokenAudio.prompt("greeting")));
    assertThat(texts())
        .extracting(text -> text.getString("type"))
        .containsExactly("mark", "transcript");
    assertThat(texts().get(1))
        .isEqualTo(
            new JsonObject()
                .put("type", "transcript")
                .put("role", "agent")
                .put("text", SCRIPT.greeting().text())
                .put("final", true));
    assertThat(session.record().start()).isEqualTo(start("mulaw", 8_000));
  }

  @ParameterizedTest
  @CsvSource({"8000", "16000", "24000", "48000"})
  void speaksLinearAudioAtTheAgreedRate(int rate) throws Exception {
    listen(SCRIPT);
    Session session = begin(start("pcm_s16le", rate));

    session.record().when("played greeting").await(10, TimeUnit.SECONDS);

    short[] heard = new short[audio.length() / 2];
    for (int i = 0; i < heard.length; i++) {
      heard[i] = audio.getShortLE(2 * i);
    }
    short[] greeting = SpokenAudio.prompt("greeting");
    assertThat(heard).hasSize(greeting.length * (rate / 8_000));
    short[] again = SincConverter.convert(heard, rate, 8_000);
    for (int i = 0; i < again.length; i++) {
      again[i] -= greeting[i];
    }
    assertThat(Loudness.rms(again)).isLessThan(Loudness.rms(greeting) / 10);
  }

  @ParameterizedTest
  @CsvSource({
    "mulaw,8000",
    "alaw,8000",
    "pcm_s16le,8000",
    "pcm_s16le,16000",
    "pcm_s16le,24000",
    "pcm_s16le,48000"
  })
  void answersWhenTheCallerPauses(String encoding, int rate) throws Exception {
    listen(SCRIPT);
    Session session = begin(start(encoding, rate));
    session.record().when("played greeting").await(10, TimeUnit.SECONDS);

    session.speak(SpokenAudio.caller(), encoding, rate);
    session.speak(new short[8_000], encoding, rate);
    session.record().when("played answer-1").await(10, TimeUnit.SECONDS);

    assertThat(session.record().events())
        .containsExactly(
            "start",
            "say greeting",
            "played greeting",
            "spoken",
            "say answer-1",
            "played answer-1");
    session.send(new JsonObject().put("type", "dtmf").put("digit", "5"));
    session.record().when("dtmf").await(10, TimeUnit.SECONDS); // behind all of the audio
    assertThat(session.record().callerAudioMs()).isBetween(6_640L, 6_660L);
    assertThat(session.record().callerSpeechMs()).isBetween(3_000L, 5_660L);
  }

  @Test
  void stopsTalkingWhenInterruptedAndAnswersLater() throws Exception {
    playsAtOnce = false;
    listen(SCRIPT);
    Session session = begin(start("mulaw", 8_000));
    Future<JsonObject> clear = expect("clear");

    session.speak(SpokenAudio.caller(), "mulaw", 8_000);
    clear.await(10, TimeUnit.SECONDS);
    session.send(mark("greeting#1", false, 400));
    session.speak(new short[8_000], "mulaw", 8_000);
    session.record().when("say answer-1").await(10, TimeUnit.SECONDS);

    assertThat(session.record().events())
        .containsExactly(
            "start",
            "say greeting",
            "interrupted greeting",
            "cleared greeting 400",
            "spoken",
            "say answer-1");
  }

  @Test
  void handsOverWithWhatItLearntWhenZeroIsPressed() throws Exception {
    listen(SCRIPT.handingOffTo("billing").knowing(new JsonObject().put("demo", true)));
    Session session = begin(start("mulaw", 8_000).put("shared_id", "s-1"));
    session.record().when("played greeting").await(10, TimeUnit.SECONDS);
    session.speak(SpokenAudio.caller(), "mulaw", 8_000);
    session.speak(new short[8_000], "mulaw", 8_000);
    session.record().when("played answer-1").await(10, TimeUnit.SECONDS);
    Future<JsonObject> handoff = expect("handoff");

    session.send(new JsonObject().put("type", "dtmf").put("digit", "0"));

    JsonObject message = handoff.await(10, TimeUnit.SECONDS);
    assertThat(message.getString("destination")).isEqualTo("billing");
    assertThat(message.getString("reason")).isEqualTo("needs_human");
    assertThat(message.getString("shared_id")).isEqualTo("s-1");
    JsonObject state =
        message.getJsonObject("context").getJsonObject("state").getJsonObject("handoff");
    assertThat(state)
        .isEqualTo(
            new JsonObject()
                .put("handoff_reason", "caller_pressed_0")
                .put("caller_turns", 1)
                .put("caller_speech_ms", session.record().callerSpeechMs())
                .put("interruptions", 0)
                .put("answers_given", 1)
                .put("customer_number", "+15550100001")
                .put("language", "en-US")
                .put("last_prompt", "answer-1")
                .put("demo", true));
    assertThat(session.record().handoff()).isEqualTo(message);
    assertThat(session.record().events())
        .containsSubsequence("dtmf", "say one-moment-please", "handoff");
  }

  @Test
  void leavesSomethingToSayAtTheHandoffOrClaimsToHaveSaidIt() throws Exception {
    JsonObject nothing = handoff(SCRIPT);
    JsonObject left = handoff(SCRIPT.leaving("One moment."));
    JsonObject said = handoff(SCRIPT.havingSaid("One moment."));

    assertThat(nothing.containsKey("utterance")).isFalse();
    assertThat(left.getString("utterance")).isEqualTo("One moment.");
    assertThat(left.containsKey("utterance_spoken")).isFalse();
    assertThat(said.getString("utterance")).isEqualTo("One moment.");
    assertThat(said.getBoolean("utterance_spoken")).isTrue();
  }

  private JsonObject handoff(AgentScript script) throws Exception {
    listen(script);
    Session session = begin(start("mulaw", 8_000));
    Future<JsonObject> handoff = expect("handoff");
    session.send(new JsonObject().put("type", "dtmf").put("digit", "0"));
    return handoff.await(10, TimeUnit.SECONDS);
  }

  @Test
  void remembersTheHeadersOfItsCallers() throws Exception {
    listen(SCRIPT);
    Session session = begin(start("mulaw", 8_000));

    assertThat(session.record().header("sec-websocket-protocol"))
        .isEqualTo(ScriptedAgent.SUBPROTOCOL);
    assertThat(session.record().header("x-api-key")).isNull();
  }

  @Test
  void clearsBeforeItHandsOverWhenItIsTalking() throws Exception {
    playsAtOnce = false;
    listen(SCRIPT);
    Session session = begin(start("mulaw", 8_000));
    Future<JsonObject> clear = expect("clear");
    Future<JsonObject> handoff = expect("handoff");

    session.send(new JsonObject().put("type", "dtmf").put("digit", "0"));

    clear.await(10, TimeUnit.SECONDS);
    handoff.await(10, TimeUnit.SECONDS);
    assertThat(session.record().events())
        .containsExactly(
            "start",
            "say greeting",
            "dtmf",
            "interrupted greeting",
            "say one-moment-please",
            "handoff");
  }

  @Test
  void letsTheCallerTryAgainWhenNobodyTakesTheHandoff() throws Exception {
    listen(SCRIPT);
    Session session = begin(start("mulaw", 8_000));
    JsonObject zero = new JsonObject().put("type", "dtmf").put("digit", "0");
    Future<JsonObject> first = expect("handoff");
    session.send(zero);
    first.await(10, TimeUnit.SECONDS);
    Future<JsonObject> second = expect("handoff");

    session.send(result(false));
    session.send(zero);
    second.await(10, TimeUnit.SECONDS);
    session.send(result(true));

    session.record().when("handoff accepted").await(10, TimeUnit.SECONDS);
    assertThat(session.record().events()).contains("handoff refused", "say nobody-free");
  }

  @Test
  void hangsUpWhenNineIsPressed() throws Exception {
    listen(SCRIPT);
    Session session = begin(start("mulaw", 8_000));
    Future<JsonObject> hangup = expect("hangup");

    session.send(new JsonObject().put("type", "dtmf").put("digit", "9"));

    assertThat(hangup.await(10, TimeUnit.SECONDS).getString("reason"))
        .isEqualTo("caller_pressed_9");
  }

  @Test
  void doesNotGreetAgainWhenResumed() throws Exception {
    listen(SCRIPT);
    Session session = begin(start("mulaw", 8_000).put("resume", true));

    session.record().when("played back").await(10, TimeUnit.SECONDS);

    assertThat(session.record().events()).containsExactly("resume", "say back", "played back");
  }

  @Test
  void countsWhatItDoesNotKnowAndGoesOn() throws Exception {
    listen(SCRIPT);
    Session session = begin(start("mulaw", 8_000));

    session.send(new JsonObject().put("type", "weather"));
    session.socket().writeTextMessage("{");
    session.send(new JsonObject().put("type", "dtmf").put("digit", 5));
    session.send(new JsonObject().put("type", "session.end").put("reason", "handed_off"));
    session.record().when("end handed_off").await(10, TimeUnit.SECONDS);

    assertThat(session.record().unknownMessages()).isEqualTo(1);
    assertThat(session.record().malformedMessages()).isEqualTo(1);
  }

  @Test
  void refusesClientsOfAnotherProtocol() throws Exception {
    listen(SCRIPT);

    assertThatThrownBy(() -> connect(List.of()).await(10, TimeUnit.SECONDS))
        .satisfies(e -> assertThat(status(e)).isEqualTo(400));
    assertThatThrownBy(() -> connect(List.of("other")).await(10, TimeUnit.SECONDS))
        .satisfies(e -> assertThat(status(e)).isEqualTo(400));
    assertThat(agent.refusedSessions()).isEqualTo(2);
  }

  @Test
  void refusesEverybodyWhenTheScriptSaysSo() throws Exception {
    listen(SCRIPT.with(new Quirks(false, 503, null)));

    assertThatThrownBy(
            () -> connect(List.of(ScriptedAgent.SUBPROTOCOL)).await(10, TimeUnit.SECONDS))
        .satisfies(e -> assertThat(status(e)).isEqualTo(503));
  }

  @Test
  void breaksOffAfterSomeAudioWhenTheScriptSaysSo() throws Exception {
    listen(SCRIPT.with(new Quirks(true, 0, Duration.ofMillis(500))));
    Session session = begin(start("mulaw", 8_000));

    session.speak(new short[8_000], "mulaw", 8_000);
    session.record().when("closed").await(10, TimeUnit.SECONDS);

    assertThat(session.record().events()).containsExactly("start", "closed");
    assertThat(agent.openedSessions()).isEqualTo(1);
    assertThat(agent.openSessions()).isZero();
  }

  private void listen(AgentScript script) throws Exception {
    agent = new ScriptedAgent(vertx, script);
    port = agent.listen("127.0.0.1", 0).await(10, TimeUnit.SECONDS);
  }

  private Future<WebSocket> connect(List<String> protocols) {
    return sockets.connect(
        new WebSocketConnectOptions()
            .setHost("127.0.0.1")
            .setPort(port)
            .setURI("/any")
            .setSubProtocols(protocols));
  }

  private static int status(Throwable failure) {
    return failure instanceof UpgradeRejectedException rejected ? rejected.getStatus() : -1;
  }

  /** Begins a session as a worker does; marks come back as they are received. */
  private Session begin(JsonObject start) throws Exception {
    Future<SessionRecord> record = agent.nextSession();
    WebSocket socket =
        connect(List.of(ScriptedAgent.SUBPROTOCOL))
            .onSuccess(
                opened -> {
                  opened.textMessageHandler(text -> receive(opened, new JsonObject(text)));
                  opened.binaryMessageHandler(this::hear);
                })
            .await(10, TimeUnit.SECONDS);
    Session session = new Session(socket, record.await(10, TimeUnit.SECONDS));
    session.send(start);
    return session;
  }

  private synchronized void hear(Buffer piece) {
    audio.appendBuffer(piece);
  }

  private synchronized void receive(WebSocket socket, JsonObject message) {
    texts.add(message);
    String type = message.getString("type");
    if (type.equals("mark") && playsAtOnce) {
      socket.writeTextMessage(mark(message.getString("name"), true, 1_000).encode());
    }
    expected.removeIf(one -> one.type().equals(type) && one.promise().tryComplete(message));
  }

  private synchronized Future<JsonObject> expect(String type) {
    Promise<JsonObject> promise = Promise.promise();
    expected.add(new Expected(type, promise));
    return promise.future();
  }

  private synchronized List<JsonObject> texts() {
    return List.copyOf(texts);
  }

  private record Session(WebSocket socket, SessionRecord record) {
    void send(JsonObject message) {
      socket.writeTextMessage(message.encode());
    }

    /** Sends audio all at once, in pieces that do not fall on samples. */
    void speak(short[] pcm8k, String encoding, int rate) {
      Buffer bytes =
          switch (encoding) {
            case "mulaw" -> Buffer.buffer(MuLaw.encode(pcm8k));
            case "alaw" -> Buffer.buffer(ALaw.encode(pcm8k));
            default -> linear(SincConverter.convert(pcm8k, 8_000, rate));
          };
      for (int at = 0; at < bytes.length(); at += 161) {
        socket.writeBinaryMessage(bytes.getBuffer(at, Math.min(bytes.length(), at + 161)));
      }
    }

    private static Buffer linear(short[] samples) {
      Buffer bytes = Buffer.buffer(2 * samples.length);
      for (short sample : samples) {
        bytes.appendShortLE(sample);
      }
      return bytes;
    }
  }

  private static JsonObject start(String encoding, int rate) {
    return new JsonObject()
        .put("type", "session.start")
        .put("call_sid", "CA1")
        .put("from", "+15550100001")
        .put("to", "+15550100000")
        .put("asr_lang_code", "en-US")
        .put("audio", new JsonObject().put("encoding", encoding).put("sample_rate", rate))
        .put("resume", false);
  }

  private static JsonObject mark(String name, boolean played, long heardMs) {
    return new JsonObject()
        .put("type", "mark")
        .put("name", name)
        .put("played", played)
        .put("heard_ms", heardMs);
  }

  private static JsonObject result(boolean accepted) {
    return new JsonObject().put("type", "handoff.result").put("accepted", accepted);
  }
}
