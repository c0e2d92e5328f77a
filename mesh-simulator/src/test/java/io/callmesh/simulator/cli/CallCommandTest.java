package io.callmesh.simulator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.twilio.TwilioSignature;
import io.callmesh.simulator.audio.MuLaw;
import io.callmesh.simulator.audio.WavFile;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CallCommandTest {
  private static final String ACCOUNTS =
      """
      [{"accountSid":"AC11","authTokens":["t1","t2"]},{"accountSid":"AC22","authTokens":["t3"]}]""";

  @TempDir Path folder;

  private final Vertx vertx = Vertx.vertx();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final List<String> webhooks = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() throws Exception {
    vertx.close().await(10, TimeUnit.SECONDS);
  }

  @Test
  void tellsTheStoryOfACallAndRecordsIt() throws Exception {
    int port = mesh(200, true);
    Path recording = folder.resolve("call.wav");

    int code =
        run(
            Map.of("TWILIO_AUTH_TOKEN", "t"),
            "--url",
            "http://127.0.0.1:" + port,
            "--caller",
            wav().toString(),
            "--record",
            recording.toString(),
            "--json");

    assertThat(err()).isEmpty();
    assertThat(code).isZero();
    assertThat(out())
        .contains("voice webhook answered: <Connect><Stream>")
        .contains("the agent speaks")
        .contains("the caller speaks, for 0.1 s")
        .contains("the caller presses 0")
        .contains("stream closed by the mesh, code 1000")
        .contains("the call is over: out of verbs");
    String last = out().lines().reduce("", (first, second) -> second);
    JsonObject report = new JsonObject(last);
    assertThat(report.getBoolean("ok")).isTrue();
    assertThat(report.getLong("agentSpeechMs")).isBetween(200L, 400L);
    assertThat(WavFile.readMono8k(recording).length).isGreaterThan(8_000);
  }

  @Test
  void playsTheHandoffsThatItIsToldTo() throws Exception {
    int port = handingOver(false);

    int code =
        recorded(
            "--url",
            "http://127.0.0.1:" + port,
            "--caller",
            wav().toString(),
            "--from",
            "sip:alice@pbx.example",
            "--sip-header",
            "X-Id=7",
            "--field",
            "StirVerstat=No-TN-Validation",
            "--twice",
            "--then",
            "busy",
            "--then",
            "failed",
            "--queue",
            "bridged");

    assertThat(err()).isEmpty();
    assertThat(code).isZero();
    assertThat(out())
        .containsSubsequence(
            "transferred by <Sip> to sip:***, with X-Id",
            "the transfer went: busy",
            "transferred by <Refer> to sip:***",
            "the transfer went: failed",
            "waiting for a person in WW1",
            "out of the queue: bridged after 10 s",
            "back in the Studio flow FW1",
            "the widget gets handoff = flex",
            "the call is over: returned to studio");
    assertThat(webhooks)
        .allMatch(form -> form.contains("SipHeader_X-Id=7") && form.contains("StirVerstat=No"));
  }

  @Test
  void saysThatAWebhookWasAnsweredInTwoWays() throws Exception {
    int port = handingOver(true);

    int code =
        recorded(
            "--url",
            "http://127.0.0.1:" + port,
            "--caller",
            wav().toString(),
            "--from",
            "sip:alice@pbx.example",
            "--twice",
            "--queue",
            "bridged");

    assertThat(code).isEqualTo(1);
    assertThat(err()).contains("in two ways: enqueue-action").hasLineCount(1);
  }

  @Test
  void callsWithoutANumber() throws Exception {
    int port = handingOver(false);

    assertThat(
            recorded(
                "--url", "http://127.0.0.1:" + port, "--caller", wav().toString(), "--anonymous"))
        .isEqualTo(1);

    assertThat(err()).contains("<Refer> on a leg that is not SIP");
    assertThat(webhooks).isNotEmpty().allMatch(form -> form.contains("From=anonymous"));
  }

  @Test
  void namesTheRemedyWhenTheSignatureIsRefused() throws Exception {
    int port = mesh(403, true);

    int code = run(Map.of("TWILIO_AUTH_TOKEN", "t"), "--url", "http://127.0.0.1:" + port);

    assertThat(code).isEqualTo(1);
    assertThat(err()).contains("--auth-token", "--account-sid", "--public-url").hasLineCount(1);
  }

  @Test
  void namesTheRemedyWhenThereIsNoMesh() throws Exception {
    int port = mesh(200, true);
    vertx.close().await(10, TimeUnit.SECONDS);

    int code = run(Map.of("TWILIO_AUTH_TOKEN", "t"), "--url", "http://127.0.0.1:" + port, "--json");

    assertThat(code).isEqualTo(1);
    assertThat(err()).contains("is the mesh running").hasLineCount(1);
    String last = out().lines().reduce("", (first, second) -> second);
    assertThat(new JsonObject(last).getBoolean("ok")).isFalse();
  }

  @Test
  void saysThatThereWasNoStream() throws Exception {
    int port = mesh(200, false);

    int code = run(Map.of("TWILIO_AUTH_TOKEN", "t"), "--url", "http://127.0.0.1:" + port);

    assertThat(code).isEqualTo(1);
    assertThat(err()).contains("without a stream");
  }

  @Test
  void refusesWrongInputWithOneSentence() {
    Map<String, String> token = Map.of("TWILIO_AUTH_TOKEN", "t");

    assertThat(run(token, "--caller", folder.resolve("none.wav").toString())).isEqualTo(2);
    assertThat(run(token, "--url", "localhost:8080")).isEqualTo(2);
    assertThat(run(token, "--public-url", "mesh")).isEqualTo(2);
    assertThat(run(token, "--press", "x")).isEqualTo(2);
    assertThat(run(token, "--limit", "0")).isEqualTo(2);
    assertThat(run(token, "--record", folder.resolve("no/where.wav").toString())).isEqualTo(2);
    assertThat(run(token, "--then", "gone")).isEqualTo(2);
    assertThat(run(token, "--queue", "gone")).isEqualTo(2);
    assertThat(run(token, "--sip-header", "X-Id=7")).isEqualTo(2);
    assertThat(run(token, "--anonymous", "--sip-header", "X-Id=7")).isEqualTo(2);
    assertThat(run(Map.of())).isEqualTo(2);
    assertThat(run(Map.of("CALLMESH_TWILIO_ACCOUNTS", "[{}]"))).isEqualTo(2);
    assertThat(err().lines()).hasSize(12);
    assertThat(err()).contains("none.wav does not exist.").contains("give --auth-token");
  }

  @Test
  void takesAccountAndTokenFromTheEnvironment() throws IOException {
    Path file = Files.writeString(folder.resolve("token"), "t3\n");
    Settings accounts = new Settings(Map.of("CALLMESH_TWILIO_ACCOUNTS", ACCOUNTS));
    Settings both =
        new Settings(
            Map.of(
                "CALLMESH_TWILIO_ACCOUNTS", ACCOUNTS, "TWILIO_AUTH_TOKEN_FILE", file.toString()));

    assertThat(accounts.account(null, null).accountSid()).isEqualTo("AC11");
    assertThat(accounts.account(null, null).authToken().reveal()).isEqualTo("t1");
    assertThat(accounts.account(null, "t2").accountSid()).isEqualTo("AC11");
    assertThat(accounts.account("AC22", null).authToken().reveal()).isEqualTo("t3");
    assertThat(accounts.account(null, "other").accountSid()).isEqualTo("AC" + "0".repeat(32));
    assertThat(both.account(null, null).accountSid()).isEqualTo("AC22");
  }

  @Test
  void explainsItself() {
    String help = new CommandLine(new CallCommand()).getUsageMessage();

    assertThat(help)
        .contains("--public-url", "--then", "--queue", "--sip-header", "Exit codes:", "Examples:");
    assertThat(new CommandLine(new AgentCommand()).getUsageMessage()).contains("--port");
  }

  private Path wav() throws IOException {
    short[] speech = new short[960];
    Arrays.fill(speech, (short) 4_000);
    Path file = folder.resolve("caller.wav");
    WavFile.writeMono8k(file, speech);
    return file;
  }

  private int run(Map<String, String> environment, String... arguments) {
    CallCommand command = new CallCommand(environment, stream(out), stream(err));
    return new CommandLine(command).execute(arguments);
  }

  private int recorded(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--record", folder.resolve("call.wav").toString()));
    return run(Map.of("TWILIO_AUTH_TOKEN", "t"), all.toArray(String[]::new));
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  /** A mesh that speaks at the start and whenever the caller has spoken, and ends at a key. */
  private int mesh(int status, boolean streams) throws Exception {
    HttpServer server = vertx.createHttpServer();
    server
        .requestHandler(
            request ->
                request
                    .response()
                    .setStatusCode(request.getHeader(TwilioSignature.HEADER) == null ? 400 : status)
                    .putHeader("Content-Type", "text/xml")
                    .end(
                        streams
                            ? "<Response><Connect><Stream url=\"ws://127.0.0.1:%d/s\"/></Connect></Response>"
                                .formatted(server.actualPort())
                            : "<Response><Hangup/></Response>"))
        .webSocketHandler(CallCommandTest::talk)
        .listen(0, "127.0.0.1")
        .await(10, TimeUnit.SECONDS);
    return server.actualPort();
  }

  /** A mesh that hands over to everybody in turn: SIP, REFER, a queue, Studio. */
  private int handingOver(boolean inTwoWays) throws Exception {
    HttpServer server = vertx.createHttpServer();
    server
        .requestHandler(
            request ->
                request
                    .body()
                    .onSuccess(
                        body -> {
                          webhooks.add(body.toString());
                          String twiml = handover(request.path(), server.actualPort());
                          request
                              .response()
                              .putHeader("Content-Type", "text/xml")
                              .end(
                                  twiml
                                      + (inTwoWays ? "<!-- %d -->".formatted(turn(request)) : ""));
                        }))
        .webSocketHandler(CallCommandTest::talk)
        .listen(0, "127.0.0.1")
        .await(10, TimeUnit.SECONDS);
    return server.actualPort();
  }

  private int turn(HttpServerRequest request) {
    return request.path().equals("/left") ? webhooks.size() : 0;
  }

  private static String handover(String path, int port) {
    String verbs =
        switch (path) {
          case "/twilio/voice" ->
              "<Connect action='/a'><Stream url='ws://127.0.0.1:%d/s'/></Connect>".formatted(port);
          case "/a" -> "<Dial action='/b'><Sip>sip:desk@pbx.example?X-Id=1</Sip></Dial>";
          case "/b" -> "<Refer action='/c'><Sip>sip:desk@pbx.example</Sip></Refer>";
          case "/c" -> "<Enqueue workflowSid='WW1' action='/left'><Task>{}</Task></Enqueue>";
          default ->
              "<Redirect>https://webhooks.twilio.com/v1/Accounts/AC%s/Flows/FW1?FlowEvent=return&amp;handoff=flex</Redirect>"
                  .formatted("0".repeat(32));
        };
    return "<Response>" + verbs + "</Response>";
  }

  private static void talk(ServerWebSocket socket) {
    boolean[] heard = new boolean[1];
    socket.textMessageHandler(
        text -> {
          JsonObject message = new JsonObject(text);
          String event = message.getString("event");
          boolean speech =
              event.equals("media")
                  && !message.getJsonObject("media").getString("payload").startsWith("////");
          if (event.equals("start") || (speech && !heard[0])) {
            heard[0] = speech;
            socket.writeTextMessage(speak(message.getString("streamSid")));
          } else if (event.equals("dtmf")) {
            socket.close();
          }
        });
  }

  private static String speak(String streamSid) {
    byte[] audio = new byte[960];
    Arrays.fill(audio, MuLaw.encode((short) 4_000));
    return new JsonObject()
        .put("event", "media")
        .put("streamSid", streamSid)
        .put("media", new JsonObject().put("payload", Base64.getEncoder().encodeToString(audio)))
        .encode();
  }
}
