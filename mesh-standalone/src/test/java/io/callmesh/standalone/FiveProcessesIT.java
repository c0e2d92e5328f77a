package io.callmesh.standalone;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.security.Secret;
import io.callmesh.simulator.SpokenAudio;
import io.callmesh.simulator.agent.AgentScript;
import io.callmesh.simulator.agent.ScriptedAgent;
import io.callmesh.simulator.twilio.CallPlan;
import io.callmesh.simulator.twilio.CallReport;
import io.callmesh.simulator.twilio.CallerStep;
import io.callmesh.simulator.twilio.Enqueued;
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
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One call through a broker and four services, five processes that find each other over TCP. */
class FiveProcessesIT {
  private static final int SAMPLES_PER_SECOND = 8_000;

  @Test
  void carriesACallThroughABrokerAndFourServices(@TempDir Path data) throws Exception {
    Vertx vertx = Vertx.vertx();
    ProcessMesh mesh = ProcessMesh.start(data);
    try {
      for (ProcessMesh.Service service : mesh.services()) {
        assertThat(status(service.managementPort(), "/health/ready"))
            .as(service.name())
            .isEqualTo(200);
      }
      provision(mesh, listen(vertx));
      CallReport report = call(vertx, mesh);

      assertThat(report.missedSteps()).isEmpty();
      assertThat(report.enqueued())
          .extracting(Enqueued::workflowSid)
          .isEqualTo(DemoConnector.WORKFLOW_SID);
      assertThat(report.recording().agentSpeechMs()).isGreaterThan(1_000);
      assertThat(report.invalidMessages()).isZero();
      JsonObject state = api(mesh, "handoff-service").handoffState(report.callSid());
      assertThat(state.getJsonObject("data").getString("handoff_reason"))
          .isEqualTo("caller_pressed_0");
      assertThat(events(mesh, report.callSid())).containsAll(Demo.everyEvent());
      stopInTurn(mesh);
    } catch (Throwable failure) {
      System.err.println(mesh.output());
      throw failure;
    } finally {
      mesh.kill();
      vertx.close().await(10, SECONDS);
    }
  }

  private static String listen(Vertx vertx) throws Exception {
    ScriptedAgent agent = new ScriptedAgent(vertx, AgentScript.standard());
    return "ws://127.0.0.1:" + agent.listen("127.0.0.1", 0).await(10, SECONDS) + "/";
  }

  private static MeshApi api(ProcessMesh mesh, String service) {
    return new MeshApi(base(mesh, service), ProcessMesh.API_KEY);
  }

  private static URI base(ProcessMesh mesh, String service) {
    return URI.create("http://127.0.0.1:" + mesh.service(service).port());
  }

  private static void provision(ProcessMesh mesh, String agentUrl) {
    MeshApi api = api(mesh, "routing-service");
    JsonObject connector = api.createConnector(DemoConnector.PROJECT, DemoConnector.body(agentUrl));
    JsonObject number =
        api.lead(DemoConnector.PROJECT, DemoConnector.NUMBER, connector.getString("connectorId"));
    assertThat(number.getString("connectorId")).isEqualTo(connector.getString("connectorId"));
  }

  private static CallReport call(Vertx vertx, ProcessMesh mesh) throws Exception {
    short[] sentence = Arrays.copyOf(SpokenAudio.caller(), 2 * SAMPLES_PER_SECOND);
    TwilioAccount account =
        new TwilioAccount(ProcessMesh.ACCOUNT_SID, new Secret(ProcessMesh.AUTH_TOKEN));
    CallPlan plan =
        CallPlan.of(
                "+15550100001",
                DemoConnector.NUMBER,
                CallerStep.conversation(sentence, "0"),
                Duration.ofSeconds(60))
            .reportingTo("/twilio/call-status");
    return new TwilioSimulator(vertx, base(mesh, "routing-service"), account)
        .call(plan)
        .start()
        .await(90, SECONDS);
  }

  private static List<String> events(ProcessMesh mesh, String callSid) {
    try (EventTap tap = new EventTap(mesh.bootstrapServers())) {
      return tap.of(callSid, Demo.everyEvent(), Duration.ofSeconds(10)).stream()
          .map(event -> event.getString("type"))
          .toList();
    }
  }

  private static int status(int port, String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
    return HttpClient.newHttpClient()
        .send(request, HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  /** SIGTERM to each: 143 is what a JVM that stopped by itself ends with. */
  private static void stopInTurn(ProcessMesh mesh) throws Exception {
    for (ProcessMesh.Service service : mesh.services()) {
      assertThat(service.process().stop()).as("exit code of " + service.name()).isEqualTo(143);
      assertThat(service.process().output()).as(service.name()).contains("stopped");
    }
    assertThat(mesh.broker().stop()).as("exit code of the broker").isEqualTo(143);
  }
}
