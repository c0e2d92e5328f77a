package io.callmesh.runtime.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KafkaConfigTest {
  @ParameterizedTest
  @ValueSource(strings = {"kafka:9092", "a.b-c:1,10.0.0.1:65535", "[::1]:9092, b:2"})
  void acceptsServers(String servers) {
    assertThat(KafkaConfig.at(servers).bootstrapServers()).isEqualTo(servers);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "x", "x:", ":1", "x:0", "x:65536", "x:1,", "http://x:1", "x:99999999999"})
  void refusesWhatAreNotServers(String servers) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KafkaConfig.at(servers))
        .withMessage(
            "CALLMESH_KAFKA_BOOTSTRAP_SERVERS must be host:port[,host:port…], was '%s'", servers);
  }

  @Test
  void namesTheVariableThatIsWrong() {
    assertRefused("CALLMESH_KAFKA_REPLICATION_FACTOR", 0, 6, 1, 0, 1, 1, 1);
    assertRefused("CALLMESH_KAFKA_EVENT_PARTITIONS", 1, 0, 1, 0, 1, 1, 1);
    assertRefused("CALLMESH_HANDOFF_LIFETIME", 1, 6, 0, 0, 1, 1, 1);
    assertRefused("CALLMESH_HANDOFF_MEMORY", 1, 6, 1, -1, 1, 1, 1);
    assertRefused("CALLMESH_KAFKA_REQUEST_TIMEOUT", 1, 6, 1, 0, 0, 1, 1);
    assertRefused("CALLMESH_KAFKA_REQUEST_TIMEOUT", 1, 6, 1, 0, 301, 1, 1);
    assertRefused("CALLMESH_KAFKA_EVENT_BUFFER", 1, 6, 1, 0, 1, 0, 1);
    assertRefused("CALLMESH_TABLE_MAX_ENTRIES", 1, 6, 1, 0, 1, 1, 0);
  }

  private static void assertRefused(
      String variable,
      int replicas,
      int partitions,
      int life,
      int memory,
      int timeout,
      int buffer,
      int max) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new KafkaConfig(
                    "kafka:9092",
                    replicas,
                    partitions,
                    Duration.ofSeconds(life),
                    Duration.ofSeconds(memory),
                    Duration.ofSeconds(timeout),
                    buffer,
                    max,
                    Map.of()))
        .withMessageStartingWith(variable + " must be ")
        .withMessageContaining(", was '");
  }

  @Test
  void doesNotPrintTheClientsSecrets() {
    KafkaConfig config =
        new KafkaConfig(
            "kafka:9092",
            -1,
            6,
            Duration.ofHours(1),
            Duration.ZERO,
            Duration.ofSeconds(1),
            1,
            1,
            Map.of("sasl.jaas.config", "password=hunter2"));
    assertThat(config.toString()).contains("sasl.jaas.config").doesNotContain("hunter2");
    assertThat(ClientSettings.writer(config)).containsEntry("sasl.jaas.config", "password=hunter2");
  }

  @Test
  void letsNobodyWeakenTheWriter() {
    KafkaConfig config =
        new KafkaConfig(
            "kafka:9092",
            -1,
            6,
            Duration.ofHours(1),
            Duration.ZERO,
            Duration.ofSeconds(1),
            1,
            1,
            Map.of("acks", "0", "bootstrap.servers", "elsewhere:1"));
    assertThat(ClientSettings.writer(config))
        .containsEntry("acks", "all")
        .containsEntry("enable.idempotence", true)
        .containsEntry("bootstrap.servers", "kafka:9092");
  }
}
