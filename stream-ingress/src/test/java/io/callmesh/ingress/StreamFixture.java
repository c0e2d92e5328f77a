package io.callmesh.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.bus.BusCodecs;
import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.event.CallEventType;
import io.callmesh.contracts.security.IssuedSecret;
import io.callmesh.contracts.security.Secret;
import io.callmesh.contracts.security.Ticket;
import io.callmesh.contracts.security.TicketSeal;
import io.callmesh.contracts.twilio.TwilioSignature;
import io.callmesh.ingress.stream.Places;
import io.callmesh.ingress.stream.StreamTable;
import io.callmesh.runtime.security.PublicUrls;
import io.callmesh.runtime.security.TwilioAccounts;
import io.callmesh.runtime.security.TwilioRequests;
import io.callmesh.runtime.web.Problem;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A stream-ingress of one event loop on a real port, with a clock that the test moves. */
final class StreamFixture {
  static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
  static final IssuedSecret TOKEN = IssuedSecret.issue(IssuedSecret.CONNECTOR_TOKEN, "conn-1");
  private static final String BASE = "wss://mesh.example.com";
  private static final List<Secret> SECRETS = List.of(new Secret("a-secret-for-the-tests"));

  record Told(CallEventType type, String callSid, JsonObject data) {}

  final Vertx vertx = Vertx.vertx();
  final HttpClient http = vertx.createHttpClient();
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final IngressMetrics metrics = new IngressMetrics(meters);
  final BlockingQueue<Told> events = new LinkedBlockingQueue<>();
  final CountDownLatch connectionGone = new CountDownLatch(1);
  final TicketSeal seal = new TicketSeal(SECRETS, Clock.fixed(NOW, ZoneOffset.UTC));
  private final WebSocketClient sockets = vertx.createWebSocketClient();
  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger nonces = new AtomicInteger();
  private final IngressConfig config;
  private final UsedTickets tickets;
  private final Server server = new Server();

  private StreamFixture(Limits limits, Optional<UsedTickets> tickets) {
    this.config = limits.config();
    this.tickets = tickets.orElseGet(() -> new SharedUsedTickets(vertx, clock()));
  }

  static StreamFixture start(Limits limits) throws Exception {
    return new StreamFixture(limits, Optional.empty()).deploy();
  }

  static StreamFixture start(Limits limits, UsedTickets tickets) throws Exception {
    return new StreamFixture(limits, Optional.of(tickets)).deploy();
  }

  private StreamFixture deploy() throws Exception {
    BusCodecs.registerOn(vertx.eventBus());
    vertx.deployVerticle(server).await(10, TimeUnit.SECONDS);
    return this;
  }

  private static Clock clock() {
    return Clock.fixed(NOW, ZoneOffset.UTC);
  }

  /** The server's event loop, with the table on it. */
  private final class Server extends VerticleBase {
    private volatile Optional<StreamTable> table = Optional.empty();
    private volatile int port;

    @Override
    public Future<?> start() {
      StreamTable streams =
          new StreamTable(
              vertx,
              config,
              new Places(config.maxStreamsPerAccount()),
              metrics,
              (type, callSid, data) -> events.add(new Told(type, callSid, data)),
              "p",
              clock(),
              nanos::get);
      table = Optional.of(streams);
      return streams.start().compose(reachable -> listen(streams));
    }

    Context loop() {
      return context;
    }

    private Future<HttpServer> listen(StreamTable streams) {
      StreamHandshake handshake =
          new StreamHandshake(
              new TwilioRequests(config.accounts(), config.urls()),
              seal,
              tickets,
              StreamFixture::connector,
              clock(),
              metrics);
      Router router = Router.router(vertx);
      Problem.answerFailuresOf(router);
      router
          .route()
          .handler(
              request -> {
                request.request().connection().closeHandler(gone -> connectionGone.countDown());
                request.next();
              });
      router.get("/streams/:ticket").handler(request -> handshake.byTicket(request, streams));
      router.get("/streams").handler(request -> handshake.byToken(request, streams));
      Router management = Router.router(vertx);
      Problem.answerFailuresOf(management);
      router.route("/management/*").subRouter(management);
      return new LiveStreams(List.of(streams), metrics)
          .mount(management)
          .compose(mounted -> listen(router));
    }

    private Future<HttpServer> listen(Router router) {
      return vertx
          .createHttpServer()
          .requestHandler(router)
          .listen(0, "127.0.0.1")
          .onSuccess(listening -> port = listening.actualPort());
    }
  }

  private static Future<Optional<Connector>> connector(String id) {
    return Future.succeededFuture(
        id.equals(TOKEN.id())
            ? Optional.of(
                new Connector(
                    id,
                    "",
                    "acc",
                    "proj",
                    "live",
                    "",
                    "",
                    "",
                    "",
                    false,
                    null,
                    List.of(),
                    null,
                    null,
                    null,
                    null,
                    Set.of(),
                    null,
                    TOKEN.hash(),
                    null,
                    NOW))
            : Optional.empty());
  }

  int port() {
    return server.port;
  }

  StreamTable table() {
    return server.table.orElseThrow();
  }

  /** Runs on the server's loop, behind whatever waits there already. */
  void onLoop(Runnable action) throws Exception {
    Promise<Void> done = Promise.promise();
    server
        .loop()
        .runOnContext(
            now -> {
              action.run();
              done.complete();
            });
    done.future().await(10, TimeUnit.SECONDS);
  }

  /** A worker that the table has heard of. */
  FakeWorker worker(String instance, int sessions) throws Exception {
    FakeWorker worker = FakeWorker.start(vertx, instance);
    worker.present(sessions);
    onLoop(() -> {});
    return worker;
  }

  /** Lets time pass in one go, and sweeps. */
  void pass(Duration time) throws Exception {
    nanos.addAndGet(time.toNanos());
    onLoop(() -> table().sweep());
  }

  /** The path with a new ticket for the call CA1 of the account AC1. */
  String ticketPath() {
    return ticketPath(seal, NOW.plusSeconds(30));
  }

  String ticketPath(TicketSeal by, Instant expiresAt) {
    return "/streams/"
        + by.seal(
            new Ticket(
                "n-" + nonces.incrementAndGet(),
                "CA1",
                "AC1",
                "conv-1",
                "conn-1",
                true,
                expiresAt));
  }

  static String sign(String token, String target) {
    return TwilioSignature.of(token, BASE + target, Collections.emptySortedMap());
  }

  Future<TwilioSocket> connect(String uri, String signature) {
    return TwilioSocket.connect(sockets, port(), uri, signature);
  }

  /** A stream with a good ticket, before its start, that the table has taken. */
  TwilioSocket connect() throws Exception {
    String uri = ticketPath();
    return connect(uri, sign("token-1", uri)).await(10, TimeUnit.SECONDS).settled();
  }

  /** What the management port answers; asked for on one loop, so that no body comes unheard. */
  JsonObject managed(String path, int status) throws Exception {
    Promise<JsonObject> answer = Promise.promise();
    vertx.runOnContext(
        on ->
            http.request(HttpMethod.GET, port(), "127.0.0.1", "/management" + path)
                .compose(request -> request.send())
                .compose(
                    response -> {
                      assertThat(response.statusCode()).isEqualTo(status);
                      return response.body();
                    })
                .map(Buffer::toJsonObject)
                .onComplete(answer));
    return answer.future().await(10, TimeUnit.SECONDS);
  }

  double counter(String name, String... tags) {
    return meters.counter(name, tags).count();
  }

  double offences(String kind) {
    return counter("callmesh.ingress.messages.malformed", "kind", kind);
  }

  void close() throws Exception {
    vertx.close().await(10, TimeUnit.SECONDS);
  }

  /** The limits that tests change. */
  record Limits(int maxStreams, int perAccount, int maxOffences, Duration opening, Duration ping) {
    static final Limits USUAL =
        new Limits(10, 10, 5, Duration.ofMillis(60), Duration.ofSeconds(25));

    private IngressConfig config() {
      return new IngressConfig(
          new PublicUrls("https://mesh.example.com", BASE),
          new TwilioAccounts(
              Map.of(
                  "AC1", List.of(new Secret("token-1"), new Secret("token-1-new")),
                  "AC2", List.of(new Secret("token-2")))),
          SECRETS,
          Duration.ofSeconds(10),
          Duration.ofSeconds(5),
          maxOffences,
          opening,
          Duration.ofSeconds(10),
          ping,
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          Duration.ofSeconds(5),
          maxStreams,
          perAccount);
    }
  }
}
