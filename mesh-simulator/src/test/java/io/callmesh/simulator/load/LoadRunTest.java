package io.callmesh.simulator.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callmesh.contracts.security.Secret;
import io.callmesh.contracts.twilio.TwilioSignature;
import io.callmesh.simulator.audio.MuLaw;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SelfSignedCertificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a load counts, over real sockets; no test looks at how long anything took. */
class LoadRunTest {
  private static final String SIGNED = "wss://mesh.example.com/streams";
  private static final Map<String, String> PARAMETERS = Map.of("connectorToken", "ct-1");

  private static LoadReport run(EchoServer server, int streams) throws Exception {
    return run(plan(server.url(), streams, Duration.ofSeconds(20), false));
  }

  private static LoadReport run(LoadPlan plan) throws Exception {
    return new LoadRun(plan, null, line -> {}).run();
  }

  /** The same for a server that loses audio: what is lost is waited for in vain. */
  private static LoadReport runInVain(EchoServer server, boolean transcoded) throws Exception {
    return run(plan(server.url(), 2, Duration.ofSeconds(2), transcoded));
  }

  private static LoadPlan plan(String url, int streams, Duration drain, boolean transcoded) {
    return plan(LoadTarget.of(url, url, null), streams, drain, transcoded, false);
  }

  private static LoadPlan plan(
      LoadTarget target, int streams, Duration drain, boolean transcoded, boolean trusting) {
    return new LoadPlan(
        target,
        streams,
        Duration.ZERO,
        Duration.ofMillis(100),
        Duration.ofMillis(900),
        drain,
        PARAMETERS,
        "AC1",
        trusting,
        transcoded);
  }

  @Test
  void countsEveryFrameThatComesBack() throws Exception {
    try (EchoServer server = new EchoServer(new EchoServer.Habits() {})) {
      LoadReport report = run(server, 5);

      LoadReport.Frames frames = report.frames();
      assertThat(frames.sent()).isPositive();
      assertThat(frames.returned()).isEqualTo(frames.sent());
      assertThat(frames.outOfOrder() + frames.duplicated() + frames.altered()).isZero();
      assertThat(frames.unknown() + frames.malformed() + frames.skipped()).isZero();
      assertThat(report.isGood(0)).isTrue();
    }
  }

  @Test
  void speaksAsTwilioDoes() throws Exception {
    try (EchoServer server = new EchoServer(new EchoServer.Habits() {})) {
      assertThat(run(server, 1).isGood(0)).isTrue();

      List<JsonObject> messages = server.messages();
      assertThat(messages.get(0).getString("event")).isEqualTo("connected");
      JsonObject start = messages.get(1);
      assertThat(start.getString("event")).isEqualTo("start");
      assertThat(start.getJsonObject("start").getJsonObject("customParameters").getMap())
          .isEqualTo(PARAMETERS);
      assertThat(messages.get(messages.size() - 1).getString("event")).isEqualTo("stop");
      for (int i = 1; i < messages.size(); i++) {
        assertThat(messages.get(i).getValue("sequenceNumber")).isEqualTo(String.valueOf(i));
      }
      List<JsonObject> media = server.messages("media");
      for (int i = 0; i < media.size(); i++) {
        JsonObject frame = media.get(i).getJsonObject("media");
        assertThat(media.get(i).getString("streamSid")).isEqualTo(start.getString("streamSid"));
        assertThat(frame.getValue("chunk")).isEqualTo(String.valueOf(i + 1));
        assertThat(frame.getValue("timestamp")).isEqualTo(String.valueOf(20 * i));
        assertThat(Base64.getDecoder().decode(frame.getString("payload"))).hasSize(160);
      }
    }
  }

  @Test
  void missesWhatTheServerDrops() throws Exception {
    EchoServer.Habits dropping =
        new EchoServer.Habits() {
          @Override
          public void frame(ServerWebSocket socket, String sid, String payload, int count) {
            if (count % 10 != 0) {
              EchoServer.Habits.send(socket, sid, payload);
            }
          }
        };
    try (EchoServer server = new EchoServer(dropping)) {
      LoadReport report = runInVain(server, false);

      long tenth = report.frames().sent() / 10;
      assertThat(report.frames().missing()).isBetween(tenth - 2, tenth + 2).isPositive();
      assertThat(report.frames().outOfOrder()).isZero();
      assertThat(report.isGood(0)).isFalse();
      assertThat(report.isGood(report.frames().missing())).isTrue();
    }
  }

  @Test
  void tellsDuplicatesStrangersAndDisorderApart() throws Exception {
    Map<String, String> kept = new HashMap<>();
    EchoServer.Habits confused =
        new EchoServer.Habits() {
          @Override
          public void frame(ServerWebSocket socket, String sid, String payload, int count) {
            if (count % 10 == 0) {
              kept.put(sid, payload);
              return;
            }
            EchoServer.Habits.send(socket, sid, payload);
            if (count % 10 == 1 && kept.containsKey(sid)) {
              EchoServer.Habits.send(socket, sid, kept.remove(sid));
            } else if (count % 10 == 5) {
              EchoServer.Habits.send(socket, sid, payload);
              EchoServer.Habits.send(
                  socket, sid, Base64.getEncoder().encodeToString(new byte[160]));
            }
          }
        };
    try (EchoServer server = new EchoServer(confused)) {
      LoadReport report = runInVain(server, false);

      LoadReport.Frames frames = report.frames();
      assertThat(report.isGood(frames.missing())).isFalse();
      assertThat(frames.spoilt()).containsOnlyKeys("duplicated", "out of order");
      assertThat(frames.outOfOrder()).isPositive();
      assertThat(frames.duplicated()).isPositive();
      assertThat(frames.unknown()).isPositive();
      assertThat(frames.altered()).isZero();
    }
  }

  @Test
  void knowsFramesThatWereCutAnew() throws Exception {
    EchoServer.Habits cutting =
        new EchoServer.Habits() {
          @Override
          public void frame(ServerWebSocket socket, String sid, String payload, int count) {
            byte[] audio = Base64.getDecoder().decode(payload);
            EchoServer.Habits.send(socket, sid, part(audio, 0, 90));
            EchoServer.Habits.send(socket, sid, part(audio, 90, 160));
          }
        };
    try (EchoServer server = new EchoServer(cutting)) {
      LoadReport report = run(server, 2);

      assertThat(report.isGood(0)).isTrue();
      assertThat(report.frames().altered() + report.frames().unknown()).isZero();
    }
  }

  private static String part(byte[] audio, int from, int to) {
    return Base64.getEncoder().encodeToString(Arrays.copyOfRange(audio, from, to));
  }

  @Test
  void countsAudioThatCameBackOtherwise() throws Exception {
    EchoServer.Habits louder =
        new EchoServer.Habits() {
          @Override
          public void frame(ServerWebSocket socket, String sid, String payload, int count) {
            byte[] audio = Base64.getDecoder().decode(payload);
            audio[159] = MuLaw.encode((short) 20_000);
            EchoServer.Habits.send(socket, sid, part(audio, 0, 160));
          }
        };
    try (EchoServer server = new EchoServer(louder)) {
      LoadReport report = run(server, 1);

      LoadReport.Frames frames = report.frames();
      assertThat(frames.altered()).isEqualTo(frames.sent()).isPositive();
      assertThat(frames.missing()).isZero();
      assertThat(report.isGood(0)).isFalse();
    }
  }

  @Test
  void knowsTranscodedFramesByTheirLoudness() throws Exception {
    EchoServer.Habits quieter =
        new EchoServer.Habits() {
          @Override
          public void frame(ServerWebSocket socket, String sid, String payload, int count) {
            byte[] audio = Base64.getDecoder().decode(payload);
            for (int i = 0; i < audio.length; i++) {
              audio[i] = MuLaw.encode((short) (MuLaw.decode(audio[i]) * 0.97));
            }
            if (count % 10 != 0) {
              EchoServer.Habits.send(socket, sid, part(audio, 0, 160));
            }
          }
        };
    try (EchoServer server = new EchoServer(quieter)) {
      LoadReport.Frames frames = runInVain(server, true).frames();

      long tenth = frames.sent() / 10;
      assertThat(frames.missing()).isBetween(tenth - 2, tenth + 2).isPositive();
      assertThat(frames.outOfOrder() + frames.duplicated() + frames.unknown()).isZero();
    }
  }

  @Test
  void returnsMarksAndAnswersPings() throws Exception {
    EchoServer.Habits marking =
        new EchoServer.Habits() {
          @Override
          public void frame(ServerWebSocket socket, String sid, String payload, int count) {
            if (count == 3) {
              String mark = "{\"event\":\"mark\",\"streamSid\":\"%s\",\"mark\":{\"name\":\"u1\"}}";
              var unused =
                  socket
                      .writePing(Buffer.buffer("?"))
                      .compose(sent -> socket.writeTextMessage(mark.formatted(sid)));
            }
            EchoServer.Habits.send(socket, sid, payload);
          }
        };
    try (EchoServer server = new EchoServer(marking)) {
      LoadReport report = run(server, 1);

      assertThat(report.isGood(0)).isTrue();
      assertThat(report.frames().marks()).isEqualTo(1);
      assertThat(server.messages("mark").get(0).getJsonObject("mark").getString("name"))
          .isEqualTo("u1");
    }
  }

  @Test
  void countsStreamsThatTheServerEnds() throws Exception {
    EchoServer.Habits closing =
        new EchoServer.Habits() {
          @Override
          public void frame(ServerWebSocket socket, String sid, String payload, int count) {
            if (count == 20) {
              var unused = socket.close((short) 1011, "no more");
            } else {
              EchoServer.Habits.send(socket, sid, payload);
            }
          }
        };
    try (EchoServer server = new EchoServer(closing)) {
      LoadReport report = run(server, 2);

      assertThat(report.faults()).isEqualTo(Map.of("closed with code 1011", 2));
      assertThat(report.isGood(0)).isFalse();
    }
  }

  @Test
  void messageThatTwilioWouldNotTakeIsNotGood() throws Exception {
    EchoServer.Habits stuttering =
        new EchoServer.Habits() {
          @Override
          public void frame(ServerWebSocket socket, String sid, String payload, int count) {
            EchoServer.Habits.send(socket, sid, payload);
            if (count == 20) {
              EchoServer.Habits.send(socket, sid, "no base64!");
            }
          }
        };
    try (EchoServer server = new EchoServer(stuttering)) {
      LoadReport report = run(server, 1);

      assertThat(report.frames().spoilt()).isEqualTo(Map.of("malformed", 1L));
      assertThat(report.frames().missing()).isZero();
      assertThat(report.isGood(0)).isFalse();
    }
  }

  @Test
  void signsTheHandshakeWhenToldTo() throws Exception {
    try (EchoServer server = new EchoServer(new EchoServer.Habits() {})) {
      LoadTarget target = LoadTarget.of(server.url(), SIGNED, new Secret("auth"));
      assertThat(run(plan(target, 1, Duration.ofSeconds(20), false, false)).isGood(0)).isTrue();

      assertThat(server.handshakes().get(0).getHeader(TwilioSignature.HEADER))
          .isEqualTo(TwilioSignature.of("auth", SIGNED, Collections.emptySortedMap()));
    }
  }

  @Test
  void tellsTheStatusOfARefusal() throws Exception {
    EchoServer.Habits refusing =
        new EchoServer.Habits() {
          @Override
          public int status() {
            return 403;
          }
        };
    try (EchoServer server = new EchoServer(refusing)) {
      assertThatThrownBy(() -> run(server, 3))
          .isInstanceOf(LoadException.class)
          .hasMessageContaining("403");
    }
  }

  @Test
  void takesAnyCertificateOnlyWhenToldTo() throws Exception {
    SelfSignedCertificate own = SelfSignedCertificate.create("localhost");
    HttpServerOptions options =
        new HttpServerOptions().setSsl(true).setKeyCertOptions(own.keyCertOptions());
    try (EchoServer server = new EchoServer(new EchoServer.Habits() {}, options)) {
      String url = "wss://127.0.0.1:" + server.port() + "/";
      LoadTarget target = LoadTarget.of(url, url, null);
      Duration drain = Duration.ofSeconds(20);

      assertThat(run(plan(target, 2, drain, false, true)).isGood(0)).isTrue();
      assertThatThrownBy(() -> run(plan(target, 2, drain, false, false)))
          .isInstanceOf(LoadException.class)
          .hasMessageContaining("certification path");
    }
  }
}
