package io.callmesh.runtime.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.Topic;
import java.util.List;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.junit.jupiter.api.Test;

class TopicPolicyTest {
  private static final KafkaConfig CONFIG = KafkaConfig.at("kafka:9092");

  private static Config erasingAfter(String ms) {
    return new Config(List.of(new ConfigEntry("max.compaction.lag.ms", ms)));
  }

  @Test
  void advisesToEraseDeletedHandoffsSoon() {
    TopicPolicy outcomes = new TopicPolicy(Topic.OUTCOMES, CONFIG);

    assertThat(outcomes.advice(erasingAfter("9223372036854775807")))
        .hasValueSatisfying(
            sentence ->
                assertThat(sentence)
                    .contains("so that a deleted handoff leaves the disk")
                    .endsWith("--add-config max.compaction.lag.ms=600000"));
    assertThat(outcomes.advice(erasingAfter("600000"))).isEmpty();
  }

  @Test
  void advisesNothingWhereNothingIsDeleted() {
    assertThat(
            new TopicPolicy(Topic.CONNECTORS, CONFIG).advice(erasingAfter("9223372036854775807")))
        .isEmpty();
  }

  @Test
  void makesATopicThatErasesAndOneWhoseRecordsAllStay() {
    assertThat(new TopicPolicy(Topic.OUTCOMES, CONFIG).newTopic().configs())
        .containsEntry("max.compaction.lag.ms", "600000")
        .containsEntry("retention.ms", "86400000");
    assertThat(new TopicPolicy(Topic.RECEIPTS, CONFIG).newTopic().configs())
        .containsEntry("cleanup.policy", "delete")
        .containsEntry("retention.ms", "172800000")
        .containsEntry("message.timestamp.type", "LogAppendTime")
        .doesNotContainKey("min.cleanable.dirty.ratio");
  }
}
