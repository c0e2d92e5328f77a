package io.callmesh.standalone;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.callmesh.contracts.event.CallEventType;
import io.callmesh.runtime.config.Settings;
import io.callmesh.simulator.agent.AgentScript;
import io.callmesh.simulator.agent.ScriptedAgent;
import io.callmesh.simulator.cli.StoryTeller;
import io.callmesh.simulator.twilio.CallPlan;
import io.callmesh.simulator.twilio.CallReport;
import io.callmesh.simulator.twilio.CallerStep;
import io.callmesh.simulator.twilio.TwilioSimulator;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One call through a whole mesh, started for it: the story, and the checks that tell whether every
 * step held. Blocks; one thread's own.
 */
final class Demo {
  private static final Duration CALL_SLACK = Duration.ofSeconds(75);
  private static final Duration EVENTS_WAIT = Duration.ofSeconds(10);
  private static final int SAMPLES_PER_MS = 8;
  private static final long MIN_AGENT_SPEECH_MS = 1_000;
  private static final long LIMIT_S = 60;

  /** What happens to a call that goes to a person and comes to no harm. */
  private static final Set<CallEventType> OF_A_HANDOFF =
      EnumSet.of(
          CallEventType.CALL_RECEIVED,
          CallEventType.STREAM_STARTED,
          CallEventType.AGENT_CONNECTED,
          CallEventType.HANDOFF_STORED,
          CallEventType.HANDOFF_READ,
          CallEventType.HANDOFF_ROUTED,
          CallEventType.STREAM_ENDED,
          CallEventType.CALL_ENDED);

  private final StoryTeller story;
  private final short[] speech;
  private final Path recording;
  private final long startedAt = System.nanoTime();
  private final List<String> failures = new ArrayList<>();

  Demo(StoryTeller story, short[] speech, Path recording) {
    this.story = story;
    this.speech = speech;
    this.recording = recording;
  }

  DemoResult run() throws Exception {
    Path data = Files.createTempDirectory("callmesh-demo");
    try {
      story.tell("Starting the mesh: four services, a Kafka broker, a voice agent");
      try (StandaloneMesh mesh = StandaloneMesh.start(settings(), data)) {
        story.tell(
            "The mesh is ready on port %d, management on %d"
                .formatted(mesh.port(), mesh.managementPort()));
        return withAgent(mesh);
      }
    } finally {
      delete(data);
    }
  }

  static Settings settings() {
    List<Integer> ports = FreePorts.find(2);
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment
        .keySet()
        .removeIf(name -> name.startsWith("CALLMESH_") && !name.startsWith("CALLMESH_LOG"));
    environment.putAll(
        Map.of(
            "CALLMESH_PORT", String.valueOf(ports.get(0)),
            "CALLMESH_MANAGEMENT_PORT", String.valueOf(ports.get(1)),
            "CALLMESH_LISTEN_ADDRESS", "127.0.0.1",
            "CALLMESH_DRAIN_DEADLINE", "5s",
            "CALLMESH_AGENT_ALLOW_PRIVATE_ADDRESSES", "true"));
    return StandaloneMesh.settings(environment, StandaloneSecrets.fresh());
  }

  private DemoResult withAgent(StandaloneMesh mesh) throws Exception {
    Vertx vertx = Vertx.vertx();
    try {
      ScriptedAgent agent = new ScriptedAgent(vertx, AgentScript.standard());
      int agentPort = agent.listen("127.0.0.1", 0).await(LIMIT_S, SECONDS);
      URI base = URI.create("http://127.0.0.1:" + mesh.port());
      MeshApi api = new MeshApi(base, mesh.settings().required(StandaloneSecrets.ADMIN_API_KEY));
      provision(api, "ws://127.0.0.1:" + agentPort + "/");
      CallReport report = call(vertx, mesh, base);
      JsonObject state = handoffState(api, report.callSid());
      List<JsonObject> events = events(mesh, report.callSid());
      if (state != null) {
        tellReceipts(api, report.callSid());
      }
      check(report, state, events);
      report.recording().writeTo(recording);
      return new DemoResult(report, state, events, recording, elapsedMs(), failures);
    } finally {
      vertx.close().await(LIMIT_S, SECONDS);
    }
  }

  private void provision(MeshApi api, String agentUrl) {
    JsonObject connector = api.createConnector(DemoConnector.PROJECT, DemoConnector.body(agentUrl));
    String connectorId = connector.getString("connectorId");
    JsonObject number = api.lead(DemoConnector.PROJECT, DemoConnector.NUMBER, connectorId);
    story.tell(
        "Connector %s created, %s leads to it".formatted(connectorId, number.getString("number")));
  }

  private CallReport call(Vertx vertx, StandaloneMesh mesh, URI base) throws Exception {
    TwilioSimulator twilio =
        new TwilioSimulator(vertx, base, StandaloneSecrets.twilioAccount(mesh.settings()));
    Duration limit = Duration.ofMillis(speech.length / SAMPLES_PER_MS).plus(CALL_SLACK);
    List<CallerStep> caller = CallerStep.conversation(speech, "0");
    CallPlan plan =
        CallPlan.of("+15550100001", DemoConnector.NUMBER, caller, limit)
            .reportingTo("/twilio/call-status");
    try {
      return twilio.call(plan).listener(story).start().await(limit.toSeconds() + LIMIT_S, SECONDS);
    } finally {
      twilio.close().await(LIMIT_S, SECONDS);
    }
  }

  private @Nullable JsonObject handoffState(MeshApi api, String callSid) {
    try {
      JsonObject state = api.handoffState(callSid);
      story.tell("Flex fetched the handoff state: " + state.getJsonObject("data").encode());
      return state;
    } catch (IllegalStateException cause) {
      failures.add(String.valueOf(cause.getMessage()));
      return null;
    }
  }

  private List<JsonObject> events(StandaloneMesh mesh, String callSid) {
    try (EventTap tap = new EventTap(mesh.bootstrapServers())) {
      List<JsonObject> events = tap.of(callSid, everyEvent(), EVENTS_WAIT);
      story.tell(
          "Kafka has the call's events: "
              + events.stream().map(event -> event.getString("type")).toList());
      return events;
    }
  }

  /** How far the context has come, and how long each step took after the agent had asked. */
  private void tellReceipts(MeshApi api, String callSid) {
    JsonObject handoff =
        api.receipts(callSid).getJsonArray("handoffs").stream()
            .map(JsonObject.class::cast)
            .reduce((earlier, later) -> later)
            .orElseThrow();
    Instant asked = Instant.parse(handoff.getString("decided_at"));
    story.tell(
        "The handoff's receipts, in ms after the agent asked: "
            + handoff.getJsonArray("receipts").stream()
                .map(step -> told((JsonObject) step, asked))
                .collect(Collectors.joining(", ")));
  }

  private static String told(JsonObject step, Instant asked) {
    Instant at = Instant.parse(step.getString("at"));
    return step.getString("step") + " " + Duration.between(asked, at).toMillis();
  }

  static Set<String> everyEvent() {
    Set<String> types = new LinkedHashSet<>();
    for (CallEventType type : OF_A_HANDOFF) {
      types.add(type.type());
    }
    return types;
  }

  private void check(CallReport report, @Nullable JsonObject state, List<JsonObject> events) {
    held("the voice webhook was answered with a stream", report.verbs().contains("Connect/Stream"));
    held("the agent was heard", report.recording().agentSpeechMs() >= MIN_AGENT_SPEECH_MS);
    held("marks came back when they were played", report.marksPlayed() > 0);
    held(
        "the caller waited for nothing in vain: " + report.missedSteps(),
        report.missedSteps().isEmpty());
    held("no message to Twilio was invalid", report.invalidMessages() == 0);
    held(
        "the call went to the Flex workflow",
        report.enqueued() != null
            && DemoConnector.WORKFLOW_SID.equals(report.enqueued().workflowSid()));
    held(
        "the handoff state is what the agent learnt",
        state != null
            && "caller_pressed_0".equals(state.getJsonObject("data").getString("handoff_reason")));
    Set<String> missing = everyEvent();
    events.forEach(event -> missing.remove(event.getString("type")));
    held("no event is missing: " + missing, missing.isEmpty());
  }

  private void held(String step, boolean holds) {
    if (!holds) {
      failures.add("it should have held that " + step);
    }
  }

  private long elapsedMs() {
    return (System.nanoTime() - startedAt) / 1_000_000;
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
