package io.callmesh.standalone;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.security.Secret;
import io.callmesh.simulator.agent.AgentScript;
import io.callmesh.simulator.agent.ScriptedAgent;
import io.callmesh.simulator.agent.SessionRecord;
import io.callmesh.simulator.twilio.CallPlan;
import io.callmesh.simulator.twilio.CallReport;
import io.callmesh.simulator.twilio.CallerStep;
import io.callmesh.simulator.twilio.TwilioAccount;
import io.callmesh.simulator.twilio.TwilioSimulator;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A call whose agent hands it off while there is no broker: the caller comes to a person all the
 * same, with what the agent knew in the task, and the handoff is stored when there is one again.
 */
class InlineHandoffIT {
  private static final String STORED = "\"step\":\"stored\"";
  private static final long ASK_AGAIN_MS = 100;

  private final Vertx vertx = Vertx.vertx();
  private final ScriptedAgent agent =
      new ScriptedAgent(
          vertx, AgentScript.standard().knowing(new JsonObject().put("customer_id", "c-7")));

  @Test
  @Timeout(180)
  void transfersTheCallerWithTheDataWhileTheBrokerIsAway(@TempDir Path data) throws Exception {
    ProcessMesh mesh = ProcessMesh.start(data);
    try {
      lead(mesh);
      Future<SessionRecord> session = agent.nextSession();
      CallPlan plan = plan();
      Future<CallReport> call = twilio(mesh).call(plan).start();
      session.await(30, SECONDS);
      mesh.broker().sendKill();

      JsonObject handoff =
          WholeMesh.attributes(call.await(60, SECONDS))
              .getJsonObject("callmesh")
              .getJsonObject("handoff");
      assertThat(handoff.getString("customer_id")).isEqualTo("c-7");
      assertThat(handoff.getString("handoff_reason")).isEqualTo("caller_pressed_0");
      session.result().when("end handed_off").await(10, SECONDS);

      assertThat(mesh.broker().awaitExit()).isEqualTo(128 + 9);
      mesh.launchBrokerAgain().awaitReady();
      isStored(mesh, plan.callSid(), handoff);
    } catch (Throwable failure) {
      System.err.println(mesh.output());
      throw failure;
    } finally {
      mesh.kill();
      vertx.close().await(10, SECONDS);
    }
  }

  private static URI base(ProcessMesh mesh, String service) {
    return URI.create("http://127.0.0.1:" + mesh.service(service).port());
  }

  private void lead(ProcessMesh mesh) throws Exception {
    String url = "ws://127.0.0.1:" + agent.listen("127.0.0.1", 0).await(10, SECONDS) + "/";
    MeshApi api = new MeshApi(base(mesh, "routing-service"), ProcessMesh.API_KEY);
    JsonObject connector = api.createConnector(DemoConnector.PROJECT, DemoConnector.body(url));
    String connectorId = connector.getString("connectorId");
    JsonObject number = api.lead(DemoConnector.PROJECT, DemoConnector.NUMBER, connectorId);
    assertThat(number.getString("connectorId")).isEqualTo(connectorId);
  }

  private static CallPlan plan() {
    return CallPlan.of(
        "+15550100001",
        DemoConnector.NUMBER,
        List.of(
            new CallerStep.AwaitAgentSpeech(WholeMesh.PATIENCE),
            new CallerStep.Press('0'),
            new CallerStep.StayOnLine()),
        Duration.ofSeconds(60));
  }

  private TwilioSimulator twilio(ProcessMesh mesh) {
    TwilioAccount account =
        new TwilioAccount(ProcessMesh.ACCOUNT_SID, new Secret(ProcessMesh.AUTH_TOKEN));
    return new TwilioSimulator(vertx, base(mesh, "routing-service"), account);
  }

  /** Its receipts tell when Kafka has it. */
  private void isStored(ProcessMesh mesh, String callSid, JsonObject handoff) throws Exception {
    ReplicaClient client = new ReplicaClient(vertx, mesh.service("handoff-service").port(), 1);
    String path = "/v1/handoff_state";
    String query = "?id=" + callSid;
    saysStored(client, path + "/receipts" + query).await(30, SECONDS);
    JsonObject state = client.get(path + query).await(30, SECONDS).body();
    assertThat(state.getJsonObject("data")).isEqualTo(handoff);
  }

  private Future<Void> saysStored(ReplicaClient client, String receipts) {
    return client
        .get(receipts)
        .compose(
            answer ->
                answer.text().contains(STORED)
                    ? Future.succeededFuture()
                    : vertx
                        .timer(ASK_AGAIN_MS, MILLISECONDS)
                        .compose(over -> saysStored(client, receipts)));
  }
}
