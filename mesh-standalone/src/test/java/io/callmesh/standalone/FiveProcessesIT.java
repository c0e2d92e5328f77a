package io.callmesh.standalone;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.event.CallEventType;
import io.callmesh.contracts.security.Secret;
import io.callmesh.simulator.SpokenAudio;
import io.callmesh.simulator.agent.AgentScript;
import io.callmesh.simulator.agent.ScriptedAgent;
import io.callmesh.simulator.twilio.CallPlan;
import io.callmesh.simulator.twilio.CallReport;
import io.callmesh.simulator.twilio.CallerStep;
import io.callmesh.simulator.twilio.TwilioAccount;
import io.callmesh.simulator.twilio.TwilioSimulator;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The mesh as it is deployed: a broker and the four services' own jars, five processes on loopback
 * that find each other over TCP, and one call through all of them.
 */
class FiveProcessesIT {
  private static final String API_KEY = "five-processes-admin-key";
  private static final String ACCOUNT_SID = "AC0123456789abcdef0123456789abcdef";
  private static final String AUTH_TOKEN = "five-processes-auth-token";
  private static final List<String> SERVICES =
      List.of("handoff-service", "audio-worker", "routing-service", "stream-ingress");
  private static final int SAMPLES_PER_SECOND = 8_000;

  private final Map<String, Integer> ports = new HashMap<>();
  private final Map<String, Integer> managementPorts = new HashMap<>();

  @Test
  void carriesACallThroughABrokerAndFourServices(@TempDir Path data) throws Exception {
    Map<String, JavaProcess> processes = new LinkedHashMap<>();
    Vertx vertx = Vertx.vertx();
    try {
      JavaProcess broker = startBroker(data);
      processes.put("broker", broker);
      String bootstrap = broker.awaitReady().replaceAll(".*broker ready ", "");
      startServices(bootstrap).forEach(processes::put);
      for (JavaProcess process : processes.values()) {
        process.awaitReady();
      }
      for (String service : SERVICES) {
        assertThat(status(managementPorts.get(service), "/health/ready"))
            .as(service)
            .isEqualTo(200);
      }

      ScriptedAgent agent = new ScriptedAgent(vertx, AgentScript.standard());
      int agentPort = agent.listen("127.0.0.1", 0).await(10, SECONDS);
      provision("ws://127.0.0.1:" + agentPort + "/");
      CallReport report = call(vertx);

      assertThat(report.missedSteps()).isEmpty();
      assertThat(report.enqueued()).isNotNull();
      assertThat(report.enqueued().workflowSid()).isEqualTo(DemoConnector.WORKFLOW_SID);
      assertThat(report.recording().agentSpeechMs()).isGreaterThan(1_000);
      assertThat(report.invalidMessages()).isZero();
      JsonObject state = api("handoff-service").handoffState(report.callSid());
      assertThat(state.getJsonObject("data").getString("handoff_reason"))
          .isEqualTo("caller_pressed_0");
      assertThat(events(bootstrap, report.callSid())).containsAll(everyEvent());
      stopInTurn(processes);
    } catch (Throwable failure) {
      processes.forEach(
          (name, process) -> System.err.println("== " + name + "\n" + process.output()));
      throw failure;
    } finally {
      for (JavaProcess process : processes.values()) {
        process.close();
      }
      vertx.close().await(10, SECONDS);
    }
  }

  private static JavaProcess startBroker(Path data) throws Exception {
    return JavaProcess.start(
        "broker",
        "broker ready",
        Map.of(),
        List.of("-cp", "target/lib/*", "io.callmesh.broker.BrokerMain", data.toString(), "0"));
  }

  private Map<String, JavaProcess> startServices(String bootstrap) throws Exception {
    List<Integer> free = new ArrayList<>(FreePorts.find(3 * SERVICES.size()));
    List<Integer> clusterPorts = new ArrayList<>();
    for (String service : SERVICES) {
      ports.put(service, free.remove(0));
      managementPorts.put(service, free.remove(0));
      clusterPorts.add(free.remove(0));
    }
    String members =
        clusterPorts.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
    Map<String, JavaProcess> started = new LinkedHashMap<>();
    for (int i = 0; i < SERVICES.size(); i++) {
      String service = SERVICES.get(i);
      Map<String, String> environment = new HashMap<>(common(bootstrap, members));
      environment.put("CALLMESH_PORT", String.valueOf(ports.get(service)));
      environment.put("CALLMESH_MANAGEMENT_PORT", String.valueOf(managementPorts.get(service)));
      environment.put("CALLMESH_CLUSTER_PORT", String.valueOf(clusterPorts.get(i)));
      String jar = Path.of("..", service, "target", service + ".jar").toString();
      started.put(
          service,
          JavaProcess.start(service, "ready: [" + service, environment, List.of("-jar", jar)));
    }
    return started;
  }

  private Map<String, String> common(String bootstrap, String members) {
    Map<String, String> environment = new HashMap<>();
    environment.put("CALLMESH_LISTEN_ADDRESS", "127.0.0.1");
    environment.put("CALLMESH_EVENT_LOOPS", "1");
    environment.put("CALLMESH_CLUSTER", "tcp");
    environment.put("CALLMESH_CLUSTER_MEMBERS", members);
    environment.put("CALLMESH_CLUSTER_HOST", "127.0.0.1");
    environment.put("CALLMESH_DRAIN_DEADLINE", "5s");
    environment.put("CALLMESH_KAFKA_BOOTSTRAP_SERVERS", bootstrap);
    environment.put("CALLMESH_PUBLIC_URL", url("http", "routing-service"));
    environment.put("CALLMESH_STREAM_URL", url("ws", "stream-ingress"));
    environment.put(
        "CALLMESH_TWILIO_ACCOUNTS",
        "[{\"accountSid\":\"%s\",\"authTokens\":[\"%s\"]}]".formatted(ACCOUNT_SID, AUTH_TOKEN));
    environment.put("CALLMESH_TICKET_SECRET", "five-processes-ticket-secret");
    environment.put("CALLMESH_ADMIN_API_KEY", API_KEY);
    environment.put("CALLMESH_AGENT_ALLOW_PRIVATE_ADDRESSES", "true");
    return environment;
  }

  private String url(String scheme, String service) {
    return scheme + "://127.0.0.1:" + ports.get(service);
  }

  private MeshApi api(String service) {
    return new MeshApi(URI.create(url("http", service)), API_KEY);
  }

  private void provision(String agentUrl) {
    MeshApi api = api("routing-service");
    JsonObject connector = api.createConnector(DemoConnector.PROJECT, DemoConnector.body(agentUrl));
    JsonObject number =
        api.lead(DemoConnector.PROJECT, DemoConnector.NUMBER, connector.getString("connectorId"));
    assertThat(number.getString("connectorId")).isEqualTo(connector.getString("connectorId"));
  }

  private CallReport call(Vertx vertx) throws Exception {
    short[] sentence = Arrays.copyOf(SpokenAudio.caller(), 2 * SAMPLES_PER_SECOND);
    TwilioAccount account = new TwilioAccount(ACCOUNT_SID, new Secret(AUTH_TOKEN));
    TwilioSimulator twilio =
        new TwilioSimulator(vertx, URI.create(url("http", "routing-service")), account);
    CallPlan plan =
        CallPlan.of(
            "+15550100001",
            DemoConnector.NUMBER,
            CallerStep.conversation(sentence, "0"),
            Duration.ofSeconds(60));
    return twilio.call(plan).start().await(90, SECONDS);
  }

  private static List<String> events(String bootstrap, String callSid) {
    try (EventTap tap = new EventTap(bootstrap)) {
      return tap.of(callSid, everyEvent(), Duration.ofSeconds(10)).stream()
          .map(event -> event.getString("type"))
          .toList();
    }
  }

  private static Set<String> everyEvent() {
    return Stream.of(CallEventType.values()).map(CallEventType::type).collect(Collectors.toSet());
  }

  private static int status(int port, String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
    return HttpClient.newHttpClient()
        .send(request, HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  /** SIGTERM to each: 143 is what a JVM that stopped by itself ends with. */
  private static void stopInTurn(Map<String, JavaProcess> processes) throws Exception {
    List<String> names = new ArrayList<>(processes.keySet());
    java.util.Collections.reverse(names);
    for (String name : names) {
      JavaProcess process = processes.get(name);
      assertThat(process.stop()).as("exit code of " + name).isEqualTo(143);
      if (!name.equals("broker")) {
        assertThat(process.output()).as("output of " + name).contains("stopped");
      }
    }
  }
}
