package io.callmesh.routing.voice;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.security.Secret;
import io.callmesh.simulator.twilio.CallEnd;
import io.callmesh.simulator.twilio.CallPlan;
import io.callmesh.simulator.twilio.CallReport;
import io.callmesh.simulator.twilio.Transfer;
import io.callmesh.simulator.twilio.TwilioAccount;
import io.callmesh.simulator.twilio.TwilioSimulator;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The golden documents, played as Twilio plays them: by a simulated call to a server that answers
 * its voice webhook with one, and every action after it with a hang-up.
 */
class GoldenPlayTest {
  private static final String ACCOUNT = "AC00000000000000000000000000000001";

  /** Answers to {@code <Enqueue waitUrl>}, not to the call's next question. */
  private static final List<String> WHILE_WAITING =
      List.of("waiting", "waited-too-long", "waiting-without-music");

  private static Vertx vertx;
  private static HttpServer server;
  private static TwilioSimulator twilio;
  private static final Map<String, Future<CallReport>> calls = new TreeMap<>();

  @BeforeAll
  static void start() throws Exception {
    vertx = Vertx.vertx();
    server =
        vertx
            .createHttpServer()
            .requestHandler(GoldenPlayTest::answer)
            .listen(0, "127.0.0.1")
            .await(10, SECONDS);
    twilio =
        new TwilioSimulator(
            vertx,
            URI.create("http://127.0.0.1:" + server.actualPort()),
            new TwilioAccount(ACCOUNT, new Secret("token")));
    playAll();
  }

  /** All at the same time: what is said takes its time. */
  private static void playAll() throws Exception {
    try (Stream<Path> files = Files.list(Path.of("src/test/resources/golden"))) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString().replace(".xml", "");
        if (!WHILE_WAITING.contains(name)) {
          calls.put(name, twilio.call(plan(name)).start());
        }
      }
    }
    Future.join(List.copyOf(calls.values())).await(60, SECONDS);
  }

  @AfterAll
  static void stop() throws Exception {
    vertx.close().await(10, SECONDS);
  }

  private static void answer(HttpServerRequest request) {
    String name = request.getParam("golden");
    if (request.headers().contains("upgrade")) {
      request.response().setStatusCode(503).end(); // no stream: the action is asked at once
    } else {
      request
          .response()
          .putHeader("content-type", "text/xml")
          .end(name == null ? "<Response><Hangup/></Response>" : document(name));
    }
  }

  /** A golden document with the mesh's address as the simulator can reach it. */
  private static String document(String name) {
    try {
      String base = "127.0.0.1:" + server.actualPort();
      return Files.readString(Path.of("src/test/resources/golden", name + ".xml"))
          .replace("https://mesh.example", "http://" + base)
          .replace("https://x.example", "http://" + base)
          .replace("wss://mesh.example", "ws://" + base);
    } catch (java.io.IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void everyDocumentCanBePlayed() throws Exception {
    assertThat(calls).hasSizeGreaterThan(30);
    for (String name : calls.keySet()) {
      assertThat(play(name).verbs()).as(name).isNotEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "voice-plain, Connect/Stream",
    "interrupted, Connect/Stream",
    "interrupted-too-often, Enqueue",
    "hangup, Hangup",
    "hangup-goes-on, Play Connect/Stream",
    "flex, Say Enqueue",
    "number, Dial/Number",
    "sip-invite, Dial/Sip",
    "sip-refer, Refer",
    "sip-refer-by-invite, Dial/Sip",
    "sip-bye, Say Hangup",
    "sip-bye-impossible, Say Enqueue",
    "studio, Redirect",
    "own-document, Say Say Redirect",
    "busy-next, Enqueue",
    "no-answer-agent, Connect/Stream",
    "failed-fallback, Enqueue",
    "refer-refused, Connect/Stream",
    "queue-full-next, Dial/Number",
    "too-many-transfers, Say Hangup",
  })
  void runsTheVerbsOfTheDocument(String name, String verbs) throws Exception {
    assertThat(String.join(" ", play(name).verbs())).startsWith(verbs);
  }

  @Test
  void aSipCallCarriesItsHeaders() throws Exception {
    Transfer invite = play("sip-invite").transfers().get(0);

    assertThat(invite.target()).isEqualTo("sip:queue@sbc.example:5061;transport=tls");
    assertThat(invite.headers())
        .isEqualTo(
            Map.of(
                "X-Caller-ID", "+14158675309",
                "X-Customer", "c-7 / Zoë & <Sons>",
                "X-Nothing", ""));
    assertThat(play("sip-refer").transfers().get(0).headers())
        .containsEntry("X-Customer", "c-7 / Zoë & <Sons>");
  }

  @Test
  void aTaskCarriesTheHandoffData() throws Exception {
    JsonObject task =
        new JsonObject(
            String.valueOf(Objects.requireNonNull(play("flex").enqueued()).taskAttributes()));

    assertThat(task.getJsonObject("callmesh").getJsonObject("handoff").getJsonObject("customer"))
        .isEqualTo(new JsonObject().put("name", "Zoë & <Sons>"));
    assertThat(task.fieldNames()).doesNotContain("call_sid", "from_city");
  }

  @Test
  void aCallReturnsToItsStudioFlowWithVariables() throws Exception {
    CallReport report = play("studio");

    assertThat(report.end()).isEqualTo(CallEnd.RETURNED_TO_STUDIO);
    assertThat(Objects.requireNonNull(report.studio()).variables())
        .containsEntry("handoff", "flow")
        .containsEntry("reason", "needs_human")
        .containsEntry("data_customer_id", "c-7")
        .containsEntry("data_vip", "true");
  }

  @Test
  void theActionThatTwilioAsksIsOurs() throws Exception {
    assertThat(play("number").end()).isEqualTo(CallEnd.HANGUP);
    assertThat(play("number").webhooks()).hasSize(2);
    assertThat(play("number").webhooks().get(1).kind()).isEqualTo("dial-action");
  }

  private static CallReport play(String name) throws Exception {
    return Objects.requireNonNull(calls.get(name), name).await(1, SECONDS);
  }

  private static CallPlan plan(String name) {
    CallPlan plan =
        CallPlan.of("+14158675309", "+15005550000", List.of(), Duration.ofSeconds(60))
            .at("/voice?golden=" + name);
    return name.equals("sip-refer") ? plan.bySip("sip:alice@pbx.example", Map.of()) : plan;
  }
}
