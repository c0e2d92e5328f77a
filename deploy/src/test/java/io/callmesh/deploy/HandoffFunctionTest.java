package io.callmesh.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Runs the Twilio Function in Node.js, against a Handoff API of the test. {@code npm test} in
 * deploy/twilio runs it in Twilio's own runner, and against a mesh.
 */
@Timeout(60)
class HandoffFunctionTest {
  /** What Twilio's runtime gives a Function, as far as ours uses it (reference/twilio.md 10.3). */
  private static final String RUNTIME =
      """
      class Response {
        headers = {};
        setStatusCode(status) { this.status = status; }
        setBody(body) { this.body = body; }
        appendHeader(name, value) { this.headers[name] = value; }
      }
      global.Twilio = { Response };
      const [path, context, event] = process.argv.slice(1);
      require(path).handler(JSON.parse(context), JSON.parse(event), (error, response) => {
        if (error) throw error;
        console.log(JSON.stringify(response));
      });
      """;

  private record Seen(String target, String key) {}

  private final BlockingQueue<Seen> requests = new LinkedBlockingQueue<>();
  private final HttpServer api;
  private volatile int status = 200;
  private volatile String body = "{}";

  HandoffFunctionTest() throws IOException {
    api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  @BeforeAll
  static void wantsNode() {
    boolean installed =
        Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":"))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "node")));
    assumeTrue(installed, "Node.js is not installed: the Function was not run");
  }

  @BeforeEach
  void serve() {
    api.createContext("/", this::answer);
    api.start();
  }

  @AfterEach
  void stop() {
    api.stop(0);
  }

  private void answer(HttpExchange exchange) {
    requests.add(
        new Seen(
            exchange.getRequestURI().toString(),
            exchange.getRequestHeaders().getFirst("x-api-key")));
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void answersWithTheBodyAsItIs() throws Exception {
    body = "{\"id\": \"conv-1\",\"data\":{\"note\":\"say \\\"hi\\\" \u00e4\"}}";

    JsonObject response = run("CA1&x=1");

    assertThat(response.getInteger("status")).isEqualTo(200);
    assertThat(response.getString("body")).isEqualTo(body);
    assertThat(response.getJsonObject("headers"))
        .isEqualTo(new JsonObject().put("Content-Type", "application/json; charset=utf-8"));
    assertThat(requests)
        .containsExactly(new Seen("/prefix/v1/handoff_state?id=CA1%26x%3D1&wait=4", "the key"));
  }

  @Test
  void answersWithTheStatusSoThatTheFlowKnowsThatNothingIsStored() throws Exception {
    status = 404;
    body = "{\"status\":404}";

    assertThat(run("CA1").getInteger("status")).isEqualTo(404);
  }

  @Test
  void failsWhenTheAnswerCannotBePutIntoAttributes() throws Exception {
    body = "<html>";

    assertThat(run("CA1").getInteger("status")).isEqualTo(502);
  }

  @Test
  void failsWhenNobodyAnswers() throws Exception {
    api.stop(0);

    assertThat(run("CA1").getInteger("status")).isEqualTo(502);
    assertThat(requests).isEmpty();
  }

  private JsonObject run(String callSid) throws Exception {
    Map<String, Object> context =
        Map.of(
            "CALLMESH_URL",
            "http://127.0.0.1:" + api.getAddress().getPort() + "/prefix/",
            "CALLMESH_API_KEY",
            "the key");
    Process node =
        new ProcessBuilder(
                "node",
                "-e",
                RUNTIME,
                Repository.path("deploy/twilio/functions/handoff-state.protected.js").toString(),
                new JsonObject(context).encode(),
                new JsonObject().put("call_sid", callSid).encode())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String said = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(node.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(said).isNotEmpty();
    return new JsonObject(said);
  }
}
