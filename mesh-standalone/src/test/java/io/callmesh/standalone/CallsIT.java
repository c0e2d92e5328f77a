package io.callmesh.standalone;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.simulator.SpokenAudio;
import io.callmesh.simulator.agent.AgentScript;
import io.callmesh.simulator.agent.ScriptedAgent;
import io.callmesh.simulator.agent.SessionRecord;
import io.callmesh.simulator.twilio.CallEnd;
import io.callmesh.simulator.twilio.CallPlan;
import io.callmesh.simulator.twilio.CallReport;
import io.callmesh.simulator.twilio.CallerStep;
import io.callmesh.simulator.twilio.Enqueued;
import io.callmesh.simulator.twilio.TwilioAccount;
import io.callmesh.simulator.twilio.TwilioSimulator;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Calls that do not go as planned, through a whole mesh: whatever happens, no caller is left in
 * silence.
 */
class CallsIT {
  private static final short[] SENTENCE = Arrays.copyOf(SpokenAudio.caller(), 2 * 8_000);
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final AtomicInteger NUMBERS = new AtomicInteger(100);

  private static Vertx vertx;
  private static StandaloneMesh mesh;
  private static MeshApi api;

  @BeforeAll
  static void start(@TempDir Path data) {
    vertx = Vertx.vertx();
    mesh = StandaloneMesh.start(Demo.settings(), data);
    api = new MeshApi(base(), mesh.settings().required(StandaloneSecrets.ADMIN_API_KEY));
  }

  @AfterAll
  static void stop() throws Exception {
    mesh.close();
    vertx.close().await(10, SECONDS);
  }

  private static URI base() {
    return URI.create("http://127.0.0.1:" + mesh.port());
  }

  /** A number of its own for each test, led to this agent. */
  private static String numberFor(String agentUrl) {
    String number = "+15550100" + NUMBERS.incrementAndGet();
    JsonObject connector = api.createConnector(DemoConnector.PROJECT, DemoConnector.body(agentUrl));
    JsonObject led = api.lead(DemoConnector.PROJECT, number, connector.getString("connectorId"));
    return led.getString("number");
  }

  private static ScriptedAgent agent(AgentScript script) {
    return new ScriptedAgent(vertx, script);
  }

  private static String listen(ScriptedAgent agent) throws Exception {
    return "ws://127.0.0.1:" + agent.listen("127.0.0.1", 0).await(10, SECONDS) + "/";
  }

  private static CallReport call(String to, CallerStep... caller) throws Exception {
    TwilioAccount twilio = StandaloneSecrets.twilioAccount(mesh.settings());
    CallPlan plan = CallPlan.of("+15550100001", to, List.of(caller), Duration.ofSeconds(40));
    return new TwilioSimulator(vertx, base(), twilio).call(plan).start().await(60, SECONDS);
  }

  @Test
  void callerIsTakenToAPersonWhenTheAgentCannotBeReached() throws Exception {
    int nobody = FreePorts.find(1).get(0);
    CallReport report =
        call(numberFor("ws://127.0.0.1:" + nobody + "/"), new CallerStep.StayOnLine());
    assertThat(report.end()).isEqualTo(CallEnd.ENQUEUED);
    assertThat(report.enqueued())
        .extracting(Enqueued::taskAttributes)
        .asString()
        .contains("\"handoff_reason\":\"agent_lost\"");
  }

  @Test
  void callerIsTakenToAPersonWhenTheAgentRefuses() throws Exception {
    ScriptedAgent refusing =
        agent(AgentScript.standard().with(new AgentScript.Quirks(false, 503, null)));
    CallReport report = call(numberFor(listen(refusing)), new CallerStep.StayOnLine());
    assertThat(report.end()).isEqualTo(CallEnd.ENQUEUED);
    assertThat(refusing.refusedSessions()).isPositive();
  }

  @Test
  void agentThatIsLostIsDialledAgain() throws Exception {
    Duration early = Duration.ofMillis(500);
    ScriptedAgent breaking =
        agent(AgentScript.standard().with(new AgentScript.Quirks(false, 0, early)));
    String number = numberFor(listen(breaking));
    CallReport report =
        call(
            number,
            new CallerStep.AwaitAgentSpeech(PATIENCE),
            new CallerStep.Pause(Duration.ofSeconds(2)),
            new CallerStep.HangUp());
    assertThat(report.missedSteps()).isEmpty();
    assertThat(breaking.openedSessions()).isGreaterThan(1);
    JsonObject again = breaking.sessions().get(1).start();
    assertThat(String.valueOf(again)).contains("\"resume\":true");
  }

  @Test
  void callerWhoSpeaksInterruptsTheAgent() throws Exception {
    ScriptedAgent agent = agent(AgentScript.standard());
    String number = numberFor(listen(agent));
    CallReport report =
        call(
            number,
            new CallerStep.AwaitAgentSpeech(PATIENCE),
            new CallerStep.Pause(Duration.ofSeconds(1)),
            new CallerStep.Speak(SENTENCE),
            new CallerStep.AwaitAgentSpeech(PATIENCE),
            new CallerStep.HangUp());
    assertThat(report.clears()).isPositive();
    SessionRecord session = agent.sessions().get(0);
    assertThat(session.events()).anyMatch(event -> event.startsWith("cleared greeting"));
    assertThat(session.callerSpeechMs()).isGreaterThan(500);
  }

  /** From the caller's mu-law to the agent's 16 kHz, through Twilio's JSON, the bus, the worker. */
  @Test
  void recogniserGetsAsGoodSpeechAsFromSox() throws Exception {
    RecordingAgent agent = new RecordingAgent(vertx);
    String number = numberFor(agent.listen());
    CallReport report =
        call(
            number,
            new CallerStep.Pause(Duration.ofSeconds(1)),
            new CallerStep.Speak(SoxSpeech.sent()),
            new CallerStep.Pause(Duration.ofSeconds(1)),
            new CallerStep.HangUp());
    assertThat(report.end()).isEqualTo(CallEnd.CALLER_HUNG_UP);
    double ours = SoxSpeech.signalToNoise(agent.heard());
    assertThat(ours).isGreaterThan(SoxSpeech.signalToNoise() - 0.1); // as in audio-worker's test
  }

  @Test
  void agentIsToldWhenTheCallerHangsUp() throws Exception {
    ScriptedAgent agent = agent(AgentScript.standard());
    String number = numberFor(listen(agent));
    CallReport report =
        call(number, new CallerStep.AwaitAgentSpeech(PATIENCE), new CallerStep.HangUp());
    assertThat(report.end()).isEqualTo(CallEnd.CALLER_HUNG_UP);
    agent.sessions().get(0).when("end caller_hung_up").await(10, SECONDS);
  }

  @Test
  void agentThatHangsUpEndsTheCall() throws Exception {
    CallReport report =
        call(
            numberFor(listen(agent(AgentScript.standard()))),
            new CallerStep.AwaitAgentSpeech(PATIENCE),
            new CallerStep.Press('9'),
            new CallerStep.StayOnLine());
    assertThat(report.end()).isEqualTo(CallEnd.HANGUP);
    assertThat(report.verbs()).endsWith("Hangup");
  }

  @Test
  void unknownNumberIsApologisedTo() throws Exception {
    CallReport report = call("+15550199999", new CallerStep.StayOnLine());
    assertThat(report.verbs()).containsExactly("Say", "Hangup");
    assertThat(report.said()).first().asString().contains("sorry");
  }
}
