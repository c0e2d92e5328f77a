package io.callmesh.routing.calls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callmesh.runtime.config.ConfigException;
import io.callmesh.runtime.config.Settings;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallsConfigTest {
  @Test
  void hasDefaults() {
    assertThat(config(Map.of()))
        .isEqualTo(
            new CallsConfig(
                Duration.ofMillis(500),
                Optional.empty(),
                new Patience(Duration.ofSeconds(3), Duration.ofSeconds(10), 3)));
  }

  @Test
  void takesAnotherUrl() {
    assertThat(config(Map.of("CALLMESH_TWILIO_API_URL", "http://127.0.0.1:99/twilio/")).apiUrl())
        .contains("http://127.0.0.1:99/twilio");
  }

  @ParameterizedTest
  @CsvSource({
    "CALLMESH_ROUTING_FIND_TIMEOUT, 0s, must be 1ms..10s",
    "CALLMESH_ROUTING_FIND_TIMEOUT, 11s, must be 1ms..10s",
    "CALLMESH_TWILIO_API_TIMEOUT, 0ms, must be 1ms..60s",
    "CALLMESH_TWILIO_API_DEADLINE, 61s, must be 1ms..60s",
    "CALLMESH_TWILIO_API_RETRIES, 11, must be a whole number 0..10",
    "CALLMESH_TWILIO_API_URL, ftp://api.example, must be like https://host",
    "CALLMESH_TWILIO_API_URL, https://key:secret@api.example, must be like https://host",
  })
  void namesWhatIsWrong(String variable, String value, String sentence) {
    assertThatThrownBy(() -> config(Map.of(variable, value)))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(variable + " " + sentence)
        .hasMessageNotContaining("secret");
  }

  private static CallsConfig config(Map<String, String> environment) {
    return CallsConfig.from(Settings.load(environment, "routing-defaults.properties"));
  }
}
