package io.callmesh.runtime.kafka;

import static io.callmesh.runtime.kafka.KafkaFixture.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callmesh.contracts.Topic;
import io.callmesh.contracts.bus.FailureCode;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaTopicsIT {
  @TempDir Path dataDir;
  private KafkaFixture kafka;

  @BeforeEach
  void startBroker() {
    kafka = new KafkaFixture(dataDir);
  }

  @AfterEach
  void stopBroker() throws Exception {
    kafka.close();
  }

  @Test
  void createsEveryTopicWithItsPolicy() throws Exception {
    await(ensure(Topic.all()));
    await(ensure(Topic.all()));
    for (Topic topic : Topic.all()) {
      assertThat(kafka.settingsOf(topic).getOrDefault("cleanup.policy", "").split(","))
          .containsExactlyInAnyOrderElementsOf(topic.cleanupPolicy());
    }
    assertThat(kafka.settingsOf(Topic.OUTCOMES))
        .containsEntry("retention.ms", "86400000")
        .containsEntry("segment.ms", "21600000")
        .containsEntry("max.compaction.lag.ms", "600000")
        .containsEntry("message.timestamp.type", "LogAppendTime");
    assertThat(kafka.settingsOf(Topic.RECEIPTS))
        .containsEntry("retention.ms", "172800000")
        .containsEntry("message.timestamp.type", "LogAppendTime");
    assertThat(kafka.partitionsOf(Topic.RECEIPTS)).isEqualTo(6);
    assertThat(kafka.partitionsOf(Topic.CONNECTORS)).isEqualTo(1);
    assertThat(kafka.partitionsOf(Topic.OUTCOMES)).isEqualTo(6);
    assertThat(kafka.partitionsOf(Topic.CALL_EVENTS)).isEqualTo(6);
  }

  @Test
  void letsSeveralProcessesCreateAtOnce() throws Exception {
    await(
        Future.all(
            List.of(
                ensure(Topic.all()),
                ensure(Topic.all()),
                ensure(Topic.all()),
                ensure(Topic.all()))));
    assertThat(kafka.partitionsOf(Topic.API_KEYS)).isEqualTo(1);
  }

  @Test
  void refusesATopicWithTheWrongCleanupPolicy() throws Exception {
    kafka.create(Topic.CONNECTORS, Map.of("cleanup.policy", "delete"));
    Future<Void> refused = ensure(Topic.all());
    assertThatThrownBy(() -> await(refused))
        .hasMessage(
            "Topic callmesh.connectors.v1 has cleanup.policy=delete, wanted compact: run"
                + " kafka-configs --bootstrap-server "
                + kafka.broker.bootstrapServers()
                + " --alter --entity-type topics --entity-name callmesh.connectors.v1"
                + " --add-config cleanup.policy=[compact]");
    assertThat(FailureCode.of(refused.cause())).isEqualTo(FailureCode.BAD_REQUEST);
  }

  @Test
  void refusesOutcomesThatAreKeptTooShortly() throws Exception {
    kafka.create(
        Topic.OUTCOMES, Map.of("cleanup.policy", "compact,delete", "retention.ms", "60000"));
    assertThatThrownBy(() -> await(ensure(List.of(Topic.OUTCOMES))))
        .hasMessageStartingWith(
            "Topic callmesh.outcomes.v1 has retention.ms=60000, wanted at least 86400000: run"
                + " kafka-configs ")
        .hasMessageEndingWith("--add-config retention.ms=86400000");
  }

  @Test
  void refusesReceiptsThatAreForgottenTooSoon() throws Exception {
    kafka.create(Topic.RECEIPTS, Map.of("cleanup.policy", "delete", "retention.ms", "86400000"));
    assertThatThrownBy(() -> await(ensure(List.of(Topic.RECEIPTS))))
        .hasMessageStartingWith(
            "Topic callmesh.receipts.v1 has retention.ms=86400000, wanted at least 172800000: ");
  }

  @Test
  void acceptsOutcomesThatAreKeptForEver() throws Exception {
    kafka.create(Topic.OUTCOMES, Map.of("cleanup.policy", "delete,compact", "retention.ms", "-1"));
    await(ensure(List.of(Topic.OUTCOMES)));
    assertThat(kafka.settingsOf(Topic.OUTCOMES)).containsEntry("retention.ms", "-1");
  }

  @Test
  void namesTheServersThatDoNotAnswer() throws Exception {
    KafkaConfig nowhere = KafkaFixture.config(unusedAddress(), Duration.ofMillis(500));
    Future<Void> failed = KafkaTopics.ensure(kafka.vertx, nowhere, Topic.all());
    assertThatThrownBy(() -> await(failed))
        .hasMessageStartingWith("Kafka at " + nowhere.bootstrapServers() + " does not ");
    assertThat(FailureCode.of(failed.cause())).isEqualTo(FailureCode.UNAVAILABLE);
  }

  private Future<Void> ensure(List<Topic> topics) {
    return KafkaTopics.ensure(kafka.vertx, kafka.config(), topics);
  }

  private static String unusedAddress() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "127.0.0.1:" + free.getLocalPort();
    }
  }
}
