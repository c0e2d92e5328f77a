package io.callmesh.simulator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.twilio.TwilioSignature;
import io.vertx.core.Vertx;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What {@code callmesh load} says, writes and ends with. */
class LoadCommandTest {
  @TempDir Path folder;

  private final Vertx vertx = Vertx.vertx();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @AfterEach
  void close() throws Exception {
    vertx.close().await(10, TimeUnit.SECONDS);
  }

  private int run(String url, String... more) {
    return run(Map.of(), url, more);
  }

  private int run(Map<String, String> environment, String url, String... more) {
    List<String> arguments = new ArrayList<>(List.of("--url", url));
    arguments.addAll(Arrays.asList(more));
    LoadCommand command =
        new LoadCommand(
            environment,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new CommandLine(command).execute(arguments.toArray(String[]::new));
  }

  /** A server that returns every so many-th frame's audio not at all; 0 for returning all. */
  private String server(int dropped) throws Exception {
    int port =
        vertx
            .createHttpServer()
            .webSocketHandler(socket -> echo(socket, dropped))
            .listen(0, "127.0.0.1")
            .await(10, TimeUnit.SECONDS)
            .actualPort();
    return "ws://127.0.0.1:" + port + "/";
  }

  private static void echo(ServerWebSocket socket, int dropped) {
    int[] count = {0};
    socket.textMessageHandler(
        text -> {
          boolean media = text.startsWith("{\"event\":\"media\"");
          if (media && (dropped == 0 || ++count[0] % dropped != 0)) {
            var unused = socket.writeTextMessage(text);
          }
        });
  }

  private static String[] briefly(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("--streams", "2", "--seconds", "1", "--warm-up", "0", "--ramp-up", "0"));
    arguments.addAll(Arrays.asList(more));
    return arguments.toArray(String[]::new);
  }

  @Test
  void writesItsFiguresAsJson() throws Exception {
    Path json = folder.resolve("load.json");

    assertThat(run(server(0), briefly("--drain", "20", "--out", json.toString()))).isZero();

    JsonObject figures = new JsonObject(Files.readString(json));
    JsonObject frames = figures.getJsonObject("frames");
    assertThat(figures.getInteger("open")).isEqualTo(2);
    assertThat(frames.getInteger("returned")).isPositive().isEqualTo(frames.getInteger("sent"));
    assertThat(figures.getJsonObject("delayMs").fieldNames())
        .containsExactly("p50", "p90", "p99", "p999", "max");
    assertThat(figures.getJsonObject("sentLateMs").getDouble("p50")).isNotNegative();
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("0 missing", "delay", "sent late");
    assertThat(err.size()).isZero();
  }

  @Test
  void measuresTheServerOfThisMachine() throws Exception {
    Path json = folder.resolve("load.json");
    String pid = String.valueOf(ProcessHandle.current().pid());

    int code = run(server(0), briefly("--drain", "20", "--pid", pid, "--out", json.toString()));

    assertThat(code).isZero();
    JsonObject server = new JsonObject(Files.readString(json)).getJsonObject("server");
    assertThat(server.getLong("pid")).isEqualTo(ProcessHandle.current().pid());
    assertThat(server.getLong("residentBytes")).isPositive();
  }

  @Test
  void audioThatComesTwiceIsExitCode1() throws Exception {
    int port =
        vertx
            .createHttpServer()
            .webSocketHandler(
                socket ->
                    socket.textMessageHandler(
                        text -> {
                          if (text.startsWith("{\"event\":\"media\"")) {
                            var unused =
                                socket
                                    .writeTextMessage(text)
                                    .compose(sent -> socket.writeTextMessage(text));
                          }
                        }))
            .listen(0, "127.0.0.1")
            .await(10, TimeUnit.SECONDS)
            .actualPort();

    assertThat(run("ws://127.0.0.1:" + port + "/", briefly("--drain", "20"))).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("duplicated=")
        .doesNotContain("Audio was lost");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "TWILIO_AUTH_TOKEN        | shared-token",
        "CALLMESH_TWILIO_ACCOUNTS | [{\"accountSid\":\"AC7\",\"authTokens\":[\"shared-token\"]}]"
      })
  void signsWithTheTokenOfTheEnvironment(String variable, String value) throws Exception {
    Set<String> signatures = ConcurrentHashMap.newKeySet();
    int port =
        vertx
            .createHttpServer()
            .webSocketHandshakeHandler(
                handshake -> {
                  signatures.add(String.valueOf(handshake.headers().get(TwilioSignature.HEADER)));
                  handshake.accept().onFailure(Throwable::printStackTrace);
                })
            .webSocketHandler(socket -> echo(socket, 0))
            .listen(0, "127.0.0.1")
            .await(10, TimeUnit.SECONDS)
            .actualPort();
    String url = "ws://127.0.0.1:" + port + "/streams";

    assertThat(run(Map.of(variable, value), url, briefly("--drain", "20"))).isZero();
    assertThat(signatures)
        .containsExactly(TwilioSignature.of("shared-token", url, Collections.emptySortedMap()));
  }

  @Test
  void lostAudioIsExitCode1() throws Exception {
    assertThat(run(server(10), briefly("--drain", "1"))).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("Audio was lost");
  }

  @Test
  void someAudioMayBeLost() throws Exception {
    assertThat(run(server(10), briefly("--drain", "1", "--max-lost", "50"))).isZero();
  }

  @Test
  void refusalSaysStatusAndRemedy() throws Exception {
    int port =
        vertx
            .createHttpServer()
            .requestHandler(
                request -> {
                  var unused = request.response().setStatusCode(403).end();
                })
            .listen(0, "127.0.0.1")
            .await(10, TimeUnit.SECONDS)
            .actualPort();

    assertThat(run("ws://127.0.0.1:" + port + "/streams", briefly())).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("403", "--auth-token")
        .hasLineCount(1);
  }

  @Test
  void nobodyThereSaysSo() throws Exception {
    String url = server(0);
    close();

    assertThat(run(url, briefly())).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("is the server running")
        .hasLineCount(1);
  }

  @ParameterizedTest
  @CsvSource({
    "https://mesh.example.com, --streams, 1, --url",
    "ws://127.0.0.1:1/, --streams, 0, --streams",
    "ws://127.0.0.1:1/, --seconds, 0, --seconds",
    "ws://127.0.0.1:1/, --warm-up, -1, --warm-up",
    "ws://127.0.0.1:1/, --pid, 999999999, --pid",
    "ws://127.0.0.1:1/, --out, /no/such/folder/load.json, --out"
  })
  void wrongInputIsOneSentenceAndExitCode2(String url, String option, String value, String told) {
    assertThat(run(url, option, value)).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains(told).hasLineCount(1);
  }
}
