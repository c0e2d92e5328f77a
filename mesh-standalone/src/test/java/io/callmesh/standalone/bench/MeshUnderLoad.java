package io.callmesh.standalone.bench;

import io.callmesh.contracts.security.Secret;
import io.callmesh.simulator.load.LoadTarget;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The four services in a process of their own, as {@code callmesh up} starts them, with a broker
 * outside, so that the process's CPU and memory are the mesh's alone. Blocks.
 */
final class MeshUnderLoad implements AutoCloseable {
  static final String ACCOUNT_SID = "AC0123456789abcdef0123456789abcdef";

  private static final String AUTH_TOKEN = "benchmark-auth-token";
  private static final String API_KEY = "benchmark-admin-key";
  private static final String PUBLIC_URL = "https://mesh.example.com";
  private static final String SIGNED_URL = "wss://mesh.example.com/streams";
  private static final String PROJECT = "/v1/agents/benchmark/telephony";

  /**
   * All there from the start, so that resident memory grows only by what is not heap; the collector
   * and its young generation as in {@code deploy}.
   */
  private static final List<String> HEAP =
      List.of(
          "-Xms512m",
          "-Xmx512m",
          "-Xmn32m",
          "-XX:+UseSerialGC",
          "-XX:+AlwaysPreTouch",
          "-XX:+ExitOnOutOfMemoryError");

  private final MeasuredBroker broker;
  private final MeasuredProcess mesh;
  private final int port;
  private final Map<AudioPath, String> tokens = new HashMap<>();

  private MeshUnderLoad(MeasuredBroker broker, MeasuredProcess mesh) throws Exception {
    this.broker = broker;
    this.mesh = mesh;
    this.port = Integer.parseInt(mesh.awaitReady().replaceAll("\\D*(\\d+).*", "$1"));
  }

  /**
   * Starts both and returns when they are ready.
   *
   * @param core the only one that the mesh may use; negative for any
   * @param streams how many it must take at once
   * @param options more for its JVM
   */
  static MeshUnderLoad start(int core, Path jar, Path data, int streams, List<String> options)
      throws Exception {
    MeasuredBroker broker = MeasuredBroker.start(data);
    try {
      Map<String, String> environment = environment(data, streams, broker.bootstrapServers());
      return new MeshUnderLoad(broker, mesh(core, jar, environment, options));
    } catch (Exception failure) {
      broker.close();
      throw failure;
    }
  }

  private static MeasuredProcess mesh(
      int core, Path jar, Map<String, String> environment, List<String> options) throws Exception {
    List<String> arguments = new ArrayList<>(HEAP);
    arguments.addAll(options);
    arguments.addAll(List.of("-jar", jar.toString(), "up"));
    return MeasuredProcess.start(
        MeasuredProcess.onCore(core), "Public port", environment, arguments);
  }

  private static Map<String, String> environment(Path data, int streams, String bootstrap) {
    Map<String, String> environment = new HashMap<>();
    environment.put("CALLMESH_PORT", "0");
    environment.put("CALLMESH_MANAGEMENT_PORT", "0");
    environment.put("CALLMESH_LISTEN_ADDRESS", "127.0.0.1");
    environment.put("CALLMESH_DATA", data.toString());
    environment.put("CALLMESH_KAFKA_BOOTSTRAP_SERVERS", bootstrap);
    environment.put("CALLMESH_PUBLIC_URL", PUBLIC_URL);
    environment.put(
        "CALLMESH_TWILIO_ACCOUNTS",
        "[{\"accountSid\":\"%s\",\"authTokens\":[\"%s\"]}]".formatted(ACCOUNT_SID, AUTH_TOKEN));
    environment.put("CALLMESH_ADMIN_API_KEY", API_KEY);
    environment.put("CALLMESH_AGENT_ALLOW_PRIVATE_ADDRESSES", "true");
    environment.put("CALLMESH_LOG_LEVEL", "WARN");
    // Room for those of the run before, which may still be closing.
    String room = String.valueOf(2 * streams);
    environment.put("CALLMESH_WORKER_CAPACITY", room);
    environment.put("CALLMESH_INGRESS_MAX_STREAMS", room);
    return environment;
  }

  /** Makes the connector of a path. */
  void lead(AudioPath path, String agentUrl) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + PROJECT + "/connectors"))
            .header("x-api-key", API_KEY)
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(path.connector(agentUrl).encode()))
            .build();
    HttpResponse<String> response =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 201) {
      throw new IllegalStateException(
          "no connector for %s: %d %s"
              .formatted(path.text(), response.statusCode(), response.body()));
    }
    tokens.put(path, new JsonObject(response.body()).getString("connectorToken"));
  }

  LoadTarget target() {
    String url = "ws://127.0.0.1:" + port + "/streams";
    return LoadTarget.of(url, SIGNED_URL, new Secret(AUTH_TOKEN));
  }

  /** What a path's streams say of themselves. */
  Map<String, String> parameters(AudioPath path) {
    return Map.of("connectorToken", tokens.getOrDefault(path, ""));
  }

  long pid() {
    return mesh.pid();
  }

  long brokerPid() {
    return broker.process().pid();
  }

  @Override
  public void close() {
    mesh.close();
    broker.close();
  }
}
