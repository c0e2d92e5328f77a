package io.callmesh.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callmesh.worker.agent.AgentSecrets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class WorkerConfigTest {
  @Test
  void keepsAgentsOffPrivateAddressesUnlessToldOtherwise() {
    assertThat(WorkerConfig.defaults().allowPrivateAddresses()).isFalse();
  }

  @Test
  void namesTheKeyTheRuleAndTheValue() {
    assertThatThrownBy(() -> config(0, Duration.ofSeconds(1)))
        .hasMessage("CALLMESH_WORKER_CAPACITY must be 1..100000, was 0");
    assertThatThrownBy(() -> config(1, Duration.ZERO))
        .hasMessage("CALLMESH_WORKER_PLAYOUT_LEAD must be 20 ms..2 s, was PT0S");
    assertThatThrownBy(() -> config(1, Duration.ofMillis(2_001)))
        .hasMessage("CALLMESH_WORKER_PLAYOUT_LEAD must be 20 ms..2 s, was PT2.001S");
    assertThat(config(1, Duration.ofSeconds(2)).playoutLead()).isEqualTo(Duration.ofSeconds(2));
  }

  private static WorkerConfig config(int capacity, Duration playoutLead) {
    Duration second = Duration.ofSeconds(1);
    return new WorkerConfig(
        capacity,
        second,
        second,
        second,
        second,
        second,
        playoutLead,
        second,
        second,
        second,
        false,
        AgentSecrets.none());
  }
}
