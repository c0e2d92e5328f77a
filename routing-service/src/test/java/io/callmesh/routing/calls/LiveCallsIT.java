package io.callmesh.routing.calls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.broker.EmbeddedBroker;
import io.callmesh.contracts.Ids;
import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.bus.FailureCode;
import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.handoff.FindOutcome;
import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.Transcript;
import io.callmesh.contracts.security.ApiKey;
import io.callmesh.contracts.security.IssuedSecret;
import io.callmesh.contracts.session.FindSession;
import io.callmesh.contracts.session.SessionFound;
import io.callmesh.routing.RoutingService;
import io.callmesh.routing.connector.Connectors;
import io.callmesh.runtime.config.Settings;
import io.callmesh.runtime.kafka.KafkaTable;
import io.callmesh.runtime.security.ApiKeys;
import io.callmesh.runtime.service.MeshProcess;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Live calls over HTTP, with a worker, a handoff-service and a Twilio of the test's own. */
class LiveCallsIT {
  private static final String ADMIN = "the-first-api-key";

  private static final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final Map<String, SessionFound> sessions = new ConcurrentHashMap<>();
  private static final Map<String, Outcome> outcomes = new ConcurrentHashMap<>();
  private static final Set<String> unreadable = ConcurrentHashMap.newKeySet();
  private static final Set<String> unstorable = ConcurrentHashMap.newKeySet();

  /** What was stored and what Twilio was told, in order. */
  private static final List<String> told = new CopyOnWriteArrayList<>();

  @TempDir private static Path data;
  private static Vertx twilioVertx;
  private static EmbeddedBroker broker;
  private static MeshProcess process;
  private static Connectors connectors;
  private static KafkaTable<ApiKey> keys;
  private static volatile int twilioAnswers = 200;

  private final String callSid = "CA" + Ids.hex(16);
  private final String connectorId = Ids.connector();

  @BeforeAll
  static void start() throws Exception {
    twilioVertx = Vertx.vertx();
    int port =
        twilioVertx
            .createHttpServer()
            .requestHandler(
                request -> request.bodyHandler(body -> twilio(request, body.toString())))
            .listen(0, "127.0.0.1")
            .await(10, SECONDS)
            .actualPort();
    broker = EmbeddedBroker.start(data);
    Promise<Connectors> connectorTable = Promise.promise();
    Promise<KafkaTable<ApiKey>> keyTable = Promise.promise();
    process =
        MeshProcess.start(
                settings(port),
                List.of(
                    context -> {
                      connectorTable.complete(new Connectors(context.tables()));
                      keyTable.complete(ApiKeys.table(context.tables()));
                      takePart(context.vertx().eventBus());
                      return new RoutingService(context);
                    }))
            .await(60, SECONDS);
    connectors = connectorTable.future().await(1, SECONDS);
    keys = keyTable.future().await(1, SECONDS);
  }

  private static Settings settings(int twilioPort) {
    Map<String, String> environment = new HashMap<>();
    environment.put("CALLMESH_LISTEN_ADDRESS", "127.0.0.1");
    environment.put("CALLMESH_PORT", "0");
    environment.put("CALLMESH_MANAGEMENT_PORT", "0");
    environment.put("CALLMESH_EVENT_LOOPS", "1");
    environment.put("CALLMESH_KAFKA_BOOTSTRAP_SERVERS", broker.bootstrapServers());
    environment.put("CALLMESH_PUBLIC_URL", "https://mesh.example");
    environment.put(
        "CALLMESH_TWILIO_ACCOUNTS", "[{\"accountSid\":\"AC1\",\"authTokens\":[\"token\"]}]");
    environment.put("CALLMESH_TWILIO_API_URL", "http://127.0.0.1:" + twilioPort);
    environment.put("CALLMESH_TWILIO_API_RETRIES", "0");
    environment.put("CALLMESH_TICKET_SECRET", "a-secret-for-tickets");
    environment.put("CALLMESH_ADMIN_API_KEY", ADMIN);
    return Settings.load(environment, "routing-defaults.properties");
  }

  private static void takePart(EventBus bus) {
    bus.<FindSession>consumer(Addresses.WORKER_FIND, question -> worker(bus, question.body()));
    bus.consumer(Addresses.HANDOFF_FIND, LiveCallsIT::findOutcome);
    bus.consumer(Addresses.HANDOFF_STORE, LiveCallsIT::storeOutcome);
  }

  private static void worker(EventBus bus, FindSession question) {
    SessionFound found = sessions.get(question.callSid());
    if (found != null) {
      bus.send(question.replyTo(), found);
    }
  }

  private static void findOutcome(Message<FindOutcome> request) {
    Outcome outcome = outcomes.get(request.body().callSid());
    if (unreadable.contains(request.body().callSid())) {
      request.fail(FailureCode.UNAVAILABLE.code(), "Kafka is away");
    } else if (outcome == null) {
      request.fail(FailureCode.NOT_FOUND.code(), "the call has no outcome");
    } else {
      request.reply(outcome);
    }
  }

  private static void storeOutcome(Message<Outcome> request) {
    Outcome outcome = request.body();
    if (unstorable.contains(outcome.callSid())) {
      request.fail(FailureCode.UNAVAILABLE.code(), "Kafka is away");
      return;
    }
    outcomes.put(outcome.callSid(), outcome);
    told.add("stored " + outcome.kind());
    request.reply(new JsonObject());
  }

  private static void twilio(HttpServerRequest request, String form) {
    told.add(request.path() + " " + URLDecoder.decode(form, UTF_8));
    request
        .response()
        .setStatusCode(twilioAnswers)
        .end("{\"code\":" + (twilioAnswers == 404 ? 20404 : 20003) + "}");
  }

  @AfterAll
  static void stop() throws Exception {
    process.stop().await(30, SECONDS);
    twilioVertx.close().await(10, SECONDS);
    broker.close();
  }

  @BeforeEach
  void begin() throws Exception {
    told.clear();
    twilioAnswers = 200;
    connector(
        connectorId, new JsonArray().add(destination("front desk")).add(destination("sales")));
  }

  // Transfer.

  @Test
  void transfersACallThatAnAgentHas() {
    withAgent(connectorId);

    Reply reply =
        transfer(
            ADMIN,
            new JsonObject()
                .put("destination", "sales")
                .put("reason", "angry & loud")
                .put("utterance", "One moment"));

    assertThat(reply.status).as(reply.body).isEqualTo(202);
    assertThat(reply.json())
        .isEqualTo(
            new JsonObject()
                .put("callSid", callSid)
                .put("conversationId", "conv-1")
                .put("destination", "sales")
                .put("contextStored", true));
    assertThat(told)
        .containsExactly(
            "stored HANDOFF",
            "/2010-04-01/Accounts/AC1/Calls/"
                + callSid
                + ".json Url=https://mesh.example/twilio/transfer?connector="
                + connectorId
                + "&conversation=conv-1&shared=s%201&destination=sales&reason=angry%20%26%20loud&Method=POST");
    assertThat(stored())
        .usingRecursiveComparison()
        .ignoringFields("decidedAt")
        .isEqualTo(
            new Outcome(
                callSid,
                "AC1",
                "conv-1",
                connectorId,
                "acme",
                "support",
                Outcome.Kind.HANDOFF,
                "sales",
                "angry & loud",
                "One moment",
                false,
                "s 1",
                HandoffData.EMPTY,
                Transcript.EMPTY,
                Instant.EPOCH,
                null));
    assertThat(stored().decidedAt()).isAfter(Instant.EPOCH);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "{\"destination\":null,\"reason\":\" \"}"})
  void transfersToTheFirstDestinationUnlessItIsTold(String body) {
    withAgent(connectorId);

    Reply reply = post("transfer", ADMIN, body);

    assertThat(reply.status).as(reply.body).isEqualTo(202);
    assertThat(reply.json().getString("destination")).isEqualTo("front desk");
    assertThat(stored().destination()).isEqualTo("front desk");
    assertThat(stored().reason()).isEqualTo("supervisor_transfer");
    assertThat(stored().utterance()).isNull();
  }

  @Test
  void transfersACallThatWasHandedOffAndKeepsWhatTheAgentKnew() {
    handedOff("conv-1");

    Reply reply = transfer(ADMIN, new JsonObject().put("destination", "sales"));

    assertThat(reply.status).as(reply.body).isEqualTo(202);
    assertThat(stored())
        .usingRecursiveComparison()
        .ignoringFields("decidedAt")
        .isEqualTo(
            new Outcome(
                callSid,
                "AC1",
                "conv-1",
                connectorId,
                "acme",
                "support",
                Outcome.Kind.HANDOFF,
                "sales",
                "supervisor_transfer",
                null,
                false,
                "shared-1",
                HandoffData.of(new JsonObject().put("order", 7)),
                Transcript.EMPTY,
                Instant.EPOCH,
                null));
  }

  @Test
  void doesNotTakeWhatWasSaidInAnotherConversation() {
    handedOff("conv-before");
    withAgent(connectorId);

    assertThat(transfer(ADMIN, new JsonObject()).status).isEqualTo(202);

    assertThat(stored().conversationId()).isEqualTo("conv-1");
    assertThat(stored().state()).isEqualTo(HandoffData.EMPTY);
    assertThat(stored().sharedId()).isEqualTo("s 1");
  }

  @Test
  void mayBeRepeated() {
    withAgent(connectorId);

    Reply first = transfer(ADMIN, new JsonObject());
    Reply second = transfer(ADMIN, new JsonObject());

    assertThat(first.status).isEqualTo(202);
    assertThat(second).isEqualTo(first);
  }

  @Test
  void transfersWithoutContextWhenItCannotBeStored() {
    withAgent(connectorId);
    unstorable.add(callSid);

    Reply reply = transfer(ADMIN, new JsonObject());

    assertThat(reply.status).as(reply.body).isEqualTo(202);
    assertThat(reply.json().getBoolean("contextStored")).isFalse();
    assertThat(told).singleElement().asString().contains("destination=front%20desk");
  }

  @Test
  void overwritesNoOutcomeThatItCannotRead() {
    withAgent(connectorId);
    unreadable.add(callSid);

    Reply reply = transfer(ADMIN, new JsonObject());

    assertThat(reply.status).as(reply.body).isEqualTo(202);
    assertThat(reply.json().getBoolean("contextStored")).isFalse();
    assertThat(outcomes).doesNotContainKey(callSid);
  }

  @ParameterizedTest
  @CsvSource({"404, 409", "401, 502", "500, 503"})
  void saysWhyTwilioDidNotTransfer(int answer, int status) {
    withAgent(connectorId);
    twilioAnswers = answer;

    Reply reply = transfer(ADMIN, new JsonObject());

    assertThat(reply.status).isEqualTo(status);
    assertThat(reply.contentType).isEqualTo("application/problem+json");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"destination\":\"nowhere\"} | destination is none of connector",
        "{\"destination\":\"agent\"} | destination is none of connector",
        "{\"destinations\":\"sales\"} | destinations is unknown here",
        "{\"reason\":7} | reason must be a string or null, was 7",
        "{\"reason\":\"$257\"} | reason must have at most 256 characters",
        "{\"utterance\":\"$4097\"} | utterance must have at most 4096 characters",
      })
  void refusesWhatItDoesNotUnderstandAndDoesNothing(String body, String sentence) {
    withAgent(connectorId);

    Reply reply =
        post(
            "transfer",
            ADMIN,
            body.replace("$257", "x".repeat(257)).replace("$4097", "x".repeat(4_097)));

    assertThat(reply.status).isEqualTo(422);
    assertThat(reply.json().getString("detail")).startsWith(sentence);
    assertThat(told).isEmpty();
  }

  @Test
  void takesTheLongestTextsThatAreAllowed() {
    withAgent(connectorId);

    String body =
        "{\"reason\":\"%s\",\"utterance\":\"%s\"}"
            .formatted("\\u00e9".repeat(256), "\\u00e9".repeat(4_096));

    assertThat(post("transfer", ADMIN, body).status).isEqualTo(202);
    assertThat(stored().utterance()).isEqualTo("é".repeat(4_096));
  }

  @Test
  void saysThatThereIsNowhereToGo() throws Exception {
    connector(connectorId, new JsonArray());
    withAgent(connectorId);

    Reply reply = transfer(ADMIN, new JsonObject());

    assertThat(reply.status).isEqualTo(422);
    assertThat(reply.json().getString("detail")).contains("has no destinations");
  }

  @Test
  void saysThatTheConnectorOfACallIsGone() {
    outcomes.put(callSid, outcome("conv-1", "conn-gone"));

    assertThat(transfer(ADMIN, new JsonObject()).status).isEqualTo(409);
    assertThat(post("hangup", ADMIN, "").status).isEqualTo(202);
  }

  // Hanging up.

  @Test
  void hangsUp() {
    withAgent(connectorId);

    Reply reply = post("hangup", ADMIN, "{\"reason\":\"abuse\"}");

    assertThat(reply.status).as(reply.body).isEqualTo(202);
    assertThat(reply.json()).isEqualTo(new JsonObject().put("callSid", callSid));
    assertThat(told)
        .containsExactly(
            "stored HANGUP",
            "/2010-04-01/Accounts/AC1/Calls/" + callSid + ".json Status=completed");
    assertThat(stored().reason()).isEqualTo("abuse");
  }

  @Test
  void hangsUpACallThatIsOverAlready() {
    withAgent(connectorId);
    assertThat(post("hangup", ADMIN, "").status).isEqualTo(202);
    sessions.remove(callSid);
    twilioAnswers = 404;

    assertThat(post("hangup", ADMIN, "").status).isEqualTo(202);
    assertThat(stored().reason()).isEqualTo("supervisor_hangup");
  }

  @Test
  void leavesThePersonWhoHasTheCallItsContext() {
    handedOff("conv-1");

    assertThat(post("hangup", ADMIN, "").status).isEqualTo(202);

    assertThat(stored().kind()).isEqualTo(Outcome.Kind.HANDOFF);
    assertThat(told).hasSize(1);
  }

  @Test
  void takesNoDestinationForTheEnd() {
    withAgent(connectorId);

    assertThat(post("hangup", ADMIN, "{\"destination\":\"sales\"}").status).isEqualTo(422);
    assertThat(told).isEmpty();
  }

  // Who may.

  @ParameterizedTest
  @ValueSource(strings = {"transfer", "hangup"})
  void opensACallToKeysOfItsAccountAndProjectAlone(String action) throws Exception {
    withAgent(connectorId);
    Set<ApiKey.Right> control = Set.of(ApiKey.Right.CALLS_CONTROL);

    for (String good : List.of(key("acme", "support", control), key("acme", null, control))) {
      assertThat(post(action, good, "").status).isEqualTo(202);
    }
    told.clear();
    for (String bad : List.of(key("acme", "sales", control), key("other", null, control))) {
      Reply reply = post(action, bad, "");
      assertThat(reply.status).isEqualTo(404);
      assertThat(reply).isEqualTo(post("CA" + Ids.hex(16), action, bad, ""));
    }
    assertThat(told).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"transfer", "hangup"})
  void opensACallThatWasHandedOffToKeysOfItsProjectAlone(String action) throws Exception {
    handedOff("conv-1");
    Set<ApiKey.Right> control = Set.of(ApiKey.Right.CALLS_CONTROL);

    assertThat(post(action, key("acme", "sales", control), "").status).isEqualTo(404);
    assertThat(told).isEmpty();
    assertThat(post(action, key("acme", "support", control), "").status).isEqualTo(202);
  }

  @ParameterizedTest
  @ValueSource(strings = {"transfer", "hangup"})
  void wantsAKeyWithTheRight(String action) throws Exception {
    withAgent(connectorId);
    String key = key(null, null, Set.of(ApiKey.Right.PROVISION, ApiKey.Right.HANDOFF_READ));

    Reply withoutRight = post(action, key, "");

    assertThat(withoutRight.status).isEqualTo(403);
    assertThat(withoutRight.json().getString("detail")).contains("calls:control");
    assertThat(post(action, "", "").status).isEqualTo(401);
    assertThat(post(action, "cmk.key-none.x", "").status).isEqualTo(401);
    assertThat(told).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"CA1", "XX00000000000000000000000000000001", "CA%2F..%2F"})
  void knowsNoCallByAnotherName(String name) {
    assertThat(post(name, "hangup", ADMIN, "").status).isEqualTo(404);
  }

  @Test
  void knowsNoCallWhoseConnectorIsGone() {
    withAgent("conn-gone");

    assertThat(post("hangup", ADMIN, "").status).isEqualTo(404);
    assertThat(told).isEmpty();
  }

  @Test
  void doesNotSayThatThereIsNoCallWhenNobodyCanTell() {
    unreadable.add(callSid);

    assertThat(post("hangup", ADMIN, "").status).isEqualTo(503);
  }

  private record Reply(int status, String contentType, String body) {
    JsonObject json() {
      return new JsonObject(body);
    }
  }

  private Outcome stored() {
    return Objects.requireNonNull(outcomes.get(callSid));
  }

  private void withAgent(String connector) {
    sessions.put(callSid, new SessionFound(callSid, "AC1", "conv-1", connector, "s 1"));
  }

  private void handedOff(String conversationId) {
    outcomes.put(callSid, outcome(conversationId, connectorId));
  }

  private Outcome outcome(String conversationId, String connector) {
    return new Outcome(
        callSid,
        "AC1",
        conversationId,
        connector,
        "acme",
        "support",
        Outcome.Kind.HANDOFF,
        "front desk",
        "needs_human",
        "Goodbye",
        true,
        "shared-1",
        HandoffData.of(new JsonObject().put("order", 7)),
        Transcript.EMPTY,
        Instant.EPOCH,
        null);
  }

  private static void connector(String connectorId, JsonArray destinations) throws Exception {
    Connector connector =
        Connector.fromJson(
            new JsonObject()
                .put("connectorId", connectorId)
                .put("accountId", "acme")
                .put("projectId", "support")
                .put("destinations", destinations)
                .put("createdAt", Instant.EPOCH.toString()));
    assertThat(connectors.store(connector).await(10, SECONDS)).isNull();
  }

  private static JsonObject destination(String name) {
    return new JsonObject().put("name", name).put("route", "WW0123456789abcdef0123456789abcdef");
  }

  private static String key(
      @Nullable String account, @Nullable String project, Set<ApiKey.Right> rights)
      throws Exception {
    IssuedSecret secret = IssuedSecret.issue(IssuedSecret.API_KEY, Ids.apiKey());
    ApiKey key =
        new ApiKey(secret.id(), "test", secret.hash(), account, project, rights, Instant.EPOCH);
    assertThat(keys.put(key.keyId(), key).await(10, SECONDS)).isNull();
    return secret.text().reveal();
  }

  private Reply transfer(String key, JsonObject body) {
    return post("transfer", key, body.encode());
  }

  private Reply post(String action, String key, String body) {
    return post(callSid, action, key, body);
  }

  private static Reply post(String call, String action, String key, String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:" + process.port() + "/v1/calls/" + call + "/" + action))
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    if (!key.isEmpty()) {
      request.header("x-api-key", key);
    }
    try {
      HttpResponse<String> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      return new Reply(
          response.statusCode(),
          response.headers().firstValue("content-type").orElse(""),
          response.body());
    } catch (Exception gone) {
      throw new AssertionError("no answer", gone);
    }
  }
}
