package io.callmesh.runtime.service;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callmesh.broker.EmbeddedBroker;
import io.callmesh.contracts.Topic;
import io.callmesh.contracts.security.ApiKey;
import io.callmesh.contracts.security.IssuedSecret;
import io.callmesh.runtime.config.ConfigException;
import io.callmesh.runtime.config.Settings;
import io.callmesh.runtime.kafka.KafkaTable;
import io.callmesh.runtime.security.ApiKeys;
import io.callmesh.runtime.web.Json;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A process with a small service of our own, on a real broker. */
class MeshProcessIT {
  private static final String ADMIN_KEY = "the-first-api-key";
  private static final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TempDir private static Path data;
  private static EmbeddedBroker broker;

  /** A service that says what it was asked, and waits until it may go on. */
  private static final class Tracer implements MeshService {
    final Vertx vertx;
    final KafkaTable<ApiKey> table;
    final List<String> calls = new CopyOnWriteArrayList<>();
    final Promise<Void> starting = Promise.promise();
    final Promise<Void> mayStart = Promise.promise();
    final Promise<Void> draining = Promise.promise();
    final Promise<Void> mayStop = Promise.promise();
    private final ApiKeys keys;

    Tracer(ServiceContext context) {
      vertx = context.vertx();
      table = ApiKeys.table(context.tables());
      keys = new ApiKeys(table, context.settings().secret("CALLMESH_ADMIN_API_KEY"));
      calls.add("create");
    }

    @Override
    public String name() {
      return "tracer";
    }

    @Override
    public Future<?> start() {
      calls.add("start");
      // Only a table that has been read answers.
      return table
          .catchUp()
          .onSuccess(read -> starting.complete())
          .onFailure(starting::fail)
          .compose(read -> mayStart.future());
    }

    @Override
    public HttpSurface surface() {
      return (loop, router) -> {
        calls.add("mount");
        router
            .get("/whoami")
            .handler(keys.require(ApiKey.Right.HANDOFF_READ))
            .handler(
                context ->
                    Json.answer(
                        context, 200, new JsonObject().put("key", ApiKeys.of(context).keyId())));
        router
            .get("/control")
            .handler(keys.require(ApiKey.Right.CALLS_CONTROL))
            .handler(context -> Json.answer(context, 200, new JsonObject()));
        return Future.succeededFuture();
      };
    }

    @Override
    public HttpSurface managementSurface() {
      return (loop, router) -> {
        router
            .get("/traces")
            .handler(
                context -> Json.answer(context, 200, new JsonObject().put("calls", calls.size())));
        return Future.succeededFuture();
      };
    }

    @Override
    public Future<?> drain() {
      calls.add("drain");
      draining.complete();
      return mayStop.future();
    }
  }

  @BeforeAll
  static void startBroker() {
    broker = EmbeddedBroker.start(data);
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @Test
  void isReadyFromItsStartToItsDrain() throws Exception {
    int management = freePort();
    Promise<Tracer> created = Promise.promise();
    Future<MeshProcess> starting =
        MeshProcess.start(
            settings(Map.of("CALLMESH_MANAGEMENT_PORT", Integer.toString(management))),
            List.of(context -> tell(created, new Tracer(context))));
    Tracer tracer = created.future().await(30, SECONDS);
    tracer.starting.future().await(30, SECONDS);

    assertThat(get(management, "/health/live").statusCode()).isEqualTo(200);
    assertThat(get(management, "/health/ready").statusCode()).isEqualTo(503);
    assertThat(tracer.calls).containsExactly("create", "start");
    assertThat(get(management, "/traces").body()).isEqualTo("{\"calls\":2}");

    tracer.mayStart.complete();
    MeshProcess process = starting.await(30, SECONDS);

    assertThat(tracer.calls).containsExactly("create", "start", "mount");
    assertThat(process.managementPort()).isEqualTo(management);
    assertThat(get(management, "/health/ready").statusCode()).isEqualTo(200);
    assertThat(get(management, "/metrics").body())
        .contains("jvm_memory_used_bytes", "jvm_threads_live_threads", "system_cpu_count");
    admitsGoodKeysOnly(process, tracer);
    asksForRights(process, tracer);
    takesALongRequestLine(process);
    assertThat(get(process.port(), "/traces").statusCode()).isEqualTo(404);

    Future<Void> stopping = process.stop();
    tracer.draining.future().await(10, SECONDS);

    assertThat(get(management, "/health/ready").statusCode()).isEqualTo(503);
    assertThat(get(management, "/health/live").statusCode()).isEqualTo(200);
    assertThat(get(process.port(), "/whoami").statusCode()).isEqualTo(401);
    assertThat(stopping.isComplete()).isFalse();

    tracer.mayStop.complete();
    stopping.await(30, SECONDS);

    assertThat(tracer.calls).containsExactly("create", "start", "mount", "drain");
    refusesConnections(management);
    refusesConnections(process.port());
  }

  private static void admitsGoodKeysOnly(MeshProcess process, Tracer tracer) throws Exception {
    IssuedSecret issued = IssuedSecret.issue(IssuedSecret.API_KEY, "key-1");
    ApiKey key =
        new ApiKey(
            "key-1", "test", issued.hash(), "acme", "project", ApiKey.ALL_RIGHTS, Instant.EPOCH);
    tracer.table.put("key-1", key).await(10, SECONDS);
    String good = issued.text().reveal();

    assertThat(whoami(process, ADMIN_KEY).body()).isEqualTo("{\"key\":\"admin\"}");
    assertThat(whoami(process, good).body()).isEqualTo("{\"key\":\"key-1\"}");
    for (String bad :
        List.of(
            "",
            ADMIN_KEY + "x",
            "key-1",
            good.substring(0, good.length() - 1),
            good + "0",
            good.replace("key-1", "key-2"),
            "cmk.key-1.",
            "cmk..",
            key.secretHash())) {
      HttpResponse<String> refused = whoami(process, bad);
      assertThat(refused.statusCode()).isEqualTo(401);
      assertThat(refused.body()).contains("a valid API key is needed in the header x-api-key");
    }
  }

  private static void asksForRights(MeshProcess process, Tracer tracer) throws Exception {
    IssuedSecret issued = IssuedSecret.issue(IssuedSecret.API_KEY, "key-3");
    ApiKey reader =
        new ApiKey(
            "key-3",
            "test",
            issued.hash(),
            null,
            null,
            Set.of(ApiKey.Right.HANDOFF_READ),
            Instant.EPOCH);
    tracer.table.put("key-3", reader).await(10, SECONDS);

    assertThat(control(process, ADMIN_KEY).statusCode()).isEqualTo(200);
    assertThat(control(process, "bad").statusCode()).isEqualTo(401);
    assertThat(get(process.port(), "/control").statusCode()).isEqualTo(401);
    HttpResponse<String> refused = control(process, issued.text().reveal());
    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(refused.body()).contains("this key lacks the right calls:control");
  }

  /** As long as a webhook by GET becomes with a SHAKEN passport and a call token. */
  private static void takesALongRequestLine(MeshProcess process) throws Exception {
    assertThat(get(process.port(), "/whoami?StirPassportToken=" + "x".repeat(8_000)).statusCode())
        .isEqualTo(401);
  }

  @Test
  void givesUpWaitingAtTheDrainDeadline() throws Exception {
    Promise<Tracer> created = Promise.promise();
    Future<MeshProcess> starting =
        MeshProcess.start(
            settings(Map.of("CALLMESH_DRAIN_DEADLINE", "50ms")),
            List.of(context -> tell(created, new Tracer(context))));
    Tracer tracer = created.future().await(30, SECONDS);
    tracer.mayStart.complete();
    MeshProcess process = starting.await(30, SECONDS);

    process.stop().await(30, SECONDS);

    assertThat(tracer.mayStop.future().isComplete()).isFalse();
    refusesConnections(process.port());
  }

  @Test
  void leavesNothingRunningWhenAServiceDoesNotStart() throws Exception {
    int management = freePort();
    Promise<Tracer> created = Promise.promise();
    Promise<Void> closed = Promise.promise();
    Future<MeshProcess> starting =
        MeshProcess.start(
            settings(Map.of("CALLMESH_MANAGEMENT_PORT", Integer.toString(management))),
            List.of(context -> tell(created, new Tracer(context))));
    Tracer tracer = created.future().await(30, SECONDS);
    tracer.vertx.deployVerticle(new ClosingVerticle(closed)).await(10, SECONDS);

    tracer.mayStart.fail("the agent directory is empty");

    assertThatThrownBy(() -> starting.await(30, SECONDS))
        .hasMessage("the agent directory is empty");
    assertThat(closed.future().succeeded()).isTrue();
    refusesConnections(management);
  }

  @Test
  void leavesNothingRunningWhenAFactoryThrows() throws Exception {
    int management = freePort();

    assertThatThrownBy(
            () ->
                MeshProcess.start(
                        settings(Map.of("CALLMESH_MANAGEMENT_PORT", Integer.toString(management))),
                        List.of(
                            context -> {
                              throw new ConfigException("CALLMESH_X must be set");
                            }))
                    .await(30, SECONDS))
        .isInstanceOf(ConfigException.class)
        .hasMessage("CALLMESH_X must be set");
    refusesConnections(management);
  }

  @ParameterizedTest
  @CsvSource({
    "CALLMESH_PORT,http,CALLMESH_PORT must be a whole number 0..65535",
    "CALLMESH_CLUSTER,gossip,'CALLMESH_CLUSTER must be none, tcp or kubernetes'",
    "CALLMESH_KAFKA_BOOTSTRAP_SERVERS,localhost,CALLMESH_KAFKA_BOOTSTRAP_SERVERS must be host:port",
    "CALLMESH_KAFKA_REPLICATION_FACTOR,0,CALLMESH_KAFKA_REPLICATION_FACTOR must be -1 or 1..32767",
    "CALLMESH_KAFKA_REQUEST_TIMEOUT,1h,CALLMESH_KAFKA_REQUEST_TIMEOUT must be positive and at most",
    "CALLMESH_HANDOFF_LIFETIME,0s,CALLMESH_HANDOFF_LIFETIME must be positive",
  })
  void namesASettingThatIsWrong(String variable, String value, String sentence) {
    assertThatThrownBy(
            () ->
                MeshProcess.start(settings(Map.of(variable, value)), List.of()).await(30, SECONDS))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(sentence)
        .hasMessageContaining(", was '");
  }

  @Test
  void doesNotStartOnATopicWithAnotherPolicy(@TempDir Path other) throws Exception {
    try (EmbeddedBroker own = EmbeddedBroker.start(other)) {
      Settings settings =
          settings(Map.of("CALLMESH_KAFKA_BOOTSTRAP_SERVERS", own.bootstrapServers()));
      create(own, Topic.CONNECTORS, "delete");

      assertThatThrownBy(() -> MeshProcess.start(settings, List.of()).await(30, SECONDS))
          .hasMessageContaining("callmesh.connectors.v1 has cleanup.policy=delete, wanted compact");
    }
  }

  private static final class ClosingVerticle extends io.vertx.core.VerticleBase {
    private final Promise<Void> closed;

    ClosingVerticle(Promise<Void> closed) {
      this.closed = closed;
    }

    @Override
    public Future<?> stop() {
      closed.complete();
      return Future.succeededFuture();
    }
  }

  private static Tracer tell(Promise<Tracer> created, Tracer tracer) {
    created.complete(tracer);
    return tracer;
  }

  private static Settings settings(Map<String, String> some) {
    Map<String, String> environment =
        new HashMap<>(
            Map.of(
                "CALLMESH_LISTEN_ADDRESS", "127.0.0.1",
                "CALLMESH_PORT", "0",
                "CALLMESH_MANAGEMENT_PORT", "0",
                "CALLMESH_EVENT_LOOPS", "1",
                "CALLMESH_ADMIN_API_KEY", ADMIN_KEY,
                "CALLMESH_KAFKA_BOOTSTRAP_SERVERS", broker.bootstrapServers()));
    environment.putAll(some);
    return Settings.load(environment);
  }

  private static HttpResponse<String> get(int port, String path) throws Exception {
    return http.send(request(port, path).build(), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpResponse<String> whoami(MeshProcess process, String key) throws Exception {
    return get(process, "/whoami", key);
  }

  private static HttpResponse<String> control(MeshProcess process, String key) throws Exception {
    return get(process, "/control", key);
  }

  private static HttpResponse<String> get(MeshProcess process, String path, String key)
      throws Exception {
    return http.send(
        request(process.port(), path).header("x-api-key", key).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static HttpRequest.Builder request(int port, String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
  }

  private static void refusesConnections(int port) throws IOException {
    // A port that can be taken has no listener.
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      assertThat(socket.getLocalPort()).isEqualTo(port);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Wrong from the start: a policy altered later is not what the broker shows at once. */
  private static void create(EmbeddedBroker at, Topic topic, String policy) throws Exception {
    NewTopic created =
        new NewTopic(topic.topicName(), 1, (short) 1).configs(Map.of("cleanup.policy", policy));
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", at.bootstrapServers()))) {
      admin.createTopics(List.of(created)).all().get(10, SECONDS);
    }
  }
}
