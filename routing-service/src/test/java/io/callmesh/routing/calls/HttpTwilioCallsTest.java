package io.callmesh.routing.calls;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.callmesh.contracts.security.Secret;
import io.callmesh.runtime.config.Settings;
import io.callmesh.runtime.security.TwilioAccounts;
import io.callmesh.runtime.web.Problem;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SelfSignedCertificate;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Against a real HTTP server in the place of Twilio's, with pauses that do not wait. */
@Timeout(60)
class HttpTwilioCallsTest {
  private static final String CALL = "CA00000000000000000000000000000001";
  private static final String URL = "https://mesh.example/twilio/transfer?connector=c&reason=a%20b";
  private static final Patience PATIENCE =
      new Patience(Duration.ofSeconds(10), Duration.ofSeconds(10), 3);

  private final Vertx vertx = Vertx.vertx();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final FakeTime time = new FakeTime(0.5);
  private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
  private final ConcurrentLinkedQueue<Consumer<HttpServerRequest>> script =
      new ConcurrentLinkedQueue<>();

  private record Request(String line, String authorization, String body) {}

  private final Logger logger = (Logger) LoggerFactory.getLogger(HttpTwilioCalls.class);
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

  @BeforeEach
  void listenToTheLog() {
    logged.start();
    logger.setLevel(Level.DEBUG);
    logger.setAdditive(false);
    logger.addAppender(logged);
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().await(10, SECONDS);
    logger.detachAppender(logged);
    logger.setAdditive(true);
    logger.setLevel(null);
    assertThat(log()).doesNotContain("token-1").doesNotContain("secret-2").doesNotContain("a%20b");
  }

  @Test
  void redirectsACall() throws Exception {
    script.add(answer(200, "{\"sid\":\"" + CALL + "\"}"));

    succeeds(calls(PATIENCE).redirect("AC1", CALL, URL));

    Request request = requests.take();
    assertThat(request.line).isEqualTo("POST /2010-04-01/Accounts/AC1/Calls/" + CALL + ".json");
    assertThat(request.authorization).isEqualTo(basic("AC1:token-1"));
    assertThat(request.body)
        .isEqualTo(
            "Url=https%3A%2F%2Fmesh.example%2Ftwilio%2Ftransfer%3Fconnector%3Dc%26reason%3Da%2520b"
                + "&Method=POST");
    assertThat(requested("redirect", "ok")).isEqualTo(1);
  }

  @Test
  void hangsUpACallWithTheApiKeyOfItsAccount() throws Exception {
    script.add(answer(200, "{}"));

    succeeds(calls(PATIENCE).hangUp("AC2", CALL));

    Request request = requests.take();
    assertThat(request.line).startsWith("POST /2010-04-01/Accounts/AC2/Calls/");
    assertThat(request.authorization).isEqualTo(basic("SK2:secret-2"));
    assertThat(request.body).isEqualTo("Status=completed");
    assertThat(requested("hang_up", "ok")).isEqualTo(1);
  }

  @Test
  void takesACallThatIsGoneForHungUp() throws Exception {
    script.add(error(404, 20404));

    succeeds(calls(PATIENCE).hangUp("AC1", CALL));

    assertThat(requested("hang_up", "gone")).isEqualTo(1);
  }

  @Test
  void saysThatThereIsNoCallToRedirect() throws Exception {
    script.add(error(404, 20404));

    assertThat(fails(calls(PATIENCE).redirect("AC1", CALL, URL), 409)).contains("is over");
    assertThat(requests).hasSize(1);
  }

  @Test
  void saysThatACallCannotBeChanged() throws Exception {
    script.add(error(400, 21220));

    assertThat(fails(calls(PATIENCE).redirect("AC1", CALL, URL), 409))
        .contains("cannot be changed");
  }

  @ParameterizedTest
  @CsvSource({"401, 20003", "403, 20003"})
  void saysWhichCredentialsAreWrong(int status, int code) throws Exception {
    script.add(error(status, code));

    assertThat(fails(calls(PATIENCE).hangUp("AC1", CALL), 502))
        .contains("credentials of account AC1", "CALLMESH_TWILIO_ACCOUNTS")
        .doesNotContain("token-1");
    assertThat(requests).hasSize(1);
    assertThat(requested("hang_up", "refused")).isEqualTo(1);
  }

  @Test
  void pointsToTheExplanationOfAnyOtherRefusal() throws Exception {
    script.add(error(400, 21205));

    assertThat(fails(calls(PATIENCE).redirect("AC1", CALL, URL), 502))
        .contains("HTTP 400", "https://www.twilio.com/docs/errors/21205")
        .doesNotContain("sentence");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "not json", "[]", "\"x\"", "null", "{\"code\":\"x\"}", "{}"})
  void understandsARefusalWithoutTwiliosCode(String body) throws Exception {
    script.add(answer(400, body));

    assertThat(fails(calls(PATIENCE).hangUp("AC1", CALL), 502)).endsWith("HTTP 400");
  }

  @Test
  void followsNoRedirection() throws Exception {
    script.add(
        request ->
            respond(
                request.response().setStatusCode(307).putHeader("Location", "/elsewhere").end()));

    assertThat(fails(calls(PATIENCE).hangUp("AC1", CALL), 502)).contains("HTTP 307");
    assertThat(requests).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 500, 502, 503})
  void repeatsWhatMayPass(int status) throws Exception {
    script.add(error(status, 20429));
    script.add(error(status, 20429));
    script.add(answer(200, "{}"));

    succeeds(calls(PATIENCE).redirect("AC1", CALL, URL));

    assertThat(requests).hasSize(3);
    assertThat(requests.stream().distinct()).hasSize(1);
    assertThat(time.pauses).extracting(Duration::toMillis).containsExactly(100L, 200L);
    assertThat(requested("redirect", status == 429 ? "limited" : "error")).isEqualTo(2);
  }

  @Test
  void givesUpAfterSoManyRetries() throws Exception {
    for (int i = 0; i < 10; i++) {
      script.add(error(500, 20500));
    }

    assertThat(fails(calls(PATIENCE).hangUp("AC1", CALL), 503)).contains("HTTP 500", "try again");
    assertThat(requests).hasSize(4);
  }

  @Test
  void comesBackWhenTwilioSays() throws Exception {
    script.add(limited("2"));
    script.add(answer(200, "{}"));

    succeeds(calls(PATIENCE).hangUp("AC1", CALL));

    assertThat(time.pauses).containsExactly(Duration.ofMillis(2_100));
  }

  @Test
  void doesNotWaitBeyondItsDeadline() throws Exception {
    script.add(limited("6"));
    script.add(limited("6"));

    assertThat(fails(calls(PATIENCE).hangUp("AC1", CALL), 503)).contains("no more requests");
    assertThat(requests).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Wed, 21 Oct 2026 07:28:00 GMT", "-1", "99999999999999999999", ""})
  void ignoresAWishThatIsNoNumberOfSeconds(String retryAfter) throws Exception {
    script.add(limited(retryAfter));
    script.add(answer(200, "{}"));

    succeeds(calls(PATIENCE).hangUp("AC1", CALL));

    assertThat(time.pauses).containsExactly(Duration.ofMillis(100));
  }

  @Test
  void repeatsWhatIsNotAnswered() throws Exception {
    script.add(request -> {});
    script.add(request -> respond(request.connection().close()));
    Patience impatient = new Patience(Duration.ofMillis(200), Duration.ofSeconds(10), 1);

    assertThat(fails(calls(impatient).hangUp("AC1", CALL), 503)).contains("does not answer");
    assertThat(requests).hasSize(2);
    assertThat(requested("hang_up", "unreachable")).isEqualTo(2);
  }

  @Test
  void doesNotWaitForABodyThatNeverEnds() throws Exception {
    script.add(
        request -> {
          request.response().setChunked(true);
          long timer = vertx.setPeriodic(20, id -> respond(request.response().write("more")));
          request.connection().closeHandler(closed -> vertx.cancelTimer(timer));
        });
    Patience once = new Patience(Duration.ofMillis(300), Duration.ofSeconds(10), 0);

    assertThat(fails(calls(once).hangUp("AC1", CALL), 503)).contains("does not answer");
  }

  @Test
  void repeatsWhatCannotBeConnected() throws Exception {
    int nobody;
    try (ServerSocket free = new ServerSocket(0)) {
      nobody = free.getLocalPort();
    }

    assertThat(fails(calls("http://127.0.0.1:" + nobody, PATIENCE).hangUp("AC1", CALL), 503))
        .contains("does not answer");
    assertThat(requested("hang_up", "unreachable")).isEqualTo(4);
  }

  @ParameterizedTest
  @CsvSource({"200, 0", "400, 502"})
  void keepsOnlyTheBeginningOfAnAnswer(int status, int problem) throws Exception {
    script.add(answer(status, "{\"code\":21220,\"message\":\"" + "x".repeat(1_000_000) + "\"}"));

    Future<Void> done = calls(PATIENCE).hangUp("AC1", CALL);

    if (problem == 0) {
      succeeds(done);
    } else {
      assertThat(fails(done, problem)).endsWith("HTTP 400");
    }
  }

  @Test
  void doesNotGiveCredentialsToAServerThatNobodyVouchesFor() throws Exception {
    SelfSignedCertificate certificate = SelfSignedCertificate.create("localhost");
    int port =
        listen(
            new HttpServerOptions().setSsl(true).setKeyCertOptions(certificate.keyCertOptions()));
    Patience once = new Patience(Duration.ofSeconds(10), Duration.ofSeconds(10), 0);

    assertThat(fails(calls("https://localhost:" + port, once).hangUp("AC1", CALL), 503))
        .contains("does not answer");
    assertThat(log()).contains("SSLHandshakeException");
    assertThat(requests).isEmpty();
  }

  @Test
  void saysThatAnAccountIsNotOurs() throws Exception {
    assertThat(fails(calls(PATIENCE).hangUp("AC3", CALL), 502))
        .contains("AC3", "CALLMESH_TWILIO_ACCOUNTS");
    assertThat(requests).isEmpty();
  }

  @Test
  void boundsWhatIsUnderWay() throws Exception {
    HttpTwilioCalls calls = calls(PATIENCE);
    List<Future<Void>> waiting = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      waiting.add(calls.hangUp("AC1", CALL));
    }

    assertThat(fails(calls.hangUp("AC1", CALL), 503)).contains("too many");
    assertThat(waiting).noneMatch(Future::isComplete);
  }

  private HttpTwilioCalls calls(Patience patience) throws Exception {
    return calls("http://127.0.0.1:" + listen(new HttpServerOptions()), patience);
  }

  private HttpTwilioCalls calls(String apiUrl, Patience patience) {
    String accounts =
        """
        [{"accountSid": "AC1", "authTokens": ["token-1", "token-1-old"]},
         {"accountSid": "AC2", "authTokens": ["token-2"],
          "apiKey": {"sid": "SK2", "secret": "secret-2"}}]""";
    return new HttpTwilioCalls(
        vertx,
        TwilioAccounts.from(Settings.load(Map.of("CALLMESH_TWILIO_ACCOUNTS", accounts))),
        new CallsConfig(Duration.ofSeconds(1), Optional.of(apiUrl), patience),
        new CallsMetrics(meters),
        time);
  }

  private int listen(HttpServerOptions options) throws Exception {
    return vertx
        .createHttpServer(options)
        .requestHandler(request -> request.bodyHandler(body -> handle(request, body)))
        .listen(0, "127.0.0.1")
        .await(10, SECONDS)
        .actualPort();
  }

  private void handle(HttpServerRequest request, Buffer body) {
    requests.add(
        new Request(
            request.method() + " " + request.uri(),
            String.valueOf(request.getHeader("Authorization")),
            body.toString()));
    Consumer<HttpServerRequest> next = script.poll();
    if (next != null) {
      next.accept(request);
    }
  }

  private static Consumer<HttpServerRequest> answer(int status, String body) {
    return request -> respond(request.response().setStatusCode(status).end(body));
  }

  private static Consumer<HttpServerRequest> error(int status, int code) {
    JsonObject body =
        new JsonObject().put("code", code).put("message", "a sentence").put("status", status);
    return answer(status, body.encode());
  }

  private static Consumer<HttpServerRequest> limited(String retryAfter) {
    return request ->
        respond(
            request
                .response()
                .setStatusCode(429)
                .putHeader("Retry-After", retryAfter)
                .end("{\"code\":20429}"));
  }

  /** The client may be gone by then, which is what some tests are about. */
  private static void respond(Future<Void> sent) {
    sent.onFailure(gone -> {});
  }

  private static void succeeds(Future<Void> done) throws Exception {
    assertThat(done.await(20, SECONDS)).isNull();
  }

  private static String fails(Future<Void> done, int status) throws Exception {
    Problem problem =
        done.<Problem>map(unexpected -> new Problem(200, "it succeeded"))
            .otherwise(Problem.class::cast)
            .await(20, SECONDS);
    assertThat(problem.status()).isEqualTo(status);
    return String.valueOf(problem.getMessage());
  }

  private String log() {
    return logged.list.stream()
        .map(ILoggingEvent::getFormattedMessage)
        .collect(Collectors.joining("\n"));
  }

  private long requested(String operation, String result) {
    return meters
        .timer("callmesh.routing.twilio.requests", "operation", operation, "result", result)
        .count();
  }

  private static String basic(String credentials) {
    return "Basic " + Base64.getEncoder().encodeToString(new Secret(credentials).bytes());
  }
}
