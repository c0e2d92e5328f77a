package io.callmesh.handoff;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callmesh.broker.EmbeddedBroker;
import io.callmesh.contracts.Ids;
import io.callmesh.contracts.Topic;
import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.bus.FailureCode;
import io.callmesh.contracts.handoff.FindOutcome;
import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.Transcript;
import io.callmesh.contracts.security.ApiKey;
import io.callmesh.contracts.security.IssuedSecret;
import io.callmesh.runtime.config.Settings;
import io.callmesh.runtime.kafka.KafkaTable;
import io.callmesh.runtime.security.ApiKeys;
import io.callmesh.runtime.service.MeshProcess;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two replicas on a real broker: asked over the bus as a worker, over HTTP as Flex. */
class HandoffServiceIT {
  private static final String ADMIN = "the-first-api-key";
  private static final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TempDir private static Path data;
  private static EmbeddedBroker broker;
  private static Replica one;
  private static Replica two;

  private final String callSid = "CA" + Ids.hex(16);
  private final String conversationId = Ids.conversation();

  /** A process of the service; there is no cluster, so each has a bus of its own. */
  private record Replica(MeshProcess process, Vertx vertx, KafkaTable<ApiKey> keys) {
    void store(Outcome outcome) throws Exception {
      vertx.eventBus().request(Addresses.HANDOFF_STORE, outcome).await(20, SECONDS);
    }

    Object find(String callSid) throws Exception {
      return vertx
          .eventBus()
          .request(Addresses.HANDOFF_FIND, new FindOutcome(callSid))
          .await(20, SECONDS)
          .body();
    }

    String key(@Nullable String account, @Nullable String project) throws Exception {
      return key(account, project, ApiKey.ALL_RIGHTS);
    }

    String key(@Nullable String account, @Nullable String project, Set<ApiKey.Right> rights)
        throws Exception {
      IssuedSecret secret = IssuedSecret.issue(IssuedSecret.API_KEY, Ids.apiKey());
      ApiKey key =
          new ApiKey(secret.id(), "test", secret.hash(), account, project, rights, Instant.EPOCH);
      keys.put(secret.id(), key).await(20, SECONDS);
      return secret.text().reveal();
    }
  }

  @BeforeAll
  static void start() throws Exception {
    broker = EmbeddedBroker.start(data);
    one = replica();
    two = replica();
  }

  private static Replica replica() throws Exception {
    Promise<Vertx> vertx = Promise.promise();
    Promise<KafkaTable<ApiKey>> keys = Promise.promise();
    Settings settings =
        Settings.load(
            Map.of(
                "CALLMESH_LISTEN_ADDRESS", "127.0.0.1",
                "CALLMESH_PORT", "0",
                "CALLMESH_MANAGEMENT_PORT", "0",
                "CALLMESH_EVENT_LOOPS", "1",
                "CALLMESH_KAFKA_BOOTSTRAP_SERVERS", broker.bootstrapServers(),
                "CALLMESH_ADMIN_API_KEY", ADMIN),
            "handoff-defaults.properties");
    MeshProcess process =
        MeshProcess.start(
                settings,
                List.of(
                    context -> {
                      vertx.complete(context.vertx());
                      keys.complete(ApiKeys.table(context.tables()));
                      return new HandoffService(context);
                    }))
            .await(60, SECONDS);
    return new Replica(process, vertx.future().await(1, SECONDS), keys.future().await(1, SECONDS));
  }

  @AfterAll
  static void stop() throws Exception {
    two.process.stop().await(30, SECONDS);
    one.process.stop().await(30, SECONDS);
    broker.close();
  }

  @Test
  void servesAHandoffByCallSidAndByConversationId() throws Exception {
    JsonObject state =
        new JsonObject(
            """
            {"customer_id": "0042", "n": 12345678901, "ratio": 0.25, "vip": true, "none": null,
             "nested": {"list": [1, {"deep": ["ü", "日本", "\\u0000", "<&>"]}], "empty": {}}}""");
    one.store(handoff("acme", "p1", null, state));

    JsonObject expected = new JsonObject().put("id", conversationId).put("data", state);
    for (String id : List.of(callSid, conversationId)) {
      Reply reply = get(one, "/v1/handoff_state?id=" + id, ADMIN);
      assertThat(reply.status).isEqualTo(200);
      assertThat(reply.contentType).isEqualTo("application/json");
      assertThat(new JsonObject(reply.body)).isEqualTo(expected);
    }
    assertThat(get(one, "/v1/acme/p1/handoff_state?id=" + callSid, ADMIN).body)
        .isEqualTo(expected.encode());
  }

  @Test
  void prefersTheSharedId() throws Exception {
    String sharedId = "order " + callSid + "/ü";
    one.store(handoff("acme", "p1", sharedId, new JsonObject().put("n", 1)));

    Reply reply = get(one, "/v1/handoff_state?id=unknown&shared_id=" + encode(sharedId), ADMIN);
    Reply both = get(one, "/v1/handoff_state?id=" + callSid + "&shared_id=unknown", ADMIN);
    Reply blank = get(one, "/v1/acme/p1/handoff_state?shared_id=&id=" + callSid, ADMIN);

    assertThat(new JsonObject(reply.body))
        .isEqualTo(
            new JsonObject()
                .put("id", conversationId)
                .put("data", new JsonObject().put("n", 1))
                .put("shared_id", sharedId));
    assertThat(both.status).isEqualTo(404);
    assertThat(blank.status).isEqualTo(200);
  }

  @Test
  void findsTheLatestOfASharedIdThoughAnEarlierOneWasReadSince() throws Exception {
    Instant now = Instant.now();
    Outcome earlier = handoff("acme", "p1", callSid, new JsonObject().put("n", 1), now);
    one.store(earlier);
    one.store(with("CA" + Ids.hex(16), earlier, new JsonObject().put("n", 2), now.plusMillis(5)));

    assertThat(data(get(one, "/v1/handoff_state?id=" + callSid, ADMIN)).getInteger("n"))
        .isEqualTo(1);

    assertThat(data(get(one, "/v1/handoff_state?shared_id=" + callSid, ADMIN)).getInteger("n"))
        .isEqualTo(2);
  }

  @Test
  void keepsASharedIdOfOneProjectFromHidingAnothers() throws Exception {
    Outcome mine = handoff("acme", "p1", callSid, new JsonObject().put("n", 1));
    one.store(mine);
    one.store(stranger(mine, "p2"));
    String path = "/handoff_state?shared_id=" + callSid;

    assertThat(data(get(one, "/v1" + path, one.key("acme", "p1"))).getInteger("n")).isEqualTo(1);
    assertThat(data(get(one, "/v1/acme/p1" + path, ADMIN)).getInteger("n")).isEqualTo(1);
    assertThat(data(get(one, "/v1" + path, one.key("acme", "p2")))).isEqualTo(new JsonObject());
    assertThat(get(one, "/v1/acme/p3" + path, ADMIN).status).isEqualTo(404);
  }

  @Test
  void doesNotServeWhatAKeyOrAPathIsNotFor() throws Exception {
    one.store(handoff("acme", "p1", null, new JsonObject()));
    String path = "/handoff_state?id=" + callSid;

    for (String key : List.of(one.key("acme", "p1"), one.key("acme", null), one.key(null, null))) {
      assertThat(get(one, "/v1" + path, key).status).isEqualTo(200);
      assertThat(get(one, "/v1/acme/p1" + path, key).status).isEqualTo(200);
      assertThat(get(one, "/v1/acme/p2" + path, key).status).isEqualTo(404);
      assertThat(get(one, "/v1/other/p1" + path, key).status).isEqualTo(404);
    }
    for (String key : List.of(one.key("acme", "p2"), one.key("other", "p1"), one.key("x", null))) {
      assertThat(get(one, "/v1" + path, key).status).isEqualTo(404);
      assertThat(get(one, "/v1/acme/p1" + path, key).status).isEqualTo(404);
    }
  }

  @Test
  void doesNotServeHangups() throws Exception {
    Outcome hangup =
        outcome("acme", "p1", Outcome.Kind.HANGUP, callSid, new JsonObject(), Instant.now());
    one.store(hangup);

    assertThat(get(one, "/v1/handoff_state?id=" + callSid, ADMIN).status).isEqualTo(404);
    assertThat(get(one, "/v1/handoff_state?shared_id=" + callSid, ADMIN).status).isEqualTo(404);
    assertThat(one.find(callSid)).isEqualTo(hangup);
  }

  @Test
  void doesNotServeAHandoffAfterItsLifetime() throws Exception {
    one.store(
        handoff("a", "p", callSid, new JsonObject(), Instant.now().minus(Duration.ofHours(25))));

    for (String query : List.of("id=" + callSid, "id=" + conversationId, "shared_id=" + callSid)) {
      assertThat(get(one, "/v1/handoff_state?" + query, ADMIN).status).isEqualTo(404);
    }
    assertThatThrownBy(() -> one.find(callSid))
        .satisfies(cause -> assertThat(FailureCode.of(cause)).isEqualTo(FailureCode.NOT_FOUND));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?id=", "?shared_id=&id=", "?name=x"})
  void wantsAnId(String query) throws Exception {
    Reply reply = get(one, "/v1/handoff_state" + query, ADMIN);

    assertThat(reply.problem(400))
        .isEqualTo("id (a conversation id or a CallSid) or shared_id is required");
  }

  @ParameterizedTest
  @CsvSource({"id", "shared_id"})
  void boundsTheId(String name) throws Exception {
    Reply reply = get(one, "/v1/handoff_state?" + name + "=" + "x".repeat(257), ADMIN);

    assertThat(reply.problem(400)).isEqualTo(name + " must have at most 256 characters");
  }

  @Test
  void wantsAKey() throws Exception {
    one.store(handoff("acme", "p1", null, new JsonObject()));

    for (String key : List.of("", "wrong", "cmk.key-1.00")) {
      for (String path : List.of("/v1/handoff_state", "/v1/acme/p1/handoff_state")) {
        assertThat(get(one, path + "?id=" + callSid, key).problem(401)).contains("x-api-key");
      }
    }
  }

  @Test
  void wantsTheRightToReadHandoffs() throws Exception {
    one.store(handoff("acme", "p1", null, new JsonObject()));
    String reader = one.key("acme", "p1", Set.of(ApiKey.Right.HANDOFF_READ));
    String others =
        one.key(null, null, EnumSet.complementOf(EnumSet.of(ApiKey.Right.HANDOFF_READ)));

    for (String path : List.of("/v1/handoff_state", "/v1/acme/p1/handoff_state")) {
      assertThat(get(one, path + "?id=" + callSid, others).problem(403))
          .isEqualTo("this key lacks the right handoff:read; use one that has it");
      assertThat(get(one, path + "?id=" + callSid, reader).status).isEqualTo(200);
    }
  }

  @Test
  void saysThatNothingIsStored() throws Exception {
    assertThat(get(one, "/v1/handoff_state?id=CAnone", ADMIN).problem(404))
        .isEqualTo("no handoff is stored under this id, or its lifetime is over");
    assertThatThrownBy(() -> one.find("CAnone"))
        .satisfies(cause -> assertThat(FailureCode.of(cause)).isEqualTo(FailureCode.NOT_FOUND));
  }

  @Test
  void saysThatAnOutcomeIsTooLargeForKafkaForGood() {
    JsonObject huge = new JsonObject().put("text", "x".repeat(3 << 20));

    assertThatThrownBy(() -> one.store(handoff("acme", "p1", null, huge)))
        .satisfies(cause -> assertThat(FailureCode.of(cause)).isEqualTo(FailureCode.BAD_REQUEST));
  }

  @Test
  void answersOnAnotherReplicaAsSoonAsItIsStored() throws Exception {
    for (int i = 0; i < 20; i++) {
      String next = "CA" + Ids.hex(16);
      Outcome outcome = with(next, handoff("acme", "p1", null, new JsonObject()), null, null);
      one.store(outcome);
      assertThat(get(two, "/v1/handoff_state?id=" + next, ADMIN).status).isEqualTo(200);
    }
  }

  @Test
  void tellsAnOutcomeThatIsStoredTwiceUnderOneId() throws Exception {
    Outcome outcome = handoff("acme", "p1", null, new JsonObject());
    one.store(outcome);
    two.store(outcome); // as a worker does whose first answer was lost
    two.store(with(callSid, outcome, null, outcome.decidedAt().plusMillis(1)));
    Outcome last = with(callSid, outcome, null, null);
    two.store(last);

    List<String> ids =
        eventsUntil(last).stream().map(event -> event.getString("id")).distinct().toList();

    assertThat(ids).hasSize(3);
    assertThat(ids.get(0)).startsWith(conversationId + "/handoff.stored/");
  }

  /** The events of this test's call, up to the one of the last outcome's conversation. */
  private List<JsonObject> eventsUntil(Outcome last) {
    Map<String, Object> settings = Map.of("bootstrap.servers", broker.bootstrapServers());
    StringDeserializer text = new StringDeserializer();
    List<JsonObject> ours = new ArrayList<>();
    Instant deadline = Instant.now().plusSeconds(20);
    boolean seen = false;
    try (var consumer = new KafkaConsumer<>(settings, text, text)) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(Topic.CALL_EVENTS.topicName()).stream()
              .map(HandoffServiceIT::partition)
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      while (!seen) {
        assertThat(Instant.now()).as("events in time").isBefore(deadline);
        for (var record : consumer.poll(Duration.ofMillis(200))) {
          if (record.key().equals(callSid)) {
            JsonObject event = new JsonObject(record.value());
            ours.add(event);
            seen |= last.conversationId().equals(conversationOf(event));
          }
        }
      }
    }
    return ours;
  }

  private static String conversationOf(JsonObject event) {
    return event.getJsonObject("data").getString("conversationId");
  }

  private static TopicPartition partition(PartitionInfo info) {
    return new TopicPartition(info.topic(), info.partition());
  }

  private Outcome handoff(
      String account, String project, @Nullable String sharedId, JsonObject state) {
    return handoff(account, project, sharedId, state, Instant.now());
  }

  private Outcome handoff(
      String account,
      String project,
      @Nullable String sharedId,
      JsonObject state,
      Instant decidedAt) {
    return outcome(account, project, Outcome.Kind.HANDOFF, sharedId, state, decidedAt);
  }

  private Outcome outcome(
      String account,
      String project,
      Outcome.Kind kind,
      @Nullable String sharedId,
      JsonObject state,
      Instant decidedAt) {
    return new Outcome(
        callSid,
        "AC1",
        conversationId,
        "conn-1",
        account,
        project,
        kind,
        null,
        "needs_human",
        null,
        false,
        sharedId,
        HandoffData.of(state),
        Transcript.EMPTY,
        decidedAt,
        null);
  }

  /** The same outcome for that call and another conversation. */
  private static Outcome with(
      String callSid, Outcome like, @Nullable JsonObject state, @Nullable Instant decidedAt) {
    return copy(
        callSid,
        like,
        like.projectId(),
        state == null ? like.state().toJson() : state,
        decidedAt == null ? like.decidedAt() : decidedAt);
  }

  private static Outcome stranger(Outcome like, String project) {
    return copy(
        "CA" + Ids.hex(16), like, project, new JsonObject(), like.decidedAt().plusMillis(5));
  }

  private static Outcome copy(
      String callSid, Outcome like, String project, JsonObject state, Instant decidedAt) {
    return new Outcome(
        callSid,
        like.accountSid(),
        Ids.conversation(),
        like.connectorId(),
        like.accountId(),
        project,
        like.kind(),
        like.destination(),
        like.reason(),
        like.utterance(),
        like.utteranceSpoken(),
        like.sharedId(),
        HandoffData.of(state),
        Transcript.EMPTY,
        decidedAt,
        null);
  }

  private record Reply(int status, String contentType, String body) {
    String problem(int expected) {
      assertThat(status).as(body).isEqualTo(expected);
      assertThat(contentType).isEqualTo("application/problem+json");
      return new JsonObject(body).getString("detail");
    }
  }

  private static JsonObject data(Reply reply) {
    assertThat(reply.status).as(reply.body).isEqualTo(200);
    return new JsonObject(reply.body).getJsonObject("data");
  }

  private static Reply get(Replica replica, String target, String key) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + replica.process.port() + target));
    if (!key.isEmpty()) {
      request.header("x-api-key", key);
    }
    HttpResponse<String> response =
        http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    return new Reply(
        response.statusCode(),
        response.headers().firstValue("content-type").orElse(""),
        response.body());
  }

  private static String encode(String value) {
    return URLEncoder.encode(value, UTF_8);
  }
}
