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
import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.handoff.FindOutcome;
import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.Receipt;
import io.callmesh.contracts.handoff.ReceiptChain;
import io.callmesh.contracts.handoff.Transcript;
import io.callmesh.contracts.security.ApiKey;
import io.callmesh.contracts.security.IssuedSecret;
import io.callmesh.contracts.session.SessionNews;
import io.callmesh.contracts.session.WatchSession;
import io.callmesh.contracts.session.WorkerPresence;
import io.callmesh.runtime.config.Settings;
import io.callmesh.runtime.kafka.KafkaTable;
import io.callmesh.runtime.security.ApiKeys;
import io.callmesh.runtime.service.MeshProcess;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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
  private record Replica(
      MeshProcess process,
      Vertx vertx,
      MeterRegistry meters,
      KafkaTable<ApiKey> keys,
      KafkaTable<Connector> connectors) {
    double waits() {
      return meters.get("callmesh.handoff.waits").gauge().value();
    }

    double failedReads() {
      return meters.get("callmesh.handoff.reads").tag("result", "failed").counter().count();
    }

    void awaitWaits(int number) {
      Instant deadline = Instant.now().plusSeconds(20);
      while (waits() != number) {
        assertThat(Instant.now()).as("%s waits in time", number).isBefore(deadline);
        Thread.onSpinWait();
      }
    }

    void store(Outcome outcome) throws Exception {
      vertx.eventBus().request(Addresses.HANDOFF_STORE, outcome).await(20, SECONDS);
    }

    void add(ReceiptChain steps) throws Exception {
      vertx.eventBus().request(Addresses.HANDOFF_RECEIPT, steps).await(20, SECONDS);
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
    Promise<MeterRegistry> meters = Promise.promise();
    Promise<KafkaTable<ApiKey>> keys = Promise.promise();
    Promise<KafkaTable<Connector>> connectors = Promise.promise();
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
                      meters.complete(context.meters());
                      keys.complete(ApiKeys.table(context.tables()));
                      connectors.complete(
                          context
                              .tables()
                              .table(Topic.CONNECTORS, Connector::toJson, Connector::fromJson));
                      return new HandoffService(context);
                    }))
            .await(60, SECONDS);
    return new Replica(
        process,
        vertx.future().await(1, SECONDS),
        meters.future().await(1, SECONDS),
        keys.future().await(1, SECONDS),
        connectors.future().await(1, SECONDS));
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
    }
    assertThat(get(one, "/v1/acme/p2" + path, one.key("acme", null)).status).isEqualTo(404);
    for (String key : List.of(one.key("acme", "p2"), one.key("other", "p1"), one.key("x", null))) {
      assertThat(get(one, "/v1" + path, key).status).isEqualTo(404);
    }
  }

  @Test
  void tellsNothingOfWhatBelongsToOthers() throws Exception {
    one.store(handoff("acme", "p1", callSid, new JsonObject()));
    String stranger = one.key("other", "p9");
    Map<String, String> absent = Map.of("id=", "CAnone", "shared_id=", "nothing");

    for (String below : List.of("", "/receipts")) {
      for (String kind : absent.keySet()) {
        String existing = "/handoff_state" + below + "?" + kind + callSid;
        String missing = "/handoff_state" + below + "?" + kind + absent.get(kind);
        for (String form : List.of("/v1", "/v1/other/p9", "/v1/acme/p1")) {
          Reply hidden = get(one, form + existing, stranger);
          assertThat(hidden).isEqualTo(get(one, form + missing, stranger));
          assertThat(hidden.status).isEqualTo(form.equals("/v1/acme/p1") ? 403 : 404);
        }
        assertThat(delete(one, "/v1" + existing, stranger))
            .isEqualTo(delete(one, "/v1" + missing, stranger));
      }
    }
    assertThat(get(one, "/v1/handoff_state?id=" + callSid, ADMIN).status).isEqualTo(200);
  }

  @Test
  void tellsNothingOfGoneHandoffsOfOthers() throws Exception {
    one.store(handoff("acme", "p1", null, new JsonObject()));
    assertThat(delete(one, "/v1/handoff_state?id=" + callSid, ADMIN).status).isEqualTo(200);

    Reply gone = get(one, "/v1/handoff_state?id=" + callSid, one.key("acme", "p1"));
    Reply hidden = get(one, "/v1/handoff_state?id=" + callSid, one.key("acme", "p2"));

    assertThat(gone.status).isEqualTo(410);
    assertThat(hidden).isEqualTo(get(one, "/v1/handoff_state?id=no", one.key("acme", "p2")));
  }

  @Test
  void doesNotServeHangups() throws Exception {
    Outcome hangup = outcome("acme", "p1", Outcome.Kind.HANGUP, callSid, HandoffData.EMPTY);
    one.store(hangup);

    assertThat(get(one, "/v1/handoff_state?id=" + callSid, ADMIN).status).isEqualTo(404);
    assertThat(get(one, "/v1/handoff_state?shared_id=" + callSid, ADMIN).status).isEqualTo(404);
    assertThat(one.find(callSid))
        .isEqualTo(hangup.expiringAt(hangup.decidedAt().plus(Duration.ofHours(24))));
  }

  /** As fine as decisions are. */
  private static Instant agoToTheMillisecond(Duration ago) {
    return Instant.ofEpochMilli(Instant.now().minus(ago).toEpochMilli());
  }

  @Test
  void saysThatAHandoffHasExpiredAsLongAsItRemembers() throws Exception {
    Instant decided = agoToTheMillisecond(Duration.ofHours(25));
    one.store(handoff("a", "p", callSid, new JsonObject(), decided));

    for (String query : List.of("id=" + callSid, "id=" + conversationId, "shared_id=" + callSid)) {
      Reply reply = get(two, "/v1/handoff_state?" + query, ADMIN);
      String at = decided.plus(Duration.ofHours(24)).toString();
      assertThat(reply.problem(410)).isEqualTo("this handoff expired at " + at);
      assertThat(new JsonObject(reply.body).getString("reason")).isEqualTo("expired");
      assertThat(new JsonObject(reply.body).getString("at")).isEqualTo(at);
    }
    assertThatThrownBy(() -> one.find(callSid))
        .satisfies(cause -> assertThat(FailureCode.of(cause)).isEqualTo(FailureCode.NOT_FOUND));
  }

  @Test
  void forgetsExpiredHandoffs() throws Exception {
    Instant decided = Instant.now().minus(Duration.ofHours(49));
    one.store(handoff("a", "p", callSid, new JsonObject(), decided));

    for (String query : List.of("id=" + callSid, "id=" + conversationId, "shared_id=" + callSid)) {
      assertThat(get(one, "/v1/handoff_state?" + query, ADMIN).status).isEqualTo(404);
      assertThat(get(one, "/v1/handoff_state/receipts?" + query, ADMIN).status).isEqualTo(404);
    }
  }

  @Test
  void saysThatAHandoffWasReplaced() throws Exception {
    Outcome first = handoff("acme", "p1", null, new JsonObject());
    Outcome second = with(callSid, first, null, first.decidedAt().plusMillis(5));
    one.store(first);
    one.store(second);

    Reply reply = get(one, "/v1/handoff_state?id=" + conversationId, ADMIN);

    assertThat(reply.problem(410))
        .isEqualTo(
            "a later outcome of the call took this handoff's place at " + second.decidedAt());
    assertThat(get(one, "/v1/handoff_state?id=" + callSid, ADMIN).status).isEqualTo(200);
  }

  @Test
  void servesNumbersDigitForDigit() throws Exception {
    String data = "{\"b\":1.10,\"a\":12345678901234567890.123,\"e\":1E+2,\"s\":\"\\u00fc\"}";
    one.store(outcome("acme", "p1", Outcome.Kind.HANDOFF, "x\"y", HandoffData.of(data)));

    assertThat(get(one, "/v1/handoff_state?id=" + callSid, ADMIN).body)
        .isEqualTo(
            "{\"id\":\"" + conversationId + "\",\"data\":" + data + ",\"shared_id\":\"x\\\"y\"}");
  }

  @Test
  void masksSensitiveFieldsForReadersWithoutTheRight() throws Exception {
    one.connectors.put("conn-1", connector("conn-1", Set.of("pin"), null)).await(20, SECONDS);
    JsonObject state =
        new JsonObject().put("pin", 1234).put("in", new JsonObject().put("pin", "x").put("n", 1));
    one.store(handoff("acme", "p1", null, state));
    String plain = one.key("acme", "p1", Set.of(ApiKey.Right.HANDOFF_READ));
    String trusted =
        one.key(
            "acme", "p1", Set.of(ApiKey.Right.HANDOFF_READ, ApiKey.Right.HANDOFF_READ_SENSITIVE));

    JsonObject masked = data(get(one, "/v1/handoff_state?id=" + callSid, plain));
    JsonObject whole = data(get(one, "/v1/handoff_state?id=" + callSid, trusted));

    assertThat(masked.encode())
        .isEqualTo("{\"pin\":\"[masked]\",\"in\":{\"pin\":\"[masked]\",\"n\":1}}");
    assertThat(whole).isEqualTo(state);
  }

  @Test
  void masksEverythingWhenNobodyCanSayWhatIsSensitive() throws Exception {
    Outcome outcome = handoff("acme", "p1", null, new JsonObject().put("pin", 1234));
    one.store(ofConnector("conn-deleted", outcome));
    String plain = one.key("acme", "p1", Set.of(ApiKey.Right.HANDOFF_READ));

    assertThat(data(get(one, "/v1/handoff_state?id=" + callSid, plain)).getString("pin"))
        .isEqualTo("[masked]");
  }

  @Test
  void servesAHandoffNoLongerThanItsConnectorWishes() throws Exception {
    one.connectors.put("conn-short", connector("conn-short", Set.of(), 60)).await(20, SECONDS);
    Instant decided = agoToTheMillisecond(Duration.ofSeconds(61));
    one.store(ofConnector("conn-short", handoff("a", "p", null, new JsonObject(), decided)));

    Reply reply = get(two, "/v1/handoff_state?id=" + callSid, ADMIN);

    assertThat(reply.problem(410)).contains(decided.plusSeconds(60).toString());
  }

  @Test
  void deletesAHandoffForGood() throws Exception {
    Outcome outcome = handoff("acme", "p1", callSid, new JsonObject().put("n", 1));
    one.store(outcome);

    Reply deleted = delete(two, "/v1/acme/p1/handoff_state?id=" + conversationId, ADMIN);
    one.store(outcome); // as a worker does whose first answer was lost

    assertThat(deleted.status).isEqualTo(200);
    assertThat(deleted.body)
        .isEqualTo(
            "{\"deleted\":[{\"id\":\"" + conversationId + "\",\"call_sid\":\"" + callSid + "\"}]}");
    for (String query : List.of("id=" + callSid, "id=" + conversationId, "shared_id=" + callSid)) {
      assertThat(get(two, "/v1/handoff_state?" + query, ADMIN).problem(410))
          .startsWith("this handoff was deleted at ");
      assertThat(delete(two, "/v1/handoff_state?" + query, ADMIN).status).isEqualTo(410);
    }
    assertThatThrownBy(() -> two.find(callSid))
        .satisfies(cause -> assertThat(FailureCode.of(cause)).isEqualTo(FailureCode.NOT_FOUND));
    assertThat(steps(handoffs(get(one, "/v1/handoff_state/receipts?id=" + callSid, ADMIN)).get(0)))
        .containsExactly("requested", "stored", "deleted");
  }

  @Test
  void deletesEveryHandoffOfASharedIdThatTheKeyOpens() throws Exception {
    Outcome mine = handoff("acme", "p1", callSid, new JsonObject());
    one.store(mine);
    one.store(with("CA" + Ids.hex(16), mine, null, null));
    one.store(stranger(mine, "p2"));
    String path = "/v1/handoff_state?shared_id=" + callSid;

    JsonObject deleted = new JsonObject(delete(one, path, one.key("acme", "p1")).body);

    assertThat(deleted.getJsonArray("deleted")).hasSize(2);
    assertThat(get(one, path, one.key("acme", "p1")).status).isEqualTo(410);
    assertThat(get(one, path, one.key("acme", "p2")).status).isEqualTo(200);
  }

  @Test
  void deletesWhatIsKeptOfAHangup() throws Exception {
    one.store(outcome("a", "p", Outcome.Kind.HANGUP, null, HandoffData.EMPTY));

    assertThat(delete(one, "/v1/handoff_state?id=" + callSid, ADMIN).status).isEqualTo(200);
    assertThat(delete(one, "/v1/handoff_state?id=" + callSid, ADMIN).status).isEqualTo(404);
  }

  @Test
  void wantsTheRightToDelete() throws Exception {
    one.store(handoff("acme", "p1", null, new JsonObject()));
    String reader = one.key("acme", "p1", Set.of(ApiKey.Right.HANDOFF_READ));

    assertThat(delete(one, "/v1/handoff_state?id=" + callSid, reader).problem(403))
        .contains("handoff:delete");
    assertThat(get(one, "/v1/handoff_state?id=" + callSid, reader).status).isEqualTo(200);
  }

  @Test
  void keepsOneReceiptOfEachReader() throws Exception {
    Outcome outcome = handoff("acme", "p1", callSid, new JsonObject());
    one.store(outcome);
    one.store(outcome);
    String reader = one.key("acme", "p1", Set.of(ApiKey.Right.HANDOFF_READ));
    for (String key : List.of(ADMIN, ADMIN, reader, reader)) {
      assertThat(get(one, "/v1/handoff_state?id=" + callSid, key).status).isEqualTo(200);
    }
    Receipt routed = new Receipt(Receipt.Step.ROUTED, Instant.now(), null, "billing", "flex #1");
    one.add(ReceiptChain.of(outcome, routed));
    one.add(ReceiptChain.of(outcome, routed));

    JsonObject chain = chainWithReads(2);

    assertThat(chain.getString("id")).isEqualTo(conversationId);
    assertThat(chain.getString("call_sid")).isEqualTo(callSid);
    assertThat(chain.getString("decided_at")).isEqualTo(outcome.decidedAt().toString());
    assertThat(chain.getLong("stored_to_read_ms")).isNotNegative();
    assertThat(steps(chain))
        .containsExactlyInAnyOrder("requested", "stored", "read", "read", "routed");
    assertThat(chain.getJsonArray("receipts").encode())
        .contains("\"by\":\"admin\"", "\"destination\":\"billing\",\"detail\":\"flex #1\"");
  }

  /** The call's chain; reads are stored a moment after they were answered. */
  private JsonObject chainWithReads(int reads) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (true) {
      JsonObject chain =
          handoffs(get(two, "/v1/handoff_state/receipts?id=" + callSid, ADMIN)).get(0);
      if (Collections.frequency(steps(chain), "read") >= reads || System.nanoTime() > deadline) {
        return chain;
      }
    }
  }

  @Test
  void showsTheReceiptsOfEveryHandoffOfACall() throws Exception {
    Outcome first = handoff("acme", "p1", callSid, new JsonObject());
    Outcome second = with(callSid, first, null, first.decidedAt().plusMillis(5));
    one.store(first);
    one.store(second);

    for (String query : List.of("id=" + callSid, "shared_id=" + callSid)) {
      assertThat(handoffs(get(two, "/v1/handoff_state/receipts?" + query, ADMIN)))
          .extracting(chain -> chain.getString("id"))
          .containsExactly(conversationId, second.conversationId());
    }
  }

  @Test
  void answersWhoWaitsAsSoonAsItIsStored() throws Exception {
    var waiting = send(one, "GET", "/v1/handoff_state?wait=8&id=" + callSid, ADMIN);
    var shared = send(two, "GET", "/v1/handoff_state?wait=8&shared_id=" + callSid, ADMIN);
    one.store(handoff("acme", "p1", callSid, new JsonObject().put("n", 1)));

    assertThat(data(waiting.get(20, SECONDS)).getInteger("n")).isEqualTo(1);
    assertThat(data(shared.get(20, SECONDS)).getInteger("n")).isEqualTo(1);
  }

  @Test
  void countsNoFailureWhenAClientLeavesWhileItWaits() throws Exception {
    double failed = two.failedReads();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), two.process.port())) {
      String request =
          "GET /v1/handoff_state?wait=8&id=%s HTTP/1.1\r\nHost: x\r\nx-api-key: %s\r\n\r\n"
              .formatted(callSid, ADMIN);
      socket.getOutputStream().write(request.getBytes(UTF_8));
      two.awaitWaits(1);
    }
    two.awaitWaits(0);

    // On the same loop, so what became of the wait has been counted.
    assertThat(get(two, "/v1/handoff_state?id=CAnone", ADMIN).status).isEqualTo(404);
    assertThat(two.failedReads()).isEqualTo(failed);
  }

  @Test
  void boundsTheWaitsOfOneReader() throws Exception {
    String key = one.key("acme", "p1", Set.of(ApiKey.Right.HANDOFF_READ));
    String path = "/v1/handoff_state?wait=8&id=" + callSid;
    List<CompletableFuture<Reply>> waits = new ArrayList<>();
    for (int i = 0; i <= HandoffService.MAX_WAITS_PER_READER; i++) {
      waits.add(send(one, "GET", path, key));
    }
    Reply refused =
        (Reply)
            CompletableFuture.anyOf(waits.toArray(CompletableFuture<?>[]::new)).get(20, SECONDS);
    CompletableFuture<Reply> others = send(one, "GET", path, ADMIN);
    one.awaitWaits(HandoffService.MAX_WAITS_PER_READER + 1);
    one.store(handoff("acme", "p1", null, new JsonObject().put("n", 1)));

    assertThat(refused.problem(429)).isEqualTo("too many requests wait; ask without wait");
    assertThat(refused.retryAfter).isEqualTo("1");
    assertThat(data(others.get(20, SECONDS)).getInteger("n")).isEqualTo(1);
    assertThat(one.meters.get("callmesh.handoff.waits.refused").counter().count()).isEqualTo(1);
    one.awaitWaits(0);
  }

  @Test
  void endsWaitsAtOnceWhenItIsToldToStop() throws Exception {
    Replica three = replica();
    CompletableFuture<Reply> waiting =
        send(three, "GET", "/v1/handoff_state?wait=8&id=" + callSid, ADMIN);
    three.awaitWaits(1);
    double failed = three.failedReads();

    three.process.stop().await(30, SECONDS);

    assertThat(waiting.get(10, SECONDS).problem(503)).contains("going away");
    assertThat(three.failedReads()).isEqualTo(failed);
  }

  @Test
  void answersWhoWaitsInVain() throws Exception {
    assertThat(get(one, "/v1/handoff_state?wait=1&id=CAnone", ADMIN).status).isEqualTo(404);
    assertThat(get(one, "/v1/handoff_state?wait=0&id=CAnone", ADMIN).status).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"9", "-1", "1.5", "x", "", "08", "%2B1"})
  void boundsTheWait(String wait) throws Exception {
    Reply reply = get(one, "/v1/handoff_state?id=" + callSid + "&wait=" + wait, ADMIN);

    assertThat(reply.problem(400)).isEqualTo("wait must be 0..8 seconds");
  }

  @Test
  void saysThatItIsTooEarlyWhileTheCallIsWithAnAgent() throws Exception {
    one.connectors.put("conn-1", connector("conn-1", Set.of(), null)).await(20, SECONDS);
    String path = "/v1/handoff_state?id=" + callSid;
    Reply hidden;
    Reply early;
    MessageConsumer<WatchSession> worker = worker(callSid);
    try {
      String key = one.key("acme", "p1");
      String stranger = one.key("acme", "p2");
      tellOfWorker();
      early = get(one, path, key);
      tellOfWorker();
      hidden = get(one, path, stranger);
      tellOfWorker();
      assertThat(get(one, "/v1/handoff_state/receipts?id=" + callSid, ADMIN).status).isEqualTo(425);
      tellOfWorker();
      assertThat(delete(one, path, ADMIN).status).isEqualTo(425);
      tellOfWorker();
      assertThat(get(one, "/v1/handoff_state?id=CAother", ADMIN).status).isEqualTo(404);
    } finally {
      worker.unregister().await(5, SECONDS);
    }
    assertThat(early.problem(425)).contains("with an agent");
    assertThat(early.retryAfter).isEqualTo("1");
    assertThat(hidden.status).isEqualTo(404);
    assertThat(hidden.retryAfter).isEmpty();
    assertThat(get(one, path, ADMIN).status).isEqualTo(404);
  }

  /** A worker on the bus of replica one that has the session of a call. */
  private MessageConsumer<WatchSession> worker(String callSid) throws Exception {
    MessageConsumer<WatchSession> watches =
        one.vertx.eventBus().consumer(Addresses.WORKER_WATCH, asked -> answer(asked, callSid));
    watches.completion().await(5, SECONDS);
    return watches;
  }

  /** As workers do each second; one that has been silent for some is not asked. */
  private static void tellOfWorker() {
    one.vertx
        .eventBus()
        .publish(Addresses.WORKER_PRESENCE, new WorkerPresence("w", "p", 1, 10, false));
  }

  private void answer(Message<WatchSession> asked, String callSid) {
    SessionNews news =
        new SessionNews(
            SessionNews.Kind.SNAPSHOT,
            callSid,
            conversationId,
            "conn-1",
            "AC1",
            "",
            Instant.now(),
            List.of(),
            HandoffData.EMPTY);
    if (asked.body().id().equals(callSid)) {
      one.vertx.eventBus().send(asked.body().replyTo(), news);
    }
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
        .isEqualTo("there is no handoff under this id");
    assertThatThrownBy(() -> one.find("CAnone"))
        .satisfies(cause -> assertThat(FailureCode.of(cause)).isEqualTo(FailureCode.NOT_FOUND));
  }

  @Test
  void saysThatAnOutcomeIsTooLargeForKafkaForGood() {
    Outcome huge = saying("x".repeat(3 << 20), handoff("acme", "p1", null, new JsonObject()));

    assertThatThrownBy(() -> one.store(huge))
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
    Outcome outcome = handoff("acme", "p1", null, new JsonObject().put("secret", "s3cr3t"));
    one.store(outcome);
    two.store(outcome); // as a worker does whose first answer was lost
    assertThat(get(two, "/v1/handoff_state?id=" + callSid, ADMIN).status).isEqualTo(200);
    assertThat(delete(two, "/v1/handoff_state?id=" + callSid, ADMIN).status).isEqualTo(200);
    Outcome last = with(callSid, outcome, null, outcome.decidedAt().plusMillis(1));
    two.store(last);

    List<JsonObject> told = eventsUntil(last);

    String suffix = "/" + outcome.decidedAt().toEpochMilli();
    assertThat(told)
        .filteredOn(event -> conversationId.equals(conversationOf(event)))
        .extracting(event -> event.getString("id"))
        .containsOnly(
            conversationId + "/handoff.requested" + suffix,
            conversationId + "/handoff.stored" + suffix,
            conversationId + "/handoff.read" + suffix + "/admin",
            conversationId + "/handoff.deleted" + suffix);
    assertThat(told.toString()).contains("msAfterStored").doesNotContain("s3cr3t");
  }

  /**
   * The events of this test's call, up to that of the last outcome's conversation and that of the
   * read, which is told a moment later.
   */
  private List<JsonObject> eventsUntil(Outcome last) {
    Map<String, Object> settings = Map.of("bootstrap.servers", broker.bootstrapServers());
    StringDeserializer text = new StringDeserializer();
    List<JsonObject> ours = new ArrayList<>();
    Instant deadline = Instant.now().plusSeconds(20);
    boolean seen = false;
    boolean read = false;
    try (var consumer = new KafkaConsumer<>(settings, text, text)) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(Topic.CALL_EVENTS.topicName()).stream()
              .map(HandoffServiceIT::partition)
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      while (!seen || !read) {
        assertThat(Instant.now()).as("events in time").isBefore(deadline);
        for (var record : consumer.poll(Duration.ofMillis(200))) {
          if (record.key().equals(callSid)) {
            JsonObject event = new JsonObject(record.value());
            ours.add(event);
            seen |=
                last.conversationId().equals(conversationOf(event))
                    && event.getString("type").equals("handoff.stored");
            read |= event.getString("type").equals("handoff.read");
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
    return outcome(
        account, project, Outcome.Kind.HANDOFF, sharedId, HandoffData.of(state), decidedAt);
  }

  private Outcome outcome(
      String account,
      String project,
      Outcome.Kind kind,
      @Nullable String sharedId,
      HandoffData state) {
    return outcome(account, project, kind, sharedId, state, Instant.now());
  }

  private Outcome outcome(
      String account,
      String project,
      Outcome.Kind kind,
      @Nullable String sharedId,
      HandoffData state,
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
        state,
        Transcript.EMPTY,
        decidedAt,
        null);
  }

  private static Outcome ofConnector(String connectorId, Outcome like) {
    return Outcome.fromJson(like.toJson().put("connectorId", connectorId));
  }

  private static Outcome saying(String utterance, Outcome like) {
    return Outcome.fromJson(like.toJson().put("utterance", utterance));
  }

  private static Connector connector(String id, Set<String> sensitive, @Nullable Integer lifetime) {
    return Connector.fromJson(
        new JsonObject()
            .put("connectorId", id)
            .put("accountId", "acme")
            .put("projectId", "p1")
            .put("sensitiveFields", new JsonArray(List.copyOf(sensitive)))
            .put("handoffLifetime", lifetime)
            .put("createdAt", Instant.EPOCH.toString()));
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

  private record Reply(int status, String contentType, String retryAfter, String body) {
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

  private static List<JsonObject> handoffs(Reply reply) {
    assertThat(reply.status).as(reply.body).isEqualTo(200);
    return new JsonObject(reply.body)
        .getJsonArray("handoffs").stream().map(JsonObject.class::cast).toList();
  }

  private static List<String> steps(JsonObject chain) {
    return chain.getJsonArray("receipts").stream()
        .map(receipt -> ((JsonObject) receipt).getString("step"))
        .toList();
  }

  private static Reply get(Replica replica, String target, String key) throws Exception {
    return send(replica, "GET", target, key).get(20, SECONDS);
  }

  private static Reply delete(Replica replica, String target, String key) throws Exception {
    return send(replica, "DELETE", target, key).get(20, SECONDS);
  }

  private static CompletableFuture<Reply> send(
      Replica replica, String method, String target, String key) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + replica.process.port() + target))
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (!key.isEmpty()) {
      request.header("x-api-key", key);
    }
    return http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
        .thenApply(HandoffServiceIT::reply);
  }

  private static Reply reply(HttpResponse<String> response) {
    return new Reply(
        response.statusCode(),
        response.headers().firstValue("content-type").orElse(""),
        response.headers().firstValue("retry-after").orElse(""),
        response.body());
  }

  private static String encode(String value) {
    return URLEncoder.encode(value, UTF_8);
  }
}
