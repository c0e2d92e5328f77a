package io.callmesh.runtime.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callmesh.contracts.security.Secret;
import io.callmesh.runtime.config.ConfigException;
import io.callmesh.runtime.config.Settings;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TicketSecretsTest {
  @Test
  void keepsTheirOrder() {
    assertThat(secrets("new-new-new-new-new , old-old-old-old-old"))
        .containsExactly(new Secret("new-new-new-new-new"), new Secret("old-old-old-old-old"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"short", ",", "long-enough-for-a-secret,short", "a,long-enough-a-secret"})
  void refusesShortOnesWithoutPrintingThem(String value) {
    assertThatThrownBy(() -> secrets(value))
        .isInstanceOf(ConfigException.class)
        .hasMessage("CALLMESH_TICKET_SECRET must have at least 16 characters");
  }

  @Test
  void mustBeThere() {
    assertThatThrownBy(() -> TicketSecrets.from(Settings.load(Map.of())))
        .isInstanceOf(ConfigException.class)
        .hasMessage("CALLMESH_TICKET_SECRET must be set");
  }

  private static List<Secret> secrets(String value) {
    return TicketSecrets.from(Settings.load(Map.of("CALLMESH_TICKET_SECRET", value)));
  }
}
