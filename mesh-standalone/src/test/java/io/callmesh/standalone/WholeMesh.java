package io.callmesh.standalone;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.Ids;
import io.callmesh.contracts.Topic;
import io.callmesh.contracts.connector.Connector;
import io.callmesh.runtime.config.Settings;
import io.callmesh.simulator.agent.AgentScript;
import io.callmesh.simulator.agent.ScriptedAgent;
import io.callmesh.simulator.twilio.CallEnd;
import io.callmesh.simulator.twilio.CallPlan;
import io.callmesh.simulator.twilio.CallReport;
import io.callmesh.simulator.twilio.CallerStep;
import io.callmesh.simulator.twilio.Enqueued;
import io.callmesh.simulator.twilio.SimulatedCall;
import io.callmesh.simulator.twilio.TwilioAccount;
import io.callmesh.simulator.twilio.TwilioRestApi;
import io.callmesh.simulator.twilio.TwilioSimulator;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * A mesh with all that is around it: Twilio with its REST API, agents, and whoever provisions and
 * supervises. Safe on any thread.
 */
final class WholeMesh implements AutoCloseable {
  static final String ACCOUNT = "acme";
  static final String PROJECT = "support";

  /** As long as a caller waits for anything. */
  static final Duration PATIENCE = Duration.ofSeconds(15);

  /** When a caller of {@link #plan} gives up. */
  static final Duration LIMIT = Duration.ofSeconds(45);

  private static final long DEADLINE_S = 60;

  private final Vertx vertx;
  private final StandaloneMesh mesh;
  private final TwilioRestApi rest;
  private final TwilioSimulator twilio;
  private final KafkaProducer<String, String> producer;
  private final HttpClient http = HttpClient.newHttpClient();

  private WholeMesh(Vertx vertx, StandaloneMesh mesh, TwilioRestApi rest, TwilioAccount account) {
    this.vertx = vertx;
    this.mesh = mesh;
    this.rest = rest;
    this.twilio = new TwilioSimulator(vertx, base(), account).controlledBy(rest);
    this.producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", mesh.bootstrapServers()),
            new StringSerializer(),
            new StringSerializer());
  }

  /** Starts one with these settings besides the usual ones. */
  static WholeMesh start(Path data, Map<String, String> special) throws Exception {
    Vertx vertx = Vertx.vertx();
    Settings settings = Demo.settings().with(special);
    TwilioAccount account = StandaloneSecrets.twilioAccount(settings);
    TwilioRestApi rest = TwilioRestApi.start(vertx, account).await(DEADLINE_S, SECONDS);
    Settings controlled =
        settings.with(Map.of("CALLMESH_TWILIO_API_URL", rest.baseUrl().toString()));
    return new WholeMesh(vertx, StandaloneMesh.start(controlled, data), rest, account);
  }

  @Override
  public void close() {
    producer.close();
    mesh.close();
    try {
      vertx.close().await(DEADLINE_S, SECONDS);
    } catch (TimeoutException cause) {
      throw new IllegalStateException(cause);
    }
  }

  private URI base() {
    return URI.create("http://127.0.0.1:" + mesh.port());
  }

  /** What Twilio's REST API was asked about a call. */
  List<TwilioRestApi.Request> changes(String callSid) {
    return rest.requests().stream().filter(request -> request.target().contains(callSid)).toList();
  }

  // Connectors.

  /** An agent that listens, and a connector to it. */
  record Line(ScriptedAgent agent, String connectorId) {
    /** The {@code session.start} of one of the agent's sessions, from 0. */
    JsonObject start(int session) {
      return Objects.requireNonNull(agent.sessions().get(session).start());
    }
  }

  /** A line to an agent with this script, and a connector's own members. */
  Line line(AgentScript script, JsonObject connector, JsonObject... destinations) throws Exception {
    ScriptedAgent agent = new ScriptedAgent(vertx, script);
    int port = agent.listen("127.0.0.1", 0).await(DEADLINE_S, SECONDS);
    JsonObject endpoint =
        new JsonObject()
            .put("protocol", "callmesh")
            .put("url", "ws://127.0.0.1:" + port + "/")
            .put("audio", new JsonObject().put("encoding", "mulaw").put("sampleRate", 8_000));
    JsonObject usual =
        new JsonObject()
            .put("connectorId", Ids.connector())
            .put("accountId", ACCOUNT)
            .put("projectId", PROJECT)
            .put("asrLangCode", "en-US")
            .put("ttsLangCode", "en-US")
            .put("createdAt", Instant.now().toString())
            .put("agent", endpoint)
            .put("destinations", new JsonArray(List.of(destinations)));
    return new Line(agent, store(usual.mergeIn(connector, true)));
  }

  /** Stores a connector as routing-service does; calls find it at once. */
  private String store(JsonObject json) throws Exception {
    Connector connector = Connector.fromJson(json);
    producer
        .send(
            new ProducerRecord<>(
                Topic.CONNECTORS.topicName(), connector.connectorId(), connector.toJson().encode()))
        .get(DEADLINE_S, SECONDS);
    return connector.connectorId();
  }

  /** A destination. */
  static JsonObject destination(String name, String method, String route) {
    return new JsonObject().put("name", name).put("method", method).put("route", route);
  }

  // Calls.

  /** A call to a line. */
  static CallPlan plan(Line line, CallerStep... caller) {
    return CallPlan.of("+15550100001", "+15550100000", List.of(caller), LIMIT)
        .at("/twilio/connectors/" + line.connectorId() + "/voice");
  }

  /** The call, under way. */
  SimulatedCall call(CallPlan plan) {
    return twilio.call(plan);
  }

  /**
   * Makes the call and waits for its end, which is never silence. Webhooks that are repeated in
   * another minute get another ticket, so that only calls within one are held to equal answers.
   */
  CallReport made(CallPlan plan) throws Exception {
    Instant minute = Instant.now().truncatedTo(ChronoUnit.MINUTES);
    CallReport report = call(plan).start().await(DEADLINE_S, SECONDS);
    assertThat(report.end()).isNotIn(CallEnd.OUT_OF_VERBS, CallEnd.LIMIT);
    assertThat(report.missedSteps()).isEmpty();
    assertThat(report.invalidMessages()).isZero();
    if (minute.equals(Instant.now().truncatedTo(ChronoUnit.MINUTES))) {
      assertThat(report.answeredInTwoWays()).isEmpty();
    }
    return report;
  }

  /** Where a call waits that ended in a queue. */
  static Enqueued enqueued(CallReport report) {
    assertThat(report.end()).isEqualTo(CallEnd.ENQUEUED);
    return Objects.requireNonNull(report.enqueued());
  }

  /** The task's attributes of a call that ended in a queue. */
  static JsonObject attributes(CallReport report) {
    return new JsonObject(Objects.requireNonNull(enqueued(report).taskAttributes()));
  }

  // The API.

  /** An answer of the API. */
  record Answer(int status, String contentType, String text) {
    JsonObject body() {
      return new JsonObject(text);
    }

    /** The body of an answer with this status. */
    JsonObject body(int expected) {
      assertThat(status).as(text).isEqualTo(expected);
      return body();
    }
  }

  /** The handoff state of a call, as the Handoff API has it. */
  JsonObject handoffState(String callSid) throws Exception {
    return handoffState("id", callSid);
  }

  /** The handoff state by one of the API's parameters. */
  JsonObject handoffState(String parameter, String value) throws Exception {
    String query = parameter + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
    return ask("GET", "/v1/handoff_state?" + query, null, adminKey()).body(200);
  }

  /** Asks for a change of a live call, such as {@code transfer}. */
  Answer change(String callSid, String how, JsonObject body, String apiKey) throws Exception {
    return ask("POST", "/v1/calls/" + callSid + "/" + how, body, apiKey);
  }

  /** A key to everything. */
  String adminKey() {
    return mesh.settings().required(StandaloneSecrets.ADMIN_API_KEY);
  }

  /** A key to an account. */
  String keyOf(String account) throws Exception {
    return keyOf(account, null);
  }

  /** A key to a project of an account. */
  String keyOf(String account, @Nullable String project) throws Exception {
    JsonObject wanted = new JsonObject().put("name", "a test's").put("accountId", account);
    if (project != null) {
      wanted.put("projectId", project);
    }
    return ask("POST", "/v1/api-keys", wanted, adminKey()).body(201).getString("apiKey");
  }

  /** Asks the API whatever it is; an empty key is none. */
  Answer ask(String method, String path, @Nullable JsonObject body, String key) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base().resolve(path))
            .timeout(Duration.ofSeconds(DEADLINE_S))
            .header("content-type", "application/json")
            .method(
                method,
                body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body.encode()));
    if (!key.isEmpty()) {
      request.header("x-api-key", key);
    }
    HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
    String contentType = response.headers().firstValue("content-type").orElse("");
    return new Answer(response.statusCode(), contentType, response.body());
  }
}
