package io.callmesh.standalone;

import static io.callmesh.standalone.WholeMesh.destination;
import static io.callmesh.standalone.WholeMesh.plan;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.simulator.agent.AgentScript;
import io.callmesh.simulator.agent.SessionRecord;
import io.callmesh.simulator.twilio.CallReport;
import io.callmesh.simulator.twilio.CallerStep;
import io.callmesh.simulator.twilio.SimulatedCall;
import io.callmesh.standalone.WholeMesh.Line;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More callers than a mesh's workers have room for. */
class OverflowIT {
  private static final String WORKFLOW = "WW00000000000000000000000000000001";

  @Test
  void whoeverNoWorkerHasRoomForGoesToAPerson(@TempDir Path data) throws Exception {
    Map<String, String> small =
        Map.of("CALLMESH_EVENT_LOOPS", "1", "CALLMESH_WORKER_CAPACITY", "1");
    try (WholeMesh mesh = WholeMesh.start(data, small)) {
      Line line =
          mesh.line(
              AgentScript.standard(),
              new JsonObject().put("overflowDestination", "people"),
              destination("desk", "number", "+15550102222"),
              destination("people", "flex", WORKFLOW));
      Future<SessionRecord> session = line.agent().nextSession();
      SimulatedCall first = mesh.call(plan(line, new CallerStep.StayOnLine()));
      Future<CallReport> talking = first.start();
      session.await(10, SECONDS).when("say greeting").await(10, SECONDS);

      for (CallReport report : atOnce(mesh, line)) {
        assertThat(
                WholeMesh.attributes(report).getJsonObject("callmesh").getString("handoff_reason"))
            .isEqualTo("no_capacity");
      }

      first.hangUp();
      assertThat(talking.await(10, SECONDS).streams()).hasSize(1);
      assertThat(line.agent().openedSessions()).isEqualTo(1);
    }
  }

  private static List<CallReport> atOnce(WholeMesh mesh, Line line) throws Exception {
    List<Future<CallReport>> calls =
        Stream.generate(() -> mesh.call(plan(line, new CallerStep.StayOnLine())).start())
            .limit(5)
            .toList();
    return Future.all(calls).await(60, SECONDS).list();
  }
}
