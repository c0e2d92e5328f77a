package io.callmesh.worker.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callmesh.contracts.connector.AgentHeader;
import io.callmesh.runtime.config.Settings;
import io.vertx.core.MultiMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgentHeadersTest {
  private static final AgentSecrets SECRETS =
      AgentSecrets.from(
          Settings.load(
              Map.of(
                  "CALLMESH_AGENT_SECRETS",
                  "[{\"name\":\"key\",\"value\":\"hidden\",\"accountId\":\"acme\"}]")));

  @Test
  void putsTheSecretBehindItsPrefix() {
    MultiMap filled =
        fill(
            Map.of(
                "Authorization", new AgentHeader("Bearer ", "key"),
                "X-Key", new AgentHeader("", "key"),
                "X-Tenant", new AgentHeader("a b", null)));

    assertThat(filled.get("authorization")).isEqualTo("Bearer hidden");
    assertThat(filled.get("X-Key")).isEqualTo("hidden");
    assertThat(filled.get("X-Tenant")).isEqualTo("a b");
    assertThat(filled.size()).isEqualTo(3);
  }

  @Test
  void namesTheMissingSecretAndTheVariable() {
    Map<String, AgentHeader> headers = Map.of("X-Key", new AgentHeader("", "absent"));

    assertThatThrownBy(() -> fill(headers))
        .isInstanceOf(AgentRefusedException.class)
        .hasMessage(
            "agent.headers names the secret 'absent', which CALLMESH_AGENT_SECRETS has not for"
                + " account 'acme'");
  }

  @Test
  void doesNotGiveAnAccountAnothersSecret() {
    Map<String, AgentHeader> headers = Map.of("X-Key", new AgentHeader("", "key"));

    assertThatThrownBy(() -> AgentHeaders.fill(headers, SECRETS, "globex"))
        .isInstanceOf(AgentRefusedException.class)
        .hasMessageContaining("'key'")
        .hasMessageNotContaining("hidden");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "X Y",
        "X:Y",
        "X-Ü",
        "X\r\nEvil",
        "Host",
        "connection",
        "UPGRADE",
        "Keep-Alive",
        "Proxy-Authorization",
        "TE",
        "Trailer",
        "Transfer-Encoding",
        "Content-Length",
        "Expect",
        "Sec-WebSocket-Protocol",
        "sec-websocket-key",
      })
  void sendsNoNameThatIsNoneOrOurs(String name) {
    Map<String, AgentHeader> headers = Map.of(name, new AgentHeader("x", null));

    assertThatThrownBy(() -> fill(headers))
        .isInstanceOf(AgentRefusedException.class)
        .satisfies(refused -> assertThat(refused.getMessage()).matches("[\\x20-\\x7e]+"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"x\r\nX-Evil: 1", "x\ny", "x\ry", "x\u0000", "\u00fc", "\u010a"})
  void sendsNoValueThatWouldWriteTheRequest(String value) {
    Map<String, AgentHeader> headers = Map.of("X-Key", new AgentHeader(value, "key"));

    assertThatThrownBy(() -> fill(headers))
        .isInstanceOf(AgentRefusedException.class)
        .hasMessage("agent.headers has a value that may not be sent");
  }

  private static MultiMap fill(Map<String, AgentHeader> headers) {
    return AgentHeaders.fill(headers, SECRETS, "acme");
  }
}
