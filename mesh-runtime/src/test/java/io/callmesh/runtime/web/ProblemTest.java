package io.callmesh.runtime.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.callmesh.contracts.bus.BusFailure;
import io.callmesh.contracts.bus.FailureCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** {@link Problem} and {@link Json} behind a router and a socket. */
class ProblemTest {
  private static final int BODY_LIMIT = 1_000;
  private static final JsonObject TAGGED = new JsonObject().put("a", 1);
  private static final Vertx vertx = Vertx.vertx();

  private static final HttpClient client =
      vertx.createHttpClient(new HttpClientOptions().setKeepAlive(false));
  private static int port;

  private final Logger logger = (Logger) LoggerFactory.getLogger(Problem.class);
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

  private record Answer(int status, String contentType, @Nullable String retryAfter, Buffer body) {
    JsonObject problem() {
      assertThat(contentType).isEqualTo("application/problem+json");
      JsonObject problem = body.toJsonObject();
      assertThat(problem.getInteger("status")).isEqualTo(status);
      assertThat(problem.getString("type")).isEqualTo("about:blank");
      assertThat(problem.getString("title")).isNotBlank();
      return problem;
    }

    String detail() {
      return problem().getString("detail");
    }
  }

  @BeforeAll
  static void listen() throws Exception {
    Router router = Router.router(vertx);
    Problem.answerFailuresOf(router);
    router
        .get("/problem")
        .handler(
            context -> {
              throw Problem.forbidden("not with this key");
            });
    router
        .get("/gone")
        .handler(
            context -> {
              throw Problem.gone("it was deleted", new JsonObject().put("reason", "deleted"));
            });
    router
        .get("/early")
        .handler(
            context -> {
              throw Problem.tooEarly("ask again");
            });
    router
        .get("/bug")
        .handler(
            context -> {
              throw new IllegalStateException("the password is swordfish");
            });
    router
        .get("/invalid")
        .handler(
            context -> {
              throw Problem.invalid(
                  IntStream.range(0, 30)
                      .mapToObj(i -> new Fault("#/a/" + i, "must be b", i, i))
                      .toList());
            });
    router
        .get("/tagged")
        .handler(
            context -> {
              EntityTag tag = EntityTag.of(TAGGED);
              tag.mustMatch(context);
              tag.answer(context, TAGGED);
            });
    router
        .get("/later")
        .handler(context -> vertx.runOnContext(now -> context.fail(new Exception("swordfish"))));
    router
        .get("/bus/:code")
        .handler(
            context ->
                context.fail(
                    new BusFailure(
                        FailureCode.valueOf(context.pathParam("code")), "at 10.0.0.1:9092")));
    router
        .post("/json")
        .handler(BodyHandler.create(false).setBodyLimit(BODY_LIMIT))
        .handler(ProblemTest::echo);
    port =
        vertx
            .createHttpServer()
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .await(10, SECONDS)
            .actualPort();
  }

  private static void echo(RoutingContext context) {
    Json.answer(context, 201, new JsonObject().put("had", Json.body(context)));
  }

  @AfterAll
  static void close() throws Exception {
    vertx.close().await(10, SECONDS);
  }

  @BeforeEach
  void listenToTheLog() {
    logged.start();
    logger.setLevel(Level.INFO);
    logger.setAdditive(false);
    logger.addAppender(logged);
  }

  @AfterEach
  void leaveTheLog() {
    logger.detachAppender(logged);
    logger.setAdditive(true);
    logger.setLevel(null);
  }

  @Test
  void answersARefusalWithItsSentence() throws Exception {
    Answer answer = get("/problem");

    assertThat(answer.status).isEqualTo(403);
    assertThat(answer.problem().getString("title")).isEqualTo("Forbidden");
    assertThat(answer.detail()).isEqualTo("not with this key");
    assertThat(logged.list).isEmpty();
  }

  @Test
  void tellsMachinesWhyItIsGone() throws Exception {
    Answer answer = get("/gone");

    assertThat(answer.status).isEqualTo(410);
    assertThat(answer.detail()).isEqualTo("it was deleted");
    assertThat(answer.problem().getString("reason")).isEqualTo("deleted");
    assertThat(answer.retryAfter).isNull();
  }

  @Test
  void saysWhenToAskAgain() throws Exception {
    Answer early = get("/early");

    assertThat(early.status).isEqualTo(425);
    assertThat(early.problem().getString("title")).isEqualTo("Too Early");
    assertThat(early.retryAfter).isEqualTo("1");
    assertThat(get("/bus/UNAVAILABLE").retryAfter).isEqualTo("1");
    assertThat(get("/problem").retryAfter).isNull();
  }

  @Test
  void tellsFaultsWithTheirPlacesUpToABound() throws Exception {
    Answer answer = get("/invalid");

    assertThat(answer.status).isEqualTo(422);
    assertThat(answer.detail()).isEqualTo("a[0] must be b");
    JsonArray errors = answer.problem().getJsonArray("errors");
    assertThat(errors).hasSize(20);
    assertThat(errors.getJsonObject(0))
        .isEqualTo(new JsonObject().put("pointer", "#/a/0").put("detail", "must be b"));
    assertThat(errors.getJsonObject(1).getInteger("line")).isEqualTo(1);
    assertThat(errors.getJsonObject(1).getInteger("column")).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "#|the body must be b",
        "#/a|a must be b",
        "#/a/0/b|a[0].b must be b",
        "#/a~1b/%C3%BC~0+|a/b.ü~+ must be b",
        "#/7|[7] must be b",
        "#/a%A/%|a%A.% must be b",
      })
  void namesThePlaceOfAFault(String pointer, String sentence) {
    assertThat(Problem.invalid(List.of(Fault.at(pointer, "must be b")))).hasMessage(sentence);
    assertThat(Fault.at("#/c", "d").below("#/" + Fault.escaped("a/b ~%ü")).pointer())
        .isEqualTo("#/a~1b%20~0%25%C3%BC/c");
    assertThat(Fault.unescaped(Fault.escaped("a/b ~%ü+"))).isEqualTo("a/b ~%ü+");
  }

  @Test
  void answersByEntityTag() throws Exception {
    String tag = EntityTag.of(TAGGED).text();

    assertThat(tag).matches("\"[0-9a-f]{32}\"").isEqualTo(EntityTag.of(TAGGED.copy()).text());
    assertThat(EntityTag.of(new JsonObject().put("a", 2)).text()).isNotEqualTo(tag);
    assertThat(tagged("if-none-match", tag).status).isEqualTo(304);
    assertThat(tagged("if-none-match", "W/" + tag).status).isEqualTo(304);
    assertThat(tagged("if-none-match", "\"other\"").status).isEqualTo(200);
    assertThat(tagged("if-match", "\"other\", " + tag).status).isEqualTo(200);
    assertThat(tagged("if-match", "*").status).isEqualTo(200);
    assertThat(tagged("if-match", "\"other\"").status).isEqualTo(412);
    assertThat(tagged("if-match", "W/" + tag).detail()).contains("fetch it again");
  }

  private static Answer tagged(String header, String value) throws Exception {
    return client
        .request(HttpMethod.GET, port, "127.0.0.1", "/tagged")
        .compose(request -> request.putHeader(header, value).send().compose(ProblemTest::read))
        .await(10, SECONDS);
  }

  @Test
  void answersForTheRouterItself() throws Exception {
    assertThat(get("/nowhere").problem().getInteger("status")).isEqualTo(404);
    assertThat(send(HttpMethod.DELETE, "/problem", "").problem().getInteger("status"))
        .isEqualTo(405);
    assertThat(get("/%zz").problem().getInteger("status")).isEqualTo(400);
    assertThat(logged.list).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/bug", "/later"})
  void logsWhatFailedInAHandlerAndDoesNotTellTheClient(String path) throws Exception {
    Answer answer = get(path + "?secret=1");

    assertThat(answer.status).isEqualTo(500);
    assertThat(answer.detail()).isEqualTo("something failed here; the server's log says what");
    assertThat(answer.body.toString()).doesNotContain("swordfish");
    assertThat(logged.list)
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.getLevel()).isEqualTo(Level.ERROR);
              assertThat(event.getFormattedMessage()).doesNotContain("secret");
              assertThat(event.getThrowableProxy().getMessage()).contains("swordfish");
            });
  }

  @ParameterizedTest
  @CsvSource({"UNAVAILABLE,503", "BUSY,503", "DRAINING,503", "INTERNAL,500", "BAD_REQUEST,500"})
  void tellsWhatMayBeTriedAgain(String code, int status) throws Exception {
    Answer answer = get("/bus/" + code);

    assertThat(answer.problem().getInteger("status")).isEqualTo(status);
    assertThat(answer.body.toString()).doesNotContain("10.0.0.1");
    assertThat(logged.list).hasSize(1);
  }

  @Test
  void refusesABodyOverTheLimit() throws Exception {
    assertThat(post("x".repeat(BODY_LIMIT + 1)).problem().getInteger("status")).isEqualTo(413);
  }

  @ParameterizedTest
  @CsvSource({"/json,HTTP/1.1 413", "/nowhere,HTTP/1.1 404", "/problem,HTTP/1.1 405"})
  void answersTheNextRequestOfAConnectionWhoseBodyItDidNotRead(String path, String status)
      throws Exception {
    int length = 200 * BODY_LIMIT;
    String head = "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n";
    String next = "GET /problem HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(10_000);
      socket
          .getOutputStream()
          .write((head.formatted(path, length) + "x".repeat(length) + next).getBytes(UTF_8));
      String answers = new String(socket.getInputStream().readAllBytes(), UTF_8);
      assertThat(answers).startsWith(status).contains("HTTP/1.1 403");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "null", "7", "\"text\"", "{} {}", "{'a':1}"})
  void refusesABodyThatIsNoObject(String body) throws Exception {
    Answer answer = post(body);

    assertThat(answer.status).isEqualTo(400);
    assertThat(answer.detail()).isEqualTo("the body must be a JSON object");
  }

  @Test
  void refusesABodyNestedWithoutEnd() throws Exception {
    assertThat(post("[".repeat(BODY_LIMIT)).status).isEqualTo(400);
    assertThat(post("{\"required\":" + "[".repeat(BODY_LIMIT / 2)).status).isEqualTo(400);
  }

  @Test
  void readsABodyAndAnswersWithJson() throws Exception {
    Answer answer = post("{\"a\": [1, null]}");

    assertThat(answer.status).isEqualTo(201);
    assertThat(answer.contentType).isEqualTo("application/json");
    assertThat(answer.body.toJsonObject()).isEqualTo(new JsonObject("{\"had\":{\"a\":[1,null]}}"));
  }

  private static Answer get(String uri) throws Exception {
    return send(HttpMethod.GET, uri, "");
  }

  private static Answer post(String body) throws Exception {
    return send(HttpMethod.POST, "/json", body);
  }

  private static Answer send(HttpMethod method, String uri, String body) throws Exception {
    // All on the connection's loop: a body asked for later than it came would never come.
    return client
        .request(method, port, "127.0.0.1", uri)
        .compose(request -> request.send(body).compose(ProblemTest::read))
        .await(10, SECONDS);
  }

  private static Future<Answer> read(HttpClientResponse response) {
    String contentType = String.valueOf(response.getHeader("content-type"));
    return response
        .body()
        .map(
            body ->
                new Answer(
                    response.statusCode(), contentType, response.getHeader("retry-after"), body));
  }
}
