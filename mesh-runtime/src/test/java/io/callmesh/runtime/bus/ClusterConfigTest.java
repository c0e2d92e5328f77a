package io.callmesh.runtime.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callmesh.runtime.config.ConfigException;
import io.callmesh.runtime.config.Settings;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClusterConfigTest {
  @Test
  void isAloneUnlessToldOtherwise() {
    assertThat(config(Map.of()).mode()).isEqualTo(ClusterConfig.Mode.NONE);
  }

  @Test
  void readsMembers() {
    ClusterConfig config =
        config(
            Map.of(
                "CALLMESH_CLUSTER", "tcp",
                "CALLMESH_CLUSTER_MEMBERS", " a.example:5701 , 10.0.0.2,, ",
                "CALLMESH_CLUSTER_HOST", "10.0.0.1",
                "CALLMESH_CLUSTER_BUS_PORT", "5800"));

    assertThat(config)
        .isEqualTo(
            new ClusterConfig(
                ClusterConfig.Mode.TCP,
                List.of("a.example:5701", "10.0.0.2"),
                null,
                5701,
                "10.0.0.1",
                5800));
  }

  @Test
  void readsTheKubernetesService() {
    ClusterConfig config =
        config(
            Map.of(
                "CALLMESH_CLUSTER", "kubernetes",
                "CALLMESH_CLUSTER_DNS", "callmesh-cluster.default.svc"));

    assertThat(config.mode()).isEqualTo(ClusterConfig.Mode.KUBERNETES);
    assertThat(config.dns()).isEqualTo("callmesh-cluster.default.svc");
  }

  @Test
  void saysWhatIsMissingForAMode() {
    refuses(
        Map.of("CALLMESH_CLUSTER", "tcp"),
        "CALLMESH_CLUSTER_MEMBERS must be set when CALLMESH_CLUSTER is tcp");
    refuses(
        Map.of("CALLMESH_CLUSTER", "tcp", "CALLMESH_CLUSTER_MEMBERS", " , "),
        "CALLMESH_CLUSTER_MEMBERS must be set when CALLMESH_CLUSTER is tcp");
    refuses(
        Map.of("CALLMESH_CLUSTER", "kubernetes"),
        "CALLMESH_CLUSTER_DNS must be set when CALLMESH_CLUSTER is kubernetes");
  }

  @Test
  void namesTheModesThereAre() {
    refuses(
        Map.of("CALLMESH_CLUSTER", "multicast"),
        "CALLMESH_CLUSTER must be none, tcp or kubernetes, was 'multicast'");
  }

  private static ClusterConfig config(Map<String, String> environment) {
    return ClusterConfig.from(Settings.load(environment));
  }

  private static void refuses(Map<String, String> environment, String sentence) {
    assertThatThrownBy(() -> config(environment))
        .isInstanceOf(ConfigException.class)
        .hasMessage(sentence);
  }
}
