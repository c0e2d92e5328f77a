package io.callmesh.simulator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.simulator.audio.WavFile;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import picocli.CommandLine;

class ConformanceCommandTest {
  @TempDir Path folder;

  private final Vertx vertx = Vertx.vertx();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @AfterEach
  void close() throws Exception {
    vertx.close().await(10, TimeUnit.SECONDS);
  }

  /** The same, with little to say. */
  private int runShort(String... arguments) throws Exception {
    Path speech = folder.resolve("speech.wav");
    WavFile.writeMono8k(speech, new short[800]);
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--patience", "1", "--speech", speech.toString()));
    return run(all.toArray(String[]::new));
  }

  private int run(String... arguments) {
    ConformanceCommand command =
        new ConformanceCommand(
            Map.of(),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new CommandLine(command).execute(arguments);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  /** A server that takes everything, and closes with 1011 at {@code stop}. */
  private String server() throws Exception {
    HttpServer server =
        vertx
            .createHttpServer()
            .webSocketHandler(
                socket ->
                    socket.textMessageHandler(
                        text -> {
                          if (text.contains("\"event\":\"stop\"")) {
                            socket.close((short) 1011, "<\u0001\">").onFailure(cause -> {});
                          }
                        }))
            .listen(0, "127.0.0.1")
            .await(10, TimeUnit.SECONDS);
    return "ws://127.0.0.1:" + server.actualPort() + "/media";
  }

  @Test
  void printsATableAndWritesReports() throws Exception {
    Path junit = folder.resolve("report.xml");
    Path json = folder.resolve("report.json");

    int code =
        runShort(
            "--url",
            server(),
            "--only",
            "handshake,wrong-signature,stop-closes,close-code",
            "--junit",
            junit.toString(),
            "--json",
            json.toString());

    assertThat(err()).isEmpty();
    assertThat(code).isZero(); // what failed is advice
    assertThat(out())
        .contains("The server answers audio with silence.")
        .contains("FAILED (advice)  close-code")
        .contains("Close with 1000 after stop")
        .contains("2 passed, 1 failed, 1 skipped")
        .contains("No required check failed.")
        .doesNotContain("\u0001");
    JsonObject report = new JsonObject(Files.readString(json));
    assertThat(report.getJsonObject("counts").getLong("failed")).isEqualTo(1);
    assertThat(report.getJsonArray("checks")).hasSize(4);
    Element suite =
        DocumentBuilderFactory.newDefaultInstance()
            .newDocumentBuilder()
            .parse(junit.toFile())
            .getDocumentElement();
    assertThat(suite.getAttribute("tests")).isEqualTo("4");
    assertThat(suite.getAttribute("failures")).isEqualTo("1");
    assertThat(suite.getAttribute("skipped")).isEqualTo("1");
    Element failure = (Element) suite.getElementsByTagName("failure").item(0);
    assertThat(failure.getAttribute("type")).isEqualTo("recommended");
    assertThat(failure.getAttribute("message")).contains("the code 1011 '<?\">'");
    assertThat(suite.getElementsByTagName("testcase").getLength()).isEqualTo(4);
  }

  @Test
  void adviceCountsWhenItIsStrict() throws Exception {
    int code = runShort("--url", server(), "--only", "close-code", "--strict");
    assertThat(code).isEqualTo(1);
  }

  @Test
  void expectationThatIsNotMetFails() throws Exception {
    int code = runShort("--url", server(), "--only", "audio-answered", "--expect", "echo");
    assertThat(out()).contains("found silence instead of echo");
    assertThat(code).isEqualTo(1);
  }

  @Test
  void serverThatRefusesEveryStreamFailsWhateverIsSelected() throws Exception {
    int port =
        vertx
            .createHttpServer()
            .webSocketHandshakeHandler(
                handshake -> handshake.reject(403).onFailure(Throwable::printStackTrace))
            .webSocketHandler(socket -> {})
            .listen(0, "127.0.0.1")
            .await(10, TimeUnit.SECONDS)
            .actualPort();
    Path json = folder.resolve("report.json");

    int code =
        runShort(
            "--url",
            "ws://127.0.0.1:" + port + "/media",
            "--only",
            "dtmf",
            "--json",
            json.toString());

    assertThat(code).isEqualTo(1);
    assertThat(out()).contains("1 skipped").contains("No stream can be had:").contains("403");
    assertThat(new JsonObject(Files.readString(json)).getString("obstacle")).contains("403");
  }

  @Test
  void listsTheChecks() {
    assertThat(run("--list")).isZero();
    assertThat(out()).contains("slow-reader", "required", "Marks and clear");
  }

  @Test
  void wrongInputIsOneSentenceAndExitCode2() {
    assertThat(run()).isEqualTo(2);
    assertThat(run("--url", "http://bot.example.com")).isEqualTo(2);
    assertThat(run("--url", "ws://bot.example.com", "--only", "nonsense")).isEqualTo(2);
    assertThat(run("--url", "ws://bot.example.com", "--only", "dtmf", "--skip", "dtmf"))
        .isEqualTo(2);
    assertThat(run("--url", "ws://bot.example.com", "--expect", "singing")).isEqualTo(2);
    assertThat(run("--url", "ws://bot.example.com", "--patience", "0")).isEqualTo(2);
    assertThat(run("--via-webhook", "https://bot.example.com/voice")).isEqualTo(2);
    assertThat(run("--url", "ws://h", "--junit", folder.resolve("no/such.xml").toString()))
        .isEqualTo(2);
    assertThat(err().lines())
        .hasSize(8)
        .anyMatch(line -> line.contains("No check is left"))
        .anyMatch(line -> line.contains("--url and --via-webhook"))
        .anyMatch(line -> line.contains("nonsense"))
        .anyMatch(line -> line.contains("Auth Token"));
  }

  @Test
  void serverThatIsNotThereIsExitCode2() {
    assertThat(run("--url", "ws://127.0.0.1:1/media")).isEqualTo(2);
    assertThat(err()).contains("ws://127.0.0.1:1 cannot be reached").hasLineCount(1);
  }
}
