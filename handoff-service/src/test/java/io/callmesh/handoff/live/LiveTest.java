package io.callmesh.handoff.live;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.callmesh.contracts.Ids;
import io.callmesh.contracts.bus.BusCodecs;
import io.callmesh.contracts.bus.BusFailure;
import io.callmesh.contracts.bus.FailureCode;
import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.Receipt.Step;
import io.callmesh.contracts.handoff.Transcript;
import io.callmesh.contracts.handoff.TranscriptLine;
import io.callmesh.contracts.security.ApiKey;
import io.callmesh.contracts.session.SessionNews;
import io.callmesh.contracts.session.WatchSession;
import io.callmesh.handoff.access.Reader;
import io.callmesh.handoff.access.ReaderPlaces;
import io.callmesh.handoff.store.Answer;
import io.callmesh.runtime.web.Problem;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real streams over HTTP, with the store and the worker played. */
@Timeout(60)
class LiveTest {
  private static final LiveTimes SELDOM =
      new LiveTimes(3_600_000, 15_000, 1_000, 3_600_000, 3_600_000, Duration.ofHours(1));
  private static final LiveTimes OFTEN =
      new LiveTimes(20, 60, 100, 3_600_000, 20, Duration.ofHours(1));
  private static final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final String callSid = "CA" + Ids.hex(16);
  private final Instant opened = Instant.parse("2026-11-23T09:00:00Z");
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Vertx vertx = Vertx.vertx();
  private final List<EventClient> clients = new ArrayList<>();
  private final Set<ApiKey.Right> rights = EnumSet.of(ApiKey.Right.HANDOFF_READ);
  private volatile Instant until = Instant.MAX;
  private FakeHandoffs store;
  private FakeWorker worker;

  /** The service on one loop. */
  private record Desk(Live live, int port) {}

  @BeforeEach
  void start() throws Exception {
    BusCodecs.registerOn(vertx.eventBus());
    store = new FakeHandoffs(vertx);
    worker = new FakeWorker(vertx);
  }

  @AfterEach
  void stop() throws Exception {
    for (EventClient client : clients) {
      client.close();
    }
    vertx.close().await(10, SECONDS);
  }

  private Desk desk(LiveTimes times) throws Exception {
    Desk desk = deskThatKnowsNoWorkers(times);
    worker.tellsOfItself();
    return desk;
  }

  private Desk deskThatKnowsNoWorkers(LiveTimes times) throws Exception {
    Live live = new Live(LiveTest::explanation, new LiveMetrics(meters), times, Clock.systemUTC());
    Router router = Router.router(vertx);
    Problem.answerFailuresOf(router);
    live.mount(
            vertx,
            router,
            List.of("/live"),
            context ->
                context
                    .put(Reader.class.getName(), reader(context.request().getHeader("who")))
                    .next(),
            store)
        .await(10, SECONDS);
    int port =
        vertx
            .createHttpServer()
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .await(10, SECONDS)
            .actualPort();
    return new Desk(live, port);
  }

  private static Problem explanation(Answer answer) {
    return answer instanceof Answer.Gone ? new Problem(410, "gone") : Problem.notFound("none");
  }

  private Reader reader(@Nullable String name) {
    Reader key =
        Reader.of(
            new ApiKey(name == null ? "key-1" : name, "", "", "acme", null, rights, Instant.EPOCH));
    return new Reader() {
      @Override
      public String name() {
        return key.name();
      }

      @Override
      public boolean opens(String accountSid, String accountId, String projectId) {
        return key.opens(accountSid, accountId, projectId);
      }

      @Override
      public boolean opensProject(String accountId, String projectId) {
        return key.opensProject(accountId, projectId);
      }

      @Override
      public boolean may(ApiKey.Right right) {
        return key.may(right);
      }

      @Override
      public Instant until() {
        return until;
      }
    };
  }

  private String url(Desk desk) {
    return "http://127.0.0.1:" + desk.port + "/live?id=" + callSid;
  }

  private EventClient watch(Desk desk) {
    return watch(desk, "key-1");
  }

  private EventClient watch(Desk desk, String who) {
    EventClient client = new EventClient(url(desk), "who", who);
    clients.add(client);
    return client;
  }

  private HttpResponse<String> poll(Desk desk) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(url(desk))).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @CanIgnoreReturnValue
  private SessionNews withAgent() {
    SessionNews session = FakeWorker.session(callSid, "conn-1", opened);
    store.otherwise = new Answer.TooEarly(session);
    worker.has(session);
    return session;
  }

  private TranscriptLine line(TranscriptLine.Role role, String text, int second) {
    return new TranscriptLine(role, text, true, opened.plusSeconds(second));
  }

  private TranscriptLine caller(String text, int second) {
    return line(TranscriptLine.Role.CALLER, text, second);
  }

  private Outcome handoff(String data, Instant decidedAt) {
    return handoff(data, decidedAt, "acme");
  }

  private Outcome handoff(String data, Instant decidedAt, String accountId) {
    return new Outcome(
        callSid,
        "AC1",
        "conv-" + opened.toEpochMilli(),
        "conn-1",
        accountId,
        "p1",
        Outcome.Kind.HANDOFF,
        "billing",
        "needs_human",
        null,
        false,
        "order-7",
        HandoffData.of(data),
        Transcript.of(List.of(caller("my bill is wrong", 2))),
        decidedAt,
        null);
  }

  private static JsonObject status(String status, Instant since) {
    return new JsonObject().put("status", status).put("since", since.toString());
  }

  private JsonObject handedOver(String status, Instant since, String destination) {
    return status(status, since).put("reason", "needs_human").put("destination", destination);
  }

  @Test
  void showsACallWhileItIsWithTheAgent() throws Exception {
    SessionNews session = withAgent();
    worker.hears(caller("hello", 1));
    Desk desk = desk(SELDOM);
    EventClient client = watch(desk);

    assertThat(client.line()).isEqualTo("retry: 2000");
    JsonObject snapshot = client.event("snapshot").data();
    assertThat(snapshot.getString("id")).isEqualTo(session.conversationId());
    assertThat(snapshot.getString("call_sid")).isEqualTo(callSid);
    assertThat(snapshot.getString("status")).isEqualTo("with_agent");
    assertThat(snapshot.getString("since")).isEqualTo(opened.toString());
    assertThat(snapshot.getJsonObject("data")).isEqualTo(new JsonObject());
    assertThat(snapshot.getJsonArray("receipts")).isEqualTo(new JsonArray());

    // The store's look-up knew of the session before somebody spoke; the lease brings what was
    // said.
    assertThat(client.event("transcript").data()).isEqualTo(caller("hello", 1).toJson());
    TranscriptLine agent = line(TranscriptLine.Role.AGENT, "how can I help?", 2);
    worker.says(agent);
    assertThat(client.event("transcript").data()).isEqualTo(agent.toJson());
    worker.reports(HandoffData.of("{\"amount\": 12.50, \"customer\": \"0042\"}"));
    assertThat(client.event("state").text())
        .isEqualTo("{\"data\":{\"amount\": 12.50, \"customer\": \"0042\"}}");
    assertThat(store.reads).isEmpty();
  }

  @Test
  void masksWhatTheReaderMayNotSee() throws Exception {
    store.sensitive = Set.of("card");
    withAgent();
    Desk desk = desk(SELDOM);
    EventClient client = watch(desk);
    assertThat(client.event("snapshot").data().getString("status")).isEqualTo("with_agent");

    worker.reports(HandoffData.of("{\"card\":\"4111\",\"n\":1}"));
    assertThat(client.event("state").text())
        .isEqualTo("{\"data\":{\"card\":\"[masked]\",\"n\":1}}");

    store.store(handoff("{\"card\":\"4111\",\"n\":2}", opened.plusSeconds(9)));
    assertThat(client.event("state").text())
        .isEqualTo("{\"data\":{\"card\":\"[masked]\",\"n\":2}}");
    assertThat(poll(desk).body()).contains("[masked]").doesNotContain("4111");
    rights.add(ApiKey.Right.HANDOFF_READ_SENSITIVE);
    assertThat(poll(desk).body()).contains("4111");
  }

  @Test
  void passesOverToTheHandoffAndTellsWhatBecomesOfIt() throws Exception {
    withAgent();
    Desk desk = desk(SELDOM);
    EventClient client = watch(desk);
    assertThat(client.event("snapshot").data().getString("status")).isEqualTo("with_agent");

    Instant decided = opened.plusSeconds(30);
    store.store(handoff("{\"n\":\n1.0}", decided));
    worker.ends();

    assertThat(client.event("state").text()).isEqualTo("{\"data\":{\"n\": 1.0}}");
    assertThat(client.event("status").data()).isEqualTo(handedOver("waiting", decided, "billing"));
    assertThat(client.event("receipt").data().getString("step")).isEqualTo("requested");
    assertThat(client.event("receipt").data().getString("step")).isEqualTo("stored");
    assertThat(store.reads.poll(10, SECONDS)).startsWith("key-1 conv-");

    store.add(Step.ROUTED, decided.plusSeconds(1), "billing");
    assertThat(client.event("receipt").data().getString("step")).isEqualTo("routed");
    store.add(Step.FAILED, decided.plusSeconds(20), "billing");
    assertThat(client.event("status").data())
        .isEqualTo(handedOver("failed", decided.plusSeconds(20), "billing"));
    assertThat(client.event("receipt").data().getString("step")).isEqualTo("failed");
    store.add(Step.ROUTED, decided.plusSeconds(21), "everybody");
    assertThat(client.event("status").data())
        .isEqualTo(handedOver("waiting", decided, "everybody"));
    assertThat(client.event("receipt").data().getString("destination")).isEqualTo("everybody");
    store.add(Step.ACCEPTED, decided.plusSeconds(40), "everybody");
    assertThat(client.event("status").data())
        .isEqualTo(handedOver("accepted", decided.plusSeconds(40), "everybody"));
    assertThat(client.event("receipt").data().getString("step")).isEqualTo("accepted");
    assertThat(store.reads).isEmpty();
  }

  @Test
  void passesBackToTheAgentWithTheCall() throws Exception {
    store.store(handoff("{\"n\":1}", opened.plusSeconds(30)));
    Desk desk = desk(OFTEN);
    EventClient client = watch(desk);
    assertThat(client.event("snapshot").data().getString("status")).isEqualTo("waiting");

    Instant again = opened.plusSeconds(60);
    worker.has(FakeWorker.session(callSid, "conn-1", again));

    assertThat(client.event("status").data()).isEqualTo(status("with_agent", again));
    JsonObject snapshot = client.event("snapshot").data();
    assertThat(snapshot.getString("id")).isEqualTo("conv-" + again.toEpochMilli());
    assertThat(snapshot.getJsonObject("data")).isEqualTo(new JsonObject());

    store.store(handoff("{\"n\":2}", opened.plusSeconds(90)));
    assertThat(client.event("state").data().getJsonObject("data").getInteger("n")).isEqualTo(2);
    assertThat(client.event("status").data().getString("status")).isEqualTo("waiting");
  }

  @Test
  void beginsWithTheHandoffWhenThereIsOne() throws Exception {
    Instant decided = opened.plusSeconds(30);
    store.store(handoff("{\"n\":1.10}", decided));
    store.add(Step.ACCEPTED, decided.plusSeconds(5), "billing");
    Desk desk = desk(SELDOM);

    EventClient.Event event = watch(desk).event("snapshot");

    assertThat(event.text()).contains("\"data\":{\"n\":1.10}");
    JsonObject snapshot = event.data();
    assertThat(snapshot.getString("shared_id")).isEqualTo("order-7");
    assertThat(snapshot.getString("status")).isEqualTo("accepted");
    assertThat(snapshot.getString("reason")).isEqualTo("needs_human");
    assertThat(snapshot.getString("destination")).isEqualTo("billing");
    assertThat(snapshot.getJsonArray("transcript"))
        .isEqualTo(new JsonArray().add(caller("my bill is wrong", 2).toJson()));
    assertThat(snapshot.getJsonArray("receipts")).hasSize(3);
    assertThat(store.reads.poll(10, SECONDS)).startsWith("key-1 conv-");
  }

  @Test
  void givesASnapshotToThoseWhoPoll() throws Exception {
    Instant decided = opened.plusSeconds(30);
    store.store(handoff("{\"n\":1.10}", decided));
    Desk desk = desk(SELDOM);

    HttpResponse<String> waiting = poll(desk);
    assertThat(waiting.statusCode()).isEqualTo(200);
    assertThat(waiting.headers().firstValue("content-type")).contains("application/json");
    assertThat(waiting.body()).contains("\"data\":{\"n\":1.10}");
    assertThat(new JsonObject(waiting.body()).getString("status")).isEqualTo("waiting");
    assertThat(store.reads.poll(10, SECONDS)).startsWith("key-1 conv-");

    worker.has(FakeWorker.session(callSid, "conn-1", opened.plusSeconds(60)));
    JsonObject back = new JsonObject(poll(desk).body());
    assertThat(back.getString("status")).isEqualTo("with_agent");
    assertThat(store.reads).isEmpty();

    WatchSession last = worker.watches.stream().reduce((a, b) -> b).orElseThrow();
    assertThat(last.leaseMs()).isZero(); // nobody goes on telling those who poll
  }

  @Test
  void asksForNoSessionWhereThereAreNoWorkers() throws Exception {
    store.store(handoff("{\"n\":1}", opened.plusSeconds(30)));
    Desk desk = deskThatKnowsNoWorkers(SELDOM);

    assertThat(poll(desk).statusCode()).isEqualTo(200);
    assertThat(worker.watches).isEmpty();
    worker.tellsOfItself(); // which a request may overtake: a loop reads its sockets first
    while (worker.watches.isEmpty()) {
      assertThat(poll(desk).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void showsThoseWhoPollACallThatIsWithTheAgent() throws Exception {
    withAgent();
    Desk desk = desk(SELDOM);

    JsonObject snapshot = new JsonObject(poll(desk).body());

    assertThat(snapshot.getString("status")).isEqualTo("with_agent");
    assertThat(snapshot.getString("call_sid")).isEqualTo(callSid);
  }

  @Test
  void answersAsTheStateDoesWhenThereIsNothing() throws Exception {
    Desk desk = desk(SELDOM);

    assertThat(poll(desk).statusCode()).isEqualTo(404);
    assertThat(watch(desk).status()).isEqualTo(404);
    store.otherwise = new Answer.Gone(Answer.Why.EXPIRED, opened);
    assertThat(poll(desk).statusCode()).isEqualTo(410);
    assertThat(watch(desk).status()).isEqualTo(410);
    store.away = new BusFailure(FailureCode.UNAVAILABLE, "Kafka is away");
    assertThat(poll(desk).statusCode()).isEqualTo(503);
    assertThat(watch(desk).status()).isEqualTo(503);
    store.away = null;
    store.full = true;
    withAgent();
    assertThat(watch(desk).status()).isEqualTo(503);
    assertThat(
            http.send(
                    HttpRequest.newBuilder(URI.create(url(desk).replace("?id=", "?no="))).build(),
                    HttpResponse.BodyHandlers.ofString())
                .statusCode())
        .isEqualTo(400);
    assertThat(meters.get("callmesh.handoff.live.streams").gauge().value()).isZero();
  }

  @Test
  void showsNothingOfAnothersConnector() throws Exception {
    store.store(handoff("{\"n\":1}", opened.plusSeconds(30)));
    worker.has(FakeWorker.session(callSid, "conn-2", opened.plusSeconds(60)));
    Desk desk = desk(SELDOM);
    EventClient client = watch(desk);
    assertThat(client.event("snapshot").data().getString("status")).isEqualTo("waiting");
    assertThat(worker.watches.poll(10, SECONDS)).isNotNull();

    worker.says(caller("for nobody else", 61));
    worker.reports(HandoffData.of("{\"secret\":1}"));
    store.add(Step.ACCEPTED, opened.plusSeconds(70), "billing");

    assertThat(client.event("status").data().getString("status")).isEqualTo("accepted");
    assertThat(new JsonObject(poll(desk).body()).getString("status")).isEqualTo("accepted");
  }

  @Test
  void showsNothingOfASessionThatAnothersConnectorHasSince() throws Exception {
    withAgent();
    Desk desk = desk(SELDOM);
    EventClient client = watch(desk);
    assertThat(client.event("snapshot").data().getString("status")).isEqualTo("with_agent");
    assertThat(worker.watches.poll(10, SECONDS)).isNotNull();

    worker.has(FakeWorker.session(callSid, "conn-2", opened.plusSeconds(60)));
    worker.tellsAll();
    worker.says(caller("for nobody else", 61));
    worker.hears(caller("nor this, which was lost on the way", 62));
    worker.reports(HandoffData.of("{\"secret\":1}"));
    worker.tellsAll();
    heardByNow(desk);
    store.store(handoff("{}", opened.plusSeconds(90)));

    assertThat(client.event("status").data().getString("status")).isEqualTo("waiting");
  }

  @Test
  void endsWhenAHandoffOfSomebodyElseHasTakenThePlace() throws Exception {
    store.store(handoff("{\"n\":1}", opened.plusSeconds(30)));
    Desk desk = desk(SELDOM);
    EventClient client = watch(desk);
    assertThat(client.event("snapshot").data().getString("status")).isEqualTo("waiting");

    store.store(handoff("{\"n\":2}", opened.plusSeconds(40), "other"));

    assertThat(client.event("gone").data().getString("reason")).isEqualTo("ended");
    client.awaitEnd();
  }

  @Test
  void holdsOneLeaseHoweverManyLookOn() throws Exception {
    withAgent();
    Desk desk = desk(SELDOM);
    List<EventClient> three = List.of(watch(desk), watch(desk), watch(desk));
    for (EventClient client : three) {
      assertThat(client.event("snapshot").data().getString("call_sid")).isEqualTo(callSid);
    }

    worker.says(caller("hello", 1));
    for (EventClient client : three) {
      assertThat(client.event("transcript").data().getString("text")).isEqualTo("hello");
    }
    assertThat(worker.watches).hasSize(1);
    WatchSession watch = worker.watches.remove();
    assertThat(watch.id()).isEqualTo(callSid);
    assertThat(watch.leaseMs()).isEqualTo(15_000);
    assertThat(watch.known()).isFalse();
  }

  @Test
  void renewsTheLeaseAndAsksForASnapshotNowAndThen() throws Exception {
    withAgent();
    // A worker that answers later than that is taken for dead.
    Desk desk = desk(new LiveTimes(300, 15_000, 100, 3_600_000, 3_600_000, Duration.ofHours(1)));
    EventClient client = watch(desk);
    assertThat(client.event("snapshot").data().getString("call_sid")).isEqualTo(callSid);

    List<Boolean> known = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      known.add(worker.watches.poll(10, SECONDS).known());
    }
    assertThat(known).containsExactly(false, true, true, false, true, true, false);
  }

  @Test
  void tellsWhatWasLostOnTheWay() throws Exception {
    withAgent();
    Desk desk = desk(OFTEN);
    EventClient client = watch(desk);
    assertThat(client.event("snapshot").data().getString("call_sid")).isEqualTo(callSid);

    worker.hears(caller("lost on the bus", 1));

    assertThat(client.event("transcript").data().getString("text")).isEqualTo("lost on the bus");
  }

  @Test
  void endsWhenTheCallIsOverWithoutAHandoff() throws Exception {
    withAgent();
    Desk desk = desk(OFTEN);
    EventClient client = watch(desk);
    assertThat(client.event("snapshot").data().getString("call_sid")).isEqualTo(callSid);

    store.otherwise = new Answer.Absent();
    worker.ends();

    assertThat(client.event("gone").data().getString("reason")).isEqualTo("ended");
    client.awaitEnd();
  }

  @Test
  void noticesThatAWorkerDied() throws Exception {
    withAgent();
    Desk desk = desk(OFTEN);
    EventClient client = watch(desk);
    assertThat(client.event("snapshot").data().getString("call_sid")).isEqualTo(callSid);

    store.otherwise = new Answer.Absent();
    worker.dies();

    assertThat(client.event("gone").data().getString("reason")).isEqualTo("ended");
  }

  @Test
  void saysWhyAHandoffIsGoneAndEnds() throws Exception {
    store.store(handoff("{\"n\":1}", opened.plusSeconds(30)));
    Desk desk = desk(SELDOM);
    EventClient client = watch(desk);
    assertThat(client.event("snapshot").data().getString("status")).isEqualTo("waiting");

    store.remove(new Answer.Gone(Answer.Why.DELETED, opened.plusSeconds(50)));

    assertThat(client.event("gone").data())
        .isEqualTo(
            new JsonObject().put("reason", "deleted").put("at", opened.plusSeconds(50).toString()));
    client.awaitEnd();
    assertThat(store.watching()).isZero();
  }

  @Test
  void sendsHeartbeats() throws Exception {
    store.store(handoff("{\"n\":1}", opened.plusSeconds(30)));
    EventClient client = watch(desk(OFTEN));
    assertThat(client.event("snapshot").data().getString("status")).isEqualTo("waiting");

    assertThat(client.line()).isEqualTo(":");
    assertThat(client.line()).isEqualTo(":");
  }

  @Test
  void boundsTheStreamsOfOneReader() throws Exception {
    store.store(handoff("{\"n\":1}", opened.plusSeconds(30)));
    Desk desk = desk(SELDOM);
    for (int i = 0; i < Live.MAX_STREAMS_PER_READER; i++) {
      assertThat(watch(desk).event("snapshot").data().getString("status")).isEqualTo("waiting");
    }

    assertThat(watch(desk).status()).isEqualTo(429);
    assertThat(watch(desk, "key-2").event("snapshot").data().getString("status"))
        .isEqualTo("waiting");

    clients.get(0).close();
    while (store.watching() > Live.MAX_STREAMS_PER_READER) {
      Thread.onSpinWait();
    }
    assertThat(watch(desk).event("snapshot").data().getString("status")).isEqualTo("waiting");
  }

  @Test
  void boundsTheStreamsOfTheProcess() {
    ReaderPlaces places = new ReaderPlaces(3, 2);

    assertThat(places.take("a")).isTrue();
    assertThat(places.take("a")).isTrue();
    assertThat(places.take("a")).isFalse();
    assertThat(places.take("b")).isTrue();
    assertThat(places.take("c")).isFalse();
    places.giveBack("a");
    assertThat(places.take("c")).isTrue();
    assertThat(places.taken()).isEqualTo(3);
  }

  @Test
  void dropsAClientThatDoesNotRead() throws Exception {
    withAgent();
    Desk desk = desk(SELDOM);
    try (Socket socket = new Socket()) {
      socket.setReceiveBufferSize(4 * 1024);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), desk.port));
      String request =
          "GET /live?id=" + callSid + " HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      assertThat(worker.watches.poll(10, SECONDS)).isNotNull();
      String words = "x".repeat(60_000);

      for (int i = 0; store.watching() > 0; i++) {
        assertThat(i).isLessThan(2_000);
        worker.reports(HandoffData.of("{\"n\":" + i + ",\"words\":\"" + words + "\"}"));
        heardByNow(desk);
      }
    }
    assertThat(meters.get("callmesh.handoff.live.ended").tag("reason", "slow").counter().count())
        .isEqualTo(1);
    assertThat(meters.get("callmesh.handoff.live.streams").gauge().value()).isZero();
  }

  /** Whoever is answered now has been taken in after what was told before. */
  private void heardByNow(Desk desk) throws Exception {
    assertThat(poll(desk).statusCode()).isEqualTo(200);
  }

  @Test
  void endsAStreamWithItsReadersToken() throws Exception {
    store.store(handoff("{\"n\":1}", opened.plusSeconds(30)));
    until = Instant.now().plusMillis(200);
    EventClient client = watch(desk(SELDOM));

    assertThat(client.event("snapshot").data().getString("status")).isEqualTo("waiting");
    client.awaitEnd();
  }

  @Test
  void endsAStreamAfterTheLongestTime() throws Exception {
    store.store(handoff("{\"n\":1}", opened.plusSeconds(30)));
    EventClient client =
        watch(desk(new LiveTimes(3_600_000, 1, 100, 3_600_000, 3_600_000, Duration.ofMillis(50))));

    assertThat(client.event("snapshot").data().getString("status")).isEqualTo("waiting");
    client.awaitEnd();
  }

  @Test
  void endsStreamsAtADrainAndOpensNone() throws Exception {
    store.store(handoff("{\"n\":1}", opened.plusSeconds(30)));
    Desk desk = desk(SELDOM);
    EventClient client = watch(desk);
    assertThat(client.event("snapshot").data().getString("status")).isEqualTo("waiting");

    desk.live.drain().await(10, SECONDS);

    client.awaitEnd();
    assertThat(watch(desk).status()).isEqualTo(503);
    assertThat(poll(desk).statusCode()).isEqualTo(200);
  }
}
