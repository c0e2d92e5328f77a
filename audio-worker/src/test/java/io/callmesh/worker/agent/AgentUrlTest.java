package io.callmesh.worker.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgentUrlTest {
  @Test
  void takesAUrlApart() {
    AgentUrl url = AgentUrl.parse("wss://agent.example:8443/voice?x=%20y");

    assertThat(url.tls()).isTrue();
    assertThat(url.host()).isEqualTo("agent.example");
    assertThat(url.port()).isEqualTo(8443);
    assertThat(url.target()).isEqualTo("/voice?x=%20y");
  }

  @Test
  void knowsTheSchemesPortsAndTheEmptyPath() {
    assertThat(AgentUrl.parse("wss://agent.example").port()).isEqualTo(443);
    assertThat(AgentUrl.parse("ws://[2a00::1]").port()).isEqualTo(80);
    assertThat(AgentUrl.parse("ws://[2a00::1]").host()).isEqualTo("2a00::1");
    assertThat(AgentUrl.parse("WS://agent.example").target()).isEqualTo("/");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://agent.example/",
        "file:///etc/passwd",
        "wss:///nohost",
        "wss://user:secret@agent.example/",
        "wss://agent.example/#part",
        "wss://agent_example_with space/",
        "agent.example",
        ""
      })
  void refusesEverythingElse(String url) {
    assertThatThrownBy(() -> AgentUrl.parse(url)).isInstanceOf(AgentRefusedException.class);
  }
}
