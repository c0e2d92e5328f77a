package io.callmesh.handoff.access;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.github.benmanes.caffeine.cache.Ticker;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.callmesh.contracts.bus.BusCodecs;
import io.callmesh.contracts.security.ApiKey;
import io.callmesh.contracts.security.Secret;
import io.callmesh.runtime.config.ConfigException;
import io.callmesh.runtime.config.Settings;
import io.callmesh.runtime.kafka.KafkaConfig;
import io.callmesh.runtime.kafka.KafkaTables;
import io.callmesh.runtime.security.ApiKeys;
import io.callmesh.runtime.web.Problem;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real requests to a router behind the door, with Twilio's side played. */
class AccessTest {
  private static final String ADMIN = "the-first-api-key";
  private static final String ONE =
      """
      [{"accountSid":"AC1","accountId":"acme","projectId":"p1","roles":["agent","supervisor"],
        "sensitiveRoles":["supervisor"]}]""";
  private static final String TWO =
      """
      [{"accountSid":"AC1","accountId":"acme","projectId":null,"roles":["agent"]},
       {"accountSid":"AC2","accountId":null,"roles":["agent"]}]""";
  private static final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final Map<String, String> settings = new HashMap<>();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Vertx vertx = Vertx.vertx();
  private volatile long nanos;
  private FakeIam iam;
  private int port;

  @BeforeEach
  void start() throws Exception {
    BusCodecs.registerOn(vertx.eventBus());
    iam = new FakeIam(vertx);
    settings.put("CALLMESH_FLEX_IAM_URL", iam.url());
    settings.put(
        "CALLMESH_TWILIO_ACCOUNTS",
        """
        [{"accountSid":"AC1","authTokens":["of-1"]},
         {"accountSid":"AC2","authTokens":["of-2"],"apiKey":{"sid":"SK2","secret":"key-2"}}]""");
    settings.put("CALLMESH_FLEX_ACCOUNTS", ONE);
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().await(10, SECONDS);
  }

  /** Listens with the settings as they are now. */
  private void open() throws Exception {
    AccessConfig config = AccessConfig.from(Settings.load(settings, "handoff-defaults.properties"));
    KafkaTables notStarted = new KafkaTables(vertx, KafkaConfig.at("127.0.0.1:9"), meters);
    AccessMetrics metrics = new AccessMetrics(meters);
    Ticker ticker = () -> nanos;
    Access access =
        new Access(
            config,
            new ApiKeys(ApiKeys.table(notStarted), Optional.of(new Secret(ADMIN))),
            new FlexTokens(
                vertx,
                new TwilioIam(vertx, config.accounts(), config.iamUrl(), metrics),
                config.tokenCache(),
                Clock.systemUTC(),
                ticker),
            metrics,
            () -> nanos);
    Router router = Router.router(vertx);
    Problem.answerFailuresOf(router);
    access.mountCors(router, List.of("/read", "/delete"));
    router
        .get("/read")
        .handler(access.require(ApiKey.Right.HANDOFF_READ))
        .handler(context -> context.end(describe(Reader.of(context)).encode()));
    router
        .delete("/delete")
        .handler(access.require(ApiKey.Right.HANDOFF_DELETE))
        .handler(context -> context.end("{}"));
    router.get("/other").handler(context -> context.end("{}"));
    port =
        vertx
            .createHttpServer(new HttpServerOptions().setMaxHeaderSize(16 * 1024))
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .await(10, SECONDS)
            .actualPort();
  }

  private static JsonObject describe(Reader reader) {
    return new JsonObject()
        .put("name", reader.name())
        .put("sensitive", reader.may(ApiKey.Right.HANDOFF_READ_SENSITIVE))
        .put("delete", reader.may(ApiKey.Right.HANDOFF_DELETE))
        .put("its", reader.opens("AC1", "acme", "p1"))
        .put("otherTwilioAccount", reader.opens("AC2", "acme", "p1"))
        .put("otherAccount", reader.opens("AC1", "other", "p1"))
        .put("otherProject", reader.opens("AC1", "acme", "p2"));
  }

  private record Reply(int status, Map<String, List<String>> headers, String body) {
    @CanIgnoreReturnValue
    JsonObject json() {
      assertThat(status).as(body).isEqualTo(200);
      return new JsonObject(body);
    }

    String header(String name) {
      return headers.getOrDefault(name, List.of("none")).get(0);
    }
  }

  private HttpRequest request(String method, String path, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .method(method, HttpRequest.BodyPublishers.noBody());
    return headers.length == 0 ? request.build() : request.headers(headers).build();
  }

  private Reply get(String... headers) throws Exception {
    return send(request("GET", "/read", headers));
  }

  private Reply send(HttpRequest request) throws Exception {
    return reply(http.send(request, HttpResponse.BodyHandlers.ofString()));
  }

  private static Reply reply(HttpResponse<String> response) {
    return new Reply(response.statusCode(), response.headers().map(), response.body());
  }

  private Reply withToken(String token) throws Exception {
    return get("Authorization", "Bearer " + token);
  }

  @Test
  void letsAKeyPassWithoutAskingTwilio() throws Exception {
    open();

    Reply reply = get("x-api-key", ADMIN, "Authorization", "Bearer t");

    assertThat(reply.json().getString("name")).isEqualTo("admin");
    assertThat(reply.header("cache-control")).isEqualTo("no-store");
    assertThat(iam.asked).isEmpty();
  }

  @Test
  void asksTwilioWhatATokenIsWorth() throws Exception {
    open();

    withToken("a.token").json();

    String basic = "Basic " + Base64.getEncoder().encodeToString("AC1:of-1".getBytes(UTF_8));
    assertThat(iam.asked)
        .containsExactly(
            new FakeIam.Asked(
                "/v1/Accounts/AC1/Tokens/validate",
                basic,
                "no-cache",
                new JsonObject().put("token", "a.token")));
  }

  @Test
  void letsAWorkerSeeWhatItsAccountOpens() throws Exception {
    open();

    assertThat(withToken("t").json())
        .isEqualTo(
            new JsonObject()
                .put("name", "WK1")
                .put("sensitive", false)
                .put("delete", false)
                .put("its", true)
                .put("otherTwilioAccount", false)
                .put("otherAccount", false)
                .put("otherProject", false));
  }

  @Test
  void letsOnlyTrustedRolesSeeSensitiveMembers() throws Exception {
    iam.answer = FakeIam.valid("WK2", Instant.now().plusSeconds(60), "agent", "supervisor");
    open();

    assertThat(withToken("t").json().getBoolean("sensitive")).isTrue();
  }

  @Test
  void refusesATokenThatTwilioDoesNotAccept() throws Exception {
    open();
    for (FakeIam.Answer no :
        List.of(FakeIam.invalid(), FakeIam.says(400, "{\"code\":20001,\"status\":400}"))) {
      iam.answer = no;
      Reply reply = withToken("bad-" + no.hashCode());
      assertThat(reply.status).isEqualTo(401);
      assertThat(reply.body).contains("x-api-key", "Flex token");
    }
  }

  @Test
  void refusesATokenThatIsOverThoughTwilioSaysItIsGood() throws Exception {
    iam.answer = FakeIam.valid("WK1", Instant.now().minusSeconds(60), "agent");
    open();

    assertThat(withToken("t").status).isEqualTo(401);
  }

  @Test
  void forbidsWhoHasNoRoleHereOrIsNoWorker() throws Exception {
    open();
    Instant later = Instant.now().plusSeconds(60);
    iam.answer = FakeIam.valid("WK1", later, "wfo.viewer");
    assertThat(withToken("other role").status).isEqualTo(403);
    iam.answer = FakeIam.valid("US1", later, "agent");
    assertThat(withToken("no worker").status).isEqualTo(403);
  }

  @Test
  void neverLetsAWorkerDelete() throws Exception {
    iam.answer = FakeIam.valid("WK1", Instant.now().plusSeconds(60), "supervisor", "agent");
    open();

    Reply reply = send(request("DELETE", "/delete", "Authorization", "Bearer t"));

    assertThat(reply.status).isEqualTo(403);
    assertThat(reply.body).contains("handoff:delete");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bearer", "Bearer ", "Basic QUM6eA==", "t"})
  void refusesWhatIsNoBearerToken(String authorization) throws Exception {
    open();

    assertThat(get("Authorization", authorization).status).isEqualTo(401);
    assertThat(iam.asked).isEmpty();
  }

  @Test
  void refusesTokensThatAreTooLongWithoutAskingTwilio() throws Exception {
    open();

    assertThat(withToken("x".repeat(8 * 1024 + 1)).status).isEqualTo(401);
    assertThat(iam.asked).isEmpty();
  }

  @Test
  void knowsNoTokensUnlessFlexAccountsAreConfigured() throws Exception {
    settings.remove("CALLMESH_FLEX_ACCOUNTS");
    open();

    assertThat(withToken("t").status).isEqualTo(401);
    assertThat(iam.asked).isEmpty();
  }

  @Test
  void wantsATokensAccountWhenThereAreSeveral() throws Exception {
    settings.put("CALLMESH_FLEX_ACCOUNTS", TWO);
    open();
    String[] token = {"Authorization", "Bearer t"};

    Reply unnamed = get(token);
    assertThat(unnamed.status).isEqualTo(401);
    assertThat(unnamed.body).contains("x-twilio-account-sid");
    Reply unknown = get("Authorization", "Bearer t", "x-twilio-account-sid", "AC3");
    assertThat(unknown.status).isEqualTo(401);
    assertThat(unknown.body).isEqualTo(unnamed.body);
    assertThat(iam.asked).isEmpty();
    JsonObject reader = get("Authorization", "Bearer t", "x-twilio-account-sid", "AC2").json();

    assertThat(reader.getBoolean("otherTwilioAccount")).isTrue();
    assertThat(reader.getBoolean("its")).isFalse();
    assertThat(iam.asked.get(0).path()).isEqualTo("/v1/Accounts/AC2/Tokens/validate");
    assertThat(iam.asked.get(0).authorization())
        .isEqualTo("Basic " + Base64.getEncoder().encodeToString("SK2:key-2".getBytes(UTF_8)));
  }

  @Test
  void doesNotTakeATokenOfOneAccountForAnothers() throws Exception {
    settings.put("CALLMESH_FLEX_ACCOUNTS", TWO);
    open();
    get("Authorization", "Bearer t", "x-twilio-account-sid", "AC1").json();
    iam.answer = FakeIam.invalid();

    Reply other = get("Authorization", "Bearer t", "x-twilio-account-sid", "AC2");

    assertThat(other.status).isEqualTo(401);
  }

  @Test
  void remembersAGoodTokenForAsLongAsConfigured() throws Exception {
    settings.put("CALLMESH_FLEX_TOKEN_CACHE", "30s");
    open();
    withToken("t").json();
    iam.answer = FakeIam.invalid();

    nanos = SECONDS.toNanos(29);
    withToken("t").json();
    assertThat(iam.asked).hasSize(1);

    nanos = SECONDS.toNanos(31);
    assertThat(withToken("t").status).isEqualTo(401);
  }

  @Test
  void remembersAGoodTokenNoLongerThanItLasts() throws Exception {
    iam.answer = FakeIam.valid("WK1", Instant.now().plusSeconds(20), "agent");
    open();
    withToken("t").json();
    iam.answer = FakeIam.invalid();

    nanos = SECONDS.toNanos(21);

    assertThat(withToken("t").status).isEqualTo(401);
  }

  @Test
  void remembersABadTokenForFiveSeconds() throws Exception {
    iam.answer = FakeIam.invalid();
    open();

    assertThat(withToken("t").status).isEqualTo(401);
    nanos = SECONDS.toNanos(4);
    assertThat(withToken("t").status).isEqualTo(401);
    assertThat(iam.asked).hasSize(1);
    iam.answer = FakeIam.valid("WK1", Instant.now().plusSeconds(60), "agent");
    nanos = SECONDS.toNanos(6);
    withToken("t").json();
  }

  @Test
  void sharesOneQuestionAboutATokenAmongThoseWhoAskTogether() throws Exception {
    BlockingQueue<HttpServerRequest> held = new LinkedBlockingQueue<>();
    iam.answer = held::add;
    open();
    List<CompletableFuture<HttpResponse<String>>> replies = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      replies.add(
          http.sendAsync(
              request("GET", "/read", "Authorization", "Bearer t"),
              HttpResponse.BodyHandlers.ofString()));
    }
    HttpServerRequest only = held.take();
    // One that is asked about later is answered first, so all five have been taken in.
    iam.answer = FakeIam.valid("WK2", Instant.now().plusSeconds(60), "agent");
    withToken("later").json();
    FakeIam.valid("WK1", Instant.now().plusSeconds(60), "agent").to(only);

    for (CompletableFuture<HttpResponse<String>> reply : replies) {
      assertThat(reply(reply.get(10, SECONDS)).json().getString("name")).isEqualTo("WK1");
    }
    assertThat(iam.asked).hasSize(2);
  }

  @Test
  void boundsTheQuestionsUnderWay() throws Exception {
    BlockingQueue<HttpServerRequest> held = new LinkedBlockingQueue<>();
    iam.answer = held::add;
    open();
    List<CompletableFuture<HttpResponse<String>>> replies = new ArrayList<>();
    for (int i = 0; i <= FlexTokens.MAX_QUESTIONS; i++) {
      replies.add(
          http.sendAsync(
              request("GET", "/read", "Authorization", "Bearer t" + i),
              HttpResponse.BodyHandlers.ofString()));
    }

    Reply refused = first(replies);

    assertThat(refused.status).isEqualTo(503);
    assertThat(refused.header("retry-after")).isEqualTo("1");
  }

  private static Reply first(List<CompletableFuture<HttpResponse<String>>> replies)
      throws Exception {
    CompletableFuture<Reply> first = new CompletableFuture<>();
    replies.forEach(each -> pass(each, first));
    return first.get(10, SECONDS);
  }

  private static void pass(
      CompletableFuture<HttpResponse<String>> reply, CompletableFuture<Reply> first) {
    var unused = reply.thenAccept(response -> first.complete(reply(response)));
  }

  @Test
  void boundsTheRateOfUnknownTokensOfOneAddress() throws Exception {
    open();
    withToken("known").json();
    iam.answer = FakeIam.invalid();
    for (int i = 1; i < FlexTokens.BURST; i++) {
      assertThat(withToken("bad-" + i).status).isEqualTo(401);
    }

    Reply limited = withToken("one-more");
    assertThat(limited.status).isEqualTo(429);
    assertThat(limited.header("retry-after")).isEqualTo("1");
    assertThat(iam.asked).hasSize(FlexTokens.BURST);
    withToken("known").json(); // what is remembered costs nothing
    get("x-api-key", ADMIN).json();
    assertThat(
            meters
                .get("callmesh.handoff.requests.refused")
                .tag("reason", "token_rate")
                .counter()
                .count())
        .isEqualTo(1);

    nanos = SECONDS.toNanos(1);
    assertThat(withToken("one-more").status).isEqualTo(401);
  }

  @Test
  void letsNobodyInWhileTwilioIsAway() throws Exception {
    open();
    for (FakeIam.Answer none :
        List.of(
            FakeIam.says(500, "{\"valid\":true}"),
            FakeIam.says(429, ""),
            FakeIam.says(401, "{\"code\":20003}"),
            FakeIam.says(200, "[]"),
            FakeIam.says(200, "{\"valid\":true}"),
            FakeIam.says(200, "{\"valid\":\"true\"}"),
            FakeIam.says(200, " ".repeat(20_000) + "{\"valid\":true}"),
            FakeIam.says(200, "{\"valid\":true,\"roles\":[\"agent\"],\"expiration\":\"tomorrow\"}"),
            request -> request.connection().close())) {
      iam.answer = none;
      Reply reply = withToken("t"); // what nobody could say is not remembered
      assertThat(reply.status).isEqualTo(503);
      assertThat(reply.header("retry-after")).isEqualTo("1");
    }
    iam.close();
    assertThat(withToken("t").status).isEqualTo(503);
    assertThat(get("x-api-key", ADMIN).status).isEqualTo(200);
  }

  @Test
  void boundsTheRateOfAKey() throws Exception {
    settings.put("CALLMESH_HANDOFF_RATE_PER_KEY", "3");
    open();
    for (int i = 0; i < 3; i++) {
      get("x-api-key", ADMIN).json();
    }

    Reply limited = get("x-api-key", ADMIN);
    assertThat(limited.status).isEqualTo(429);
    assertThat(limited.header("retry-after")).isEqualTo("1");
    withToken("t").json(); // others are not held up

    nanos = SECONDS.toNanos(1);
    get("x-api-key", ADMIN).json();
  }

  @Test
  void boundsTheRateOfEachWorker() throws Exception {
    settings.put("CALLMESH_HANDOFF_RATE_PER_WORKER", "2");
    open();
    for (int i = 0; i < 4; i++) {
      withToken("t").json();
    }

    assertThat(withToken("t").status).isEqualTo(429);
    iam.answer = FakeIam.valid("WK1", Instant.now().plusSeconds(60), "agent");
    assertThat(withToken("another of the same").status).isEqualTo(429);
    iam.answer = FakeIam.valid("WK2", Instant.now().plusSeconds(60), "agent");
    withToken("somebody else's").json();
    assertThat(
            meters
                .get("callmesh.handoff.requests.refused")
                .tag("reason", "worker_rate")
                .counter()
                .count())
        .isEqualTo(2);
  }

  @Test
  void answersAPreflightWithoutCredentials() throws Exception {
    settings.put(
        "CALLMESH_HANDOFF_CORS_ORIGINS", "https://flex.twilio.com, https://desk.example:8443");
    open();
    for (String origin : List.of("https://flex.twilio.com", "https://desk.example:8443")) {
      Reply reply =
          send(
              request(
                  "OPTIONS",
                  "/read",
                  "Origin",
                  origin,
                  "Access-Control-Request-Method",
                  "GET",
                  "Access-Control-Request-Headers",
                  "authorization,x-twilio-account-sid"));
      assertThat(reply.status).isEqualTo(204);
      assertThat(reply.header("access-control-allow-origin")).isEqualTo(origin);
      assertThat(reply.header("access-control-allow-methods")).isEqualTo("GET");
      assertThat(reply.header("access-control-allow-headers").split(","))
          .containsExactlyInAnyOrder("authorization", "x-twilio-account-sid", "accept");
      assertThat(reply.header("access-control-max-age")).isEqualTo("600");
      assertThat(reply.headers).doesNotContainKey("access-control-allow-credentials");
    }
    assertThat(iam.asked).isEmpty();
  }

  @Test
  void letsAPageReadWhatItIsAnsweredRefusalsToo() throws Exception {
    settings.put("CALLMESH_HANDOFF_RATE_PER_WORKER", "1");
    open();
    String[] asPage = {"Authorization", "Bearer t", "Origin", "https://flex.twilio.com"};
    for (int status : new int[] {200, 200, 429}) {
      Reply reply = get(asPage);
      assertThat(reply.status).isEqualTo(status);
      assertThat(reply.header("access-control-allow-origin")).isEqualTo("https://flex.twilio.com");
      assertThat(reply.header("access-control-expose-headers")).isEqualTo("Retry-After");
    }
    assertThat(get("Origin", "https://flex.twilio.com").header("access-control-allow-origin"))
        .isEqualTo("https://flex.twilio.com");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://flex.twilio.com.evil.example",
        "https://evil.example",
        "http://flex.twilio.com",
        "https://flex.twilio.com:444",
        "null"
      })
  void tellsOtherOriginsNothing(String origin) throws Exception {
    open();
    List<Reply> replies =
        List.of(
            get("Origin", origin, "Authorization", "Bearer t"),
            send(
                request(
                    "OPTIONS", "/read", "Origin", origin, "Access-Control-Request-Method", "GET")));

    for (Reply reply : replies) {
      assertThat(reply.status).isEqualTo(403);
      assertThat(reply.headers.keySet()).noneMatch(name -> name.startsWith("access-control"));
    }
  }

  @Test
  void leavesOtherRoutesAlone() throws Exception {
    open();

    Reply reply = send(request("GET", "/other", "Origin", "https://flex.twilio.com"));

    assertThat(reply.status).isEqualTo(200);
    assertThat(reply.headers.keySet()).noneMatch(name -> name.startsWith("access-control"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "CALLMESH_HANDOFF_CORS_ORIGINS | * | any page",
        "CALLMESH_HANDOFF_CORS_ORIGINS | https://flex.twilio.com/ | must be origins",
        "CALLMESH_HANDOFF_CORS_ORIGINS | flex.twilio.com | must be origins",
        "CALLMESH_HANDOFF_CORS_ORIGINS | https://a.example,,https://b.example | one was ''",
        "CALLMESH_HANDOFF_CORS_ORIGINS | https://*.example | must be origins",
        "CALLMESH_FLEX_IAM_URL | iam.twilio.com | CALLMESH_FLEX_IAM_URL must be",
        "CALLMESH_FLEX_TOKEN_CACHE | 1h | at most 10m",
        "CALLMESH_HANDOFF_RATE_PER_KEY | 0 | 1..1000000",
        "CALLMESH_FLEX_ACCOUNTS | {} | JSON array",
        "CALLMESH_FLEX_ACCOUNTS | [1] | JSON array",
        "CALLMESH_FLEX_ACCOUNTS | [{\"accountSid\":\"AC1\",\"roles\":[\"agent\"]}] | accountId",
        "CALLMESH_FLEX_ACCOUNTS | [{\"accountSid\":\"AC1\",\"accountId\":null}] | roles",
        "CALLMESH_FLEX_ACCOUNTS | [{\"accountSid\":\"AC9\",\"accountId\":null,\"roles\":[\"a\"]}]"
            + " | AC9, which is not in CALLMESH_TWILIO_ACCOUNTS",
        "CALLMESH_FLEX_ACCOUNTS | [{\"accountSid\":\"AC1\",\"accountID\":\"acme\","
            + "\"accountId\":null,\"roles\":[\"a\"]}] | their members are",
      })
  void refusesSettingsThatAreWrong(String variable, String value, String told) {
    settings.put(variable, value);

    assertThat(catchThrowable(this::open))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(variable)
        .hasMessageContaining(told);
  }

  @Test
  void tellsWhenAWorkersTokenIsOver() {
    Instant end = Instant.now().plus(Duration.ofMinutes(5));
    FlexAccount account = FlexAccount.parse(ONE).get(0);

    assertThat(new FlexWorker(account, new FlexToken("WK1", Set.of(), end)).until()).isEqualTo(end);
  }
}
