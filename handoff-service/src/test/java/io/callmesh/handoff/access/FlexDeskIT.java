package io.callmesh.handoff.access;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.broker.EmbeddedBroker;
import io.callmesh.contracts.Ids;
import io.callmesh.contracts.Topic;
import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.Receipt;
import io.callmesh.contracts.handoff.ReceiptChain;
import io.callmesh.contracts.handoff.Transcript;
import io.callmesh.contracts.session.SessionNews;
import io.callmesh.contracts.session.WatchSession;
import io.callmesh.contracts.session.WorkerPresence;
import io.callmesh.handoff.HandoffService;
import io.callmesh.handoff.live.EventClient;
import io.callmesh.runtime.config.Settings;
import io.callmesh.runtime.kafka.KafkaTable;
import io.callmesh.runtime.service.MeshProcess;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A Flex worker's browser, at a whole process on a real broker; Twilio and a worker are played. */
@Timeout(120)
class FlexDeskIT {
  private static final String ADMIN = "the-first-api-key";
  private static final String[] WORKER = {
    "Authorization", "Bearer a.flex.token", "Origin", "https://flex.twilio.com"
  };
  private static final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TempDir private static Path data;
  private static EmbeddedBroker broker;
  private static Vertx twilio;
  private static MeshProcess process;
  private static Vertx vertx;

  private final String callSid = "CA" + Ids.hex(16);
  private final Instant opened = Instant.now().truncatedTo(ChronoUnit.MILLIS).minusSeconds(60);

  @BeforeAll
  static void start() throws Exception {
    broker = EmbeddedBroker.start(data);
    twilio = Vertx.vertx();
    FakeIam iam = new FakeIam(twilio);
    Settings settings =
        Settings.load(
            Map.of(
                "CALLMESH_LISTEN_ADDRESS", "127.0.0.1",
                "CALLMESH_PORT", "0",
                "CALLMESH_MANAGEMENT_PORT", "0",
                "CALLMESH_EVENT_LOOPS", "2",
                "CALLMESH_KAFKA_BOOTSTRAP_SERVERS", broker.bootstrapServers(),
                "CALLMESH_ADMIN_API_KEY", ADMIN,
                "CALLMESH_TWILIO_ACCOUNTS", "[{\"accountSid\":\"AC1\",\"authTokens\":[\"t\"]}]",
                "CALLMESH_FLEX_ACCOUNTS",
                    "[{\"accountSid\":\"AC1\",\"accountId\":\"acme\",\"roles\":[\"agent\"]}]",
                "CALLMESH_FLEX_IAM_URL", iam.url()),
            "handoff-defaults.properties");
    Promise<Vertx> its = Promise.promise();
    Promise<KafkaTable<Connector>> table = Promise.promise();
    process =
        MeshProcess.start(
                settings,
                List.of(
                    context -> {
                      its.complete(context.vertx());
                      table.complete(
                          context
                              .tables()
                              .table(Topic.CONNECTORS, Connector::toJson, Connector::fromJson));
                      return new HandoffService(context);
                    }))
            .await(60, SECONDS);
    vertx = its.future().await(1, SECONDS);
    table.future().await(1, SECONDS).put("conn-1", connector()).await(20, SECONDS);
  }

  private static Connector connector() {
    return Connector.fromJson(
        new JsonObject()
            .put("connectorId", "conn-1")
            .put("accountId", "acme")
            .put("projectId", "p1")
            .put("sensitiveFields", new JsonArray().add("card"))
            .put("createdAt", Instant.EPOCH.toString()));
  }

  @AfterAll
  static void stop() throws Exception {
    process.stop().await(30, SECONDS);
    twilio.close().await(10, SECONDS);
    broker.close();
  }

  private static String url(String below) {
    return "http://127.0.0.1:" + process.port() + "/v1/acme/p1/handoff_state" + below;
  }

  private static HttpResponse<String> send(String method, String url, String... headers)
      throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(url))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .headers(headers)
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private Outcome handoff(String accountSid) {
    return new Outcome(
        callSid,
        accountSid,
        "conv-" + callSid,
        "conn-1",
        "acme",
        "p1",
        Outcome.Kind.HANDOFF,
        "billing",
        "needs_human",
        null,
        false,
        null,
        HandoffData.of("{\"card\":\"4111\",\"amount\":12.50}"),
        Transcript.EMPTY,
        opened.plusSeconds(30),
        null);
  }

  private static void store(Outcome outcome) throws Exception {
    var unused = vertx.eventBus().request(Addresses.HANDOFF_STORE, outcome).await(20, SECONDS);
  }

  @Test
  void followsAHandoffFromStoredToDeleted() throws Exception {
    Outcome outcome = handoff("AC1");
    store(outcome);
    EventClient client = new EventClient(url("/live?id=" + callSid), WORKER);
    EventClient.Event snapshot = client.event("snapshot");
    assertThat(snapshot.text()).contains("\"data\":{\"card\":\"[masked]\",\"amount\":12.50}");
    assertThat(snapshot.data().getString("status")).isEqualTo("waiting");
    JsonObject read = client.event("receipt").data();
    assertThat(read.getString("step")).isEqualTo("read");
    assertThat(read.getString("by")).isEqualTo("WK1");

    Receipt accepted = new Receipt(Receipt.Step.ACCEPTED, Instant.now(), null, "billing", null);
    var stored =
        vertx
            .eventBus()
            .request(Addresses.HANDOFF_RECEIPT, ReceiptChain.of(outcome, accepted))
            .await(20, SECONDS);
    assertThat(stored).isNotNull();
    assertThat(client.event("status").data().getString("status")).isEqualTo("accepted");
    assertThat(client.event("receipt").data().getString("step")).isEqualTo("accepted");
    assertThat(send("GET", url("/receipts?id=" + callSid), WORKER).body()).contains("\"WK1\"");

    assertThat(send("DELETE", url("?id=" + callSid), WORKER).statusCode()).isEqualTo(403);
    assertThat(send("DELETE", url("?id=" + callSid), "x-api-key", ADMIN).statusCode())
        .isEqualTo(200);
    EventClient.Event event = client.event("gone");
    assertThat(event.data().getString("reason")).isEqualTo("deleted");
    client.awaitEnd();
  }

  @Test
  void passesOverFromTheAgentToTheHandoff() throws Exception {
    SessionNews session =
        new SessionNews(
            SessionNews.Kind.SNAPSHOT,
            callSid,
            "conv-" + callSid,
            "conn-1",
            "AC1",
            "",
            opened,
            List.of(),
            HandoffData.of("{\"card\":\"4111\"}"));
    MessageConsumer<WatchSession> worker =
        vertx
            .eventBus()
            .consumer(
                Addresses.WORKER_WATCH,
                message -> {
                  WatchSession watch = message.body();
                  if (watch.id().equals(callSid) && !watch.known()) {
                    vertx.eventBus().send(watch.replyTo(), session);
                  }
                });
    worker.completion().await(10, SECONDS);
    EventClient client = openWhileWithTheAgent();
    JsonObject snapshot = client.event("snapshot").data();
    assertThat(snapshot.getString("status")).isEqualTo("with_agent");
    assertThat(snapshot.getJsonObject("data")).isEqualTo(new JsonObject().put("card", "[masked]"));

    store(handoff("AC1"));

    assertThat(client.event("state").text())
        .isEqualTo("{\"data\":{\"card\":\"[masked]\",\"amount\":12.50}}");
    assertThat(client.event("status").data().getString("status")).isEqualTo("waiting");
    worker.unregister().await(10, SECONDS);
    client.close();
  }

  /** Nobody is asked for sessions before a worker has been heard of on the request's loop. */
  private EventClient openWhileWithTheAgent() throws Exception {
    while (true) {
      vertx.eventBus().publish(Addresses.WORKER_PRESENCE, presence());
      if (send("GET", url("/live?id=" + callSid), WORKER).statusCode() == 200) {
        EventClient client = new EventClient(url("/live?id=" + callSid), WORKER);
        if (client.line().startsWith("retry:")) {
          return client;
        }
      }
    }
  }

  private static WorkerPresence presence() {
    return new WorkerPresence("worker-1", "process-1", 0, 10, false);
  }

  @Test
  void keepsAHandoffOfAnotherTwilioAccountFromAWorker() throws Exception {
    store(handoff("AC2"));

    assertThat(send("GET", url("?id=" + callSid), WORKER).statusCode()).isEqualTo(404);
    assertThat(send("GET", url("/live?id=" + callSid), WORKER).statusCode()).isEqualTo(404);
    assertThat(send("GET", url("?id=" + callSid), "x-api-key", ADMIN).statusCode()).isEqualTo(200);
  }

  @Test
  void letsPagesOfFlexAskOnEveryRoute() throws Exception {
    for (String below : List.of("", "/receipts", "/live")) {
      HttpResponse<String> preflight =
          send(
              "OPTIONS",
              url(below),
              "Origin",
              "https://flex.twilio.com",
              "Access-Control-Request-Method",
              "GET");
      assertThat(preflight.statusCode()).isEqualTo(204);
      assertThat(preflight.headers().firstValue("access-control-allow-origin"))
          .contains("https://flex.twilio.com");
    }
  }
}
