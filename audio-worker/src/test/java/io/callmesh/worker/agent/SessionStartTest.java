package io.callmesh.worker.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.connector.AudioFormat;
import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.session.OpenSession;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SessionStartTest {
  private static final Map<String, String> PARAMETERS =
      Map.of("crm_case", "case-7", "shared_id", "s-1", "blank", " ");

  @Test
  void takesTheSharedIdThatRoutingWasTold() {
    assertThat(start("routed", "crm_case", PARAMETERS).sharedId()).isEqualTo("routed");
  }

  @Test
  void takesTheParameterThatTheConnectorNamesAndElseTheUsualOne() {
    assertThat(start("", "crm_case", PARAMETERS).sharedId()).isEqualTo("case-7");
    assertThat(start("", "not_there", PARAMETERS).sharedId()).isEqualTo("s-1");
    assertThat(start("", "blank", PARAMETERS).sharedId()).isEqualTo("s-1");
    assertThat(start("", null, PARAMETERS).sharedId()).isEqualTo("s-1");
  }

  @Test
  void hasNoSharedIdWhenNobodyGaveOne() {
    assertThat(start("", "crm_case", Map.of()).sharedId()).isNull();
    assertThat(message(start("", null, Map.of())).containsKey("shared_id")).isFalse();
  }

  @Test
  void saysWhyAConversationIsBack() {
    JsonObject back = message(start(true, "transfer_busy"));

    assertThat(back.getBoolean("resume")).isTrue();
    assertThat(back.getString("resume_reason")).isEqualTo("transfer_busy");
    assertThat(message(start(true, "")).containsKey("resume_reason")).isFalse();
    assertThat(message(start(false, "stale")).containsKey("resume_reason")).isFalse();
  }

  @Test
  void saysItsOwnReasonAfterARedial() {
    JsonObject again = message(start(true, "transfer_busy").resumed());

    assertThat(again.getBoolean("resume")).isTrue();
    assertThat(again.getString("resume_reason")).isEqualTo("agent_reconnected");
  }

  private static JsonObject message(SessionStart start) {
    return CallmeshMessages.sessionStart(start);
  }

  private static SessionStart start(
      String sharedId, @Nullable String sharedIdParameter, Map<String, String> parameters) {
    return start(sharedId, sharedIdParameter, parameters, false, "");
  }

  private static SessionStart start(boolean resume, String reason) {
    return start("", null, Map.of(), resume, reason);
  }

  private static SessionStart start(
      String sharedId,
      @Nullable String sharedIdParameter,
      Map<String, String> parameters,
      boolean resume,
      String reason) {
    OpenSession open =
        new OpenSession(
            1,
            "ingress",
            "MZ1",
            "CA1",
            "AC1",
            "conv-1",
            "conn-1",
            "",
            "",
            parameters,
            resume,
            reason,
            sharedId);
    return SessionStart.of(open, connector(sharedIdParameter), AudioFormat.MULAW_8000);
  }

  private static Connector connector(@Nullable String sharedIdParameter) {
    return Connector.fromJson(
        new JsonObject()
            .put("connectorId", "conn-1")
            .put("sharedIdParameter", sharedIdParameter)
            .put("createdAt", "2026-11-23T12:00:00Z"));
  }
}
