package io.callmesh.ingress;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callmesh.runtime.config.ConfigException;
import io.callmesh.runtime.config.Settings;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IngressConfigTest {
  @ParameterizedTest
  @CsvSource({
    "CALLMESH_INGRESS_START_TIMEOUT, 0s, 0ms",
    "CALLMESH_INGRESS_OPEN_TIMEOUT, 0ms, 0ms",
    "CALLMESH_INGRESS_PING_INTERVAL, 2h, 7200000ms",
    "CALLMESH_INGRESS_OPENING_BACKLOG, 0s, 0ms",
    "CALLMESH_INGRESS_OUTBOUND_BACKLOG, 30d, 2592000000ms",
  })
  void namesTheDurationThatIsWrong(String variable, String value, String shown) {
    Settings settings =
        Settings.load(
            Map.of(
                "CALLMESH_PUBLIC_URL",
                "https://mesh.example.com",
                "CALLMESH_TICKET_SECRET",
                "0123456789abcdef",
                variable,
                value),
            "ingress-defaults.properties");
    assertThatThrownBy(() -> IngressConfig.from(settings))
        .isInstanceOf(ConfigException.class)
        .hasMessage(variable + " must be longer than 0 and at most 1h, was " + shown);
  }
}
