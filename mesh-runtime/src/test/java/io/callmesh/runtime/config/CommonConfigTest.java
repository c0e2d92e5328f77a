package io.callmesh.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CommonConfigTest {
  @Test
  void hasUsableDefaults() {
    CommonConfig config = CommonConfig.from(Settings.load(Map.of()));

    assertThat(config)
        .isEqualTo(
            new CommonConfig(
                "0.0.0.0",
                8080,
                8081,
                Runtime.getRuntime().availableProcessors(),
                Duration.ofSeconds(25)));
  }

  @Test
  void takesTheSettings() {
    CommonConfig config =
        CommonConfig.from(
            Settings.load(
                Map.of(
                    "CALLMESH_LISTEN_ADDRESS", "127.0.0.1",
                    "CALLMESH_PORT", "0",
                    "CALLMESH_MANAGEMENT_PORT", "0",
                    "CALLMESH_EVENT_LOOPS", "3",
                    "CALLMESH_DRAIN_DEADLINE", "2m")));

    assertThat(config).isEqualTo(new CommonConfig("127.0.0.1", 0, 0, 3, Duration.ofMinutes(2)));
  }

  @Test
  void refusesOnePortForBoth() {
    Settings settings =
        Settings.load(Map.of("CALLMESH_PORT", "9000", "CALLMESH_MANAGEMENT_PORT", "9000"));

    assertThatThrownBy(() -> CommonConfig.from(settings))
        .isInstanceOf(ConfigException.class)
        .hasMessage("CALLMESH_MANAGEMENT_PORT must differ from CALLMESH_PORT, both were 9000");
  }

  @Test
  void refusesAPortThatIsNone() {
    Settings settings = Settings.load(Map.of("CALLMESH_PORT", "70000"));

    assertThatThrownBy(() -> CommonConfig.from(settings))
        .isInstanceOf(ConfigException.class)
        .hasMessage("CALLMESH_PORT must be a whole number 0..65535, was '70000'");
  }
}
