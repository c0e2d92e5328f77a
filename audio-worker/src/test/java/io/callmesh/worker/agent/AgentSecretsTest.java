package io.callmesh.worker.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callmesh.contracts.security.Secret;
import io.callmesh.runtime.config.ConfigException;
import io.callmesh.runtime.config.Settings;
import io.callmesh.worker.WorkerConfig;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgentSecretsTest {
  @Test
  void givesAnAccountItsOwnAndWhatIsForAll() {
    AgentSecrets secrets =
        secrets(
            """
            [{"name": "key", "value": "for all"},
             {"name": "key", "value": "acme's", "accountId": "acme"},
             {"name": "other", "value": "globex's", "accountId": "globex", "note": "ignored"}]""");

    assertThat(secrets.find("key", "acme")).contains(new Secret("acme's"));
    assertThat(secrets.find("key", "globex")).contains(new Secret("for all"));
    assertThat(secrets.find("other", "globex")).contains(new Secret("globex's"));
    assertThat(secrets.find("other", "acme")).isEmpty();
    assertThat(secrets.find("nothing", "acme")).isEmpty();
  }

  @Test
  void hasNoneWhenNoneAreGiven() {
    assertThat(AgentSecrets.from(Settings.load(Map.of())).find("key", "acme")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hidden",
        "null",
        "[null]",
        "[\"hidden\"]",
        "{\"name\":\"key\",\"value\":\"hidden\"}",
        "[{\"value\":\"hidden\"}]",
        "[{\"name\":\"\",\"value\":\"hidden\"}]",
        "[{\"name\":1,\"value\":\"hidden\"}]",
        "[{\"name\":\"hidden\"}]",
        "[{\"name\":\"key\",\"value\":\" \"}]",
        "[{\"name\":\"key\",\"value\":{\"hidden\":1}}]",
        "[{\"name\":\"key\",\"value\":\"hidden\\r\\nX-Evil: 1\"}]",
        "[{\"name\":\"key\",\"value\":\"hiddenü\"}]",
        "[{\"name\":\"key\",\"value\":\"hidden\",\"accountId\":\"\"}]",
        "[{\"name\":\"key\",\"value\":\"hidden\",\"accountId\":7}]",
        "[{\"name\":\"key\",\"value\":\"hidden\"},{\"name\":\"key\",\"value\":\"hidden\"}]",
        "[{\"name\":\"key\",\"value\":\"hidden\"}",
      })
  void saysTheFormInOneSentenceWithoutTheSecrets(String json) {
    assertThatThrownBy(() -> secrets(json))
        .isInstanceOf(ConfigException.class)
        .hasNoCause()
        .hasMessageStartingWith("CALLMESH_AGENT_SECRETS must be JSON like [{\"name\":")
        .hasMessageNotContaining("hidden");
  }

  @Test
  void areNotPrinted() {
    Settings settings =
        Settings.load(
            Map.of("CALLMESH_AGENT_SECRETS", "[{\"name\":\"key\",\"value\":\"hidden\"}]"),
            "worker-defaults.properties");

    assertThat(WorkerConfig.from(settings).agentSecrets().find("key", "any")).isPresent();
    assertThat(WorkerConfig.from(settings).toString()).doesNotContain("hidden");
  }

  private static AgentSecrets secrets(String json) {
    return AgentSecrets.from(Settings.load(Map.of("CALLMESH_AGENT_SECRETS", json)));
  }
}
