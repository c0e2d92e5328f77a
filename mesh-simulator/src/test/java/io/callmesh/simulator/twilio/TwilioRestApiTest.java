package io.callmesh.simulator.twilio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callmesh.contracts.security.Secret;
import io.callmesh.simulator.twilio.CallerStep.StayOnLine;
import io.callmesh.simulator.twilio.TwilioRestApi.Request;
import io.callmesh.simulator.twilio.TwilioRestApi.Trouble;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TwilioRestApiTest {
  private static final TwilioAccount ACCOUNT =
      new TwilioAccount("AC" + "0".repeat(32), new Secret(FakeMesh.TOKEN));
  private static final String OWN = ACCOUNT.accountSid() + ":" + FakeMesh.TOKEN;

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient http = vertx.createHttpClient();
  private FakeMesh mesh;
  private TwilioRestApi api;

  @BeforeEach
  void start() throws Exception {
    mesh = new FakeMesh(vertx);
    mesh.answer(
            "/twilio/voice",
            "<Connect action='/after'><Stream url='%s'/></Connect>"
                .formatted(mesh.streamUrl("/streams/t")))
        .answer("/after", "<Say>never heard</Say>");
    Map<String, Secret> keys = Map.of("SK1", new Secret("s1"));
    api = TwilioRestApi.start(vertx, ACCOUNT, keys).await(10, TimeUnit.SECONDS);
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().await(10, TimeUnit.SECONDS);
  }

  private record Answer(int status, String retryAfter, JsonObject body) {}

  private record Live(String callSid, Future<CallReport> report) {}

  @Test
  void hangsUpALiveCall() throws Exception {
    Live call = live();

    Answer answer = post(OWN, call.callSid(), Map.of("Status", "completed"));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body().getString("sid")).isEqualTo(call.callSid());
    assertThat(answer.body().getString("status")).isEqualTo("completed");
    assertThat(answer.body().getString("uri"))
        .isEqualTo(
            "/2010-04-01/Accounts/%s/Calls/%s.json"
                .formatted(ACCOUNT.accountSid(), call.callSid()));
    assertThat(report(call).end()).isEqualTo(CallEnd.HUNG_UP_BY_API);
    assertThat(mesh.stop().await(10, TimeUnit.SECONDS)).isNotNull();
    assertThat(api.requests())
        .containsExactly(
            new Request(
                "POST",
                answer.body().getString("uri"),
                ACCOUNT.accountSid(),
                Map.of("Status", "completed"),
                200));
  }

  @Test
  void runsTheTwimlThatItIsGivenInPlaceOfTheStream() throws Exception {
    Live call = live();

    Answer answer =
        post("SK1:s1", call.callSid(), Map.of("Twiml", "<Response><Say>Hi</Say></Response>"));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body().getString("status")).isEqualTo("in-progress");
    CallReport report = report(call);
    assertThat(report.end()).isEqualTo(CallEnd.OUT_OF_VERBS);
    assertThat(report.said()).containsExactly("Hi");
    assertThat(report.verbs()).containsExactly("Connect/Stream", "Say");
    assertThat(mesh.stop().await(10, TimeUnit.SECONDS)).isNotNull();
    assertThat(mesh.targets()).containsExactly("/twilio/voice");
  }

  @Test
  void takesTheLongestTwimlThereMayBe() throws Exception {
    String twiml = "<Response><Hangup/><!--%s--></Response>";
    String longest = twiml.formatted("é".repeat(4_002 - twiml.length()));
    Live call = live();

    assertThat(longest).hasSize(4_000);
    assertThat(post(OWN, call.callSid(), Map.of("Twiml", longest)).status()).isEqualTo(200);

    assertThat(report(call).end()).isEqualTo(CallEnd.HANGUP);
    assertThat(api.requests().get(0).form()).containsEntry("Twiml", longest);
  }

  @Test
  void fetchesTheDocumentThatTheCallIsSentTo() throws Exception {
    mesh.answer("/moved", "<Redirect>further</Redirect>").answer("/further", "<Hangup/>");
    Live call = live();

    Answer answer =
        post(OWN, call.callSid(), Map.of("Url", mesh.url() + "/moved", "Method", "GET"));

    assertThat(answer.status()).isEqualTo(200);
    CallReport report = report(call);
    assertThat(report.end()).isEqualTo(CallEnd.HANGUP);
    assertThat(report.webhooks())
        .extracting(WebhookReport::kind)
        .containsExactly("voice", "update", "redirect");
    assertThat(mesh.only("/moved").method()).isEqualTo("GET");
    assertThat(mesh.requests).allMatch(FakeMesh.Request::signed);
  }

  @Test
  void sendsALiveCallBackToStudio() throws Exception {
    Live call = live();
    String back =
        "https://webhooks.twilio.com/v1/Accounts/%s/Flows/FW1?FlowEvent=return&a=b"
            .formatted(ACCOUNT.accountSid());

    assertThat(post(OWN, call.callSid(), Map.of("Url", back)).status()).isEqualTo(200);

    CallReport report = report(call);
    assertThat(report.end()).isEqualTo(CallEnd.RETURNED_TO_STUDIO);
    assertThat(report.studio()).isEqualTo(new StudioReturn("FW1", Map.of("a", "b")));
  }

  @Test
  void breaksOffACallWhoseNewDocumentIsNone() throws Exception {
    Live call = live();

    assertThat(post(OWN, call.callSid(), Map.of("Twiml", "<Twiml/>")).status()).isEqualTo(200);

    assertThatThrownBy(() -> report(call)).isInstanceOf(CallException.class);
  }

  @Test
  void aRedirectedCallMayOpenAnotherStream() throws Exception {
    Live call = live();
    String again =
        "<Response><Connect><Stream url='%s'/></Connect><Hangup/></Response>"
            .formatted(mesh.streamUrl("/streams/u"));
    mesh.onStream(
        (socket, message) -> {
          if ("start".equals(message.getString("event"))) {
            socket.close();
          }
        });

    assertThat(post(OWN, call.callSid(), Map.of("Twiml", again)).status()).isEqualTo(200);

    assertThat(report(call).end()).isEqualTo(CallEnd.HANGUP);
    assertThat(mesh.handshakes).containsExactly("/streams/t signed", "/streams/u signed");
  }

  @Test
  void knowsNoCallThatIsNotThere() throws Exception {
    Answer unknown = post(OWN, "CA9", Map.of("Status", "completed"));

    assertThat(unknown.status()).isEqualTo(404);
    assertThat(unknown.body().getInteger("code")).isEqualTo(20404);
    assertThat(unknown.body().getString("more_info"))
        .isEqualTo("https://www.twilio.com/docs/errors/20404");
    assertThat(unknown.body().getInteger("status")).isEqualTo(404);
  }

  @Test
  void changesNoCallThatHasEnded() throws Exception {
    Live call = live();
    assertThat(post(OWN, call.callSid(), Map.of("Status", "completed")).status()).isEqualTo(200);
    assertThat(report(call).end()).isEqualTo(CallEnd.HUNG_UP_BY_API);

    Answer hangUp = post(OWN, call.callSid(), Map.of("Status", "completed"));
    Answer update = post(OWN, call.callSid(), Map.of("Twiml", "<Response/>"));

    assertThat(hangUp.status()).isEqualTo(404);
    assertThat(hangUp.body().getInteger("code")).isEqualTo(20404);
    assertThat(update.status()).isEqualTo(400);
    assertThat(update.body().getInteger("code")).isEqualTo(21220);
  }

  @Test
  void refusesWrongCredentials() throws Exception {
    for (String wrong : List.of(ACCOUNT.accountSid() + ":x", "SK1:x", "SK2:s1", "", "SK1")) {
      Answer answer = post(wrong, "CA9", Map.of("Status", "completed"));
      assertThat(answer.status()).isEqualTo(401);
      assertThat(answer.body().getInteger("code")).isEqualTo(20003);
    }
  }

  @Test
  void refusesWhatTwilioWouldNotUnderstand() throws Exception {
    Live call = live();

    for (Map<String, String> form :
        List.of(
            Map.<String, String>of(),
            Map.of("Status", "busy"),
            Map.of("Url", "http://a/b", "Twiml", "<Response/>"),
            Map.of("Twiml", "x".repeat(4_001)))) {
      assertThat(post(OWN, call.callSid(), form).status()).isEqualTo(400);
    }
    assertThat(post(OWN, call.callSid(), Map.of("Status", "completed")).status()).isEqualTo(200);
  }

  @Test
  void goesWrongAsTold() throws Exception {
    Live call = live();
    Map<String, String> hangUp = Map.of("Status", "completed");
    api.failNext(Trouble.tooManyRequests(3), Trouble.serverError(), Trouble.hang());

    Answer tooMany = post(OWN, call.callSid(), hangUp);
    assertThat(tooMany.status()).isEqualTo(429);
    assertThat(tooMany.retryAfter()).isEqualTo("3");
    assertThat(tooMany.body().getInteger("code")).isEqualTo(20429);
    assertThat(post(OWN, call.callSid(), hangUp).status()).isEqualTo(500);
    assertThatThrownBy(
            () -> exchange(OWN, call.callSid(), hangUp).await(200, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    assertThat(post(OWN, call.callSid(), hangUp).status()).isEqualTo(200);
    assertThat(api.requests()).extracting(Request::status).containsExactly(429, 500, 0, 200);
  }

  /** A call whose stream is open and has started. */
  private Live live() throws Exception {
    Promise<Void> opened = Promise.promise();
    mesh.onStream(
        (socket, message) -> {
          if ("start".equals(message.getString("event"))) {
            opened.tryComplete();
          }
        });
    List<CallerStep> caller = List.of(new StayOnLine());
    CallPlan plan = CallPlan.of("+15550100001", "+15550100000", caller, Duration.ofSeconds(8));
    Future<CallReport> report =
        new TwilioSimulator(vertx, mesh.url(), ACCOUNT).controlledBy(api).call(plan).start();
    opened.future().await(10, TimeUnit.SECONDS);
    return new Live(plan.callSid(), report);
  }

  private static CallReport report(Live call) throws Exception {
    return call.report().await(10, TimeUnit.SECONDS);
  }

  private Answer post(String user, String callSid, Map<String, String> form) throws Exception {
    return exchange(user, callSid, form).await(10, TimeUnit.SECONDS);
  }

  private Future<Answer> exchange(String user, String callSid, Map<String, String> form) {
    String body =
        form.entrySet().stream()
            .map(
                field ->
                    field.getKey()
                        + "="
                        + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    String basic = Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8));
    RequestOptions options =
        new RequestOptions()
            .setMethod(HttpMethod.POST)
            .setAbsoluteURI(
                "%s/2010-04-01/Accounts/%s/Calls/%s.json"
                    .formatted(api.baseUrl(), ACCOUNT.accountSid(), callSid))
            .putHeader("Authorization", "Basic " + basic)
            .putHeader("Content-Type", "application/x-www-form-urlencoded");
    Promise<Answer> answer = Promise.promise();
    // On a loop: asked for on another thread, a body that has come already never comes.
    vertx.runOnContext(now -> send(options, body).onComplete(answer));
    return answer.future();
  }

  private Future<Answer> send(RequestOptions options, String body) {
    return http.request(options)
        .compose(request -> request.send(body))
        .compose(
            response ->
                response
                    .body()
                    .map(
                        read ->
                            new Answer(
                                response.statusCode(),
                                String.valueOf(response.getHeader("Retry-After")),
                                read.toJsonObject())));
  }
}
