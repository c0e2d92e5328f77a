package io.callmesh.runtime.kafka;

import io.callmesh.contracts.Topic;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;

/** How a topic is made, and what one that exists must not lack. */
record TopicPolicy(Topic topic, KafkaConfig config) {
  private static final int OUTCOME_PARTITIONS = 6;
  private static final Duration SEGMENT = Duration.ofDays(1);

  private static final Duration SHORTEST_SEGMENT = Duration.ofMinutes(1);

  NewTopic newTopic() {
    return new NewTopic(topic.topicName(), partitions(), (short) config.replicationFactor())
        .configs(settings());
  }

  private int partitions() {
    return switch (topic) {
      case CONNECTORS, PHONE_NUMBERS, API_KEYS -> 1;
      case OUTCOMES, RECEIPTS -> OUTCOME_PARTITIONS;
      case CALL_EVENTS -> config.callEventPartitions();
    };
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new HashMap<>();
    settings.put("cleanup.policy", join(topic.cleanupPolicy()));
    if (isTable()) {
      settings.put("segment.ms", millis(segment()));
      settings.put("message.timestamp.type", "LogAppendTime"); // one clock decides what is recent
    }
    if (isCompacted()) {
      settings.put(
          "min.cleanable.dirty.ratio", "0.1"); // small: what is not cleaned is read at start
    }
    if (topic == Topic.OUTCOMES) {
      // What is removed leaves the disk too.
      settings.put("max.compaction.lag.ms", millis(KafkaConfig.ERASURE));
    }
    lifetime().ifPresent(lifetime -> settings.put("retention.ms", millis(lifetime)));
    return settings;
  }

  /** How long records are needed; empty for as long as the broker wishes. */
  private Optional<Duration> lifetime() {
    return switch (topic) {
      case OUTCOMES -> Optional.of(config.handoffLifetime());
      case RECEIPTS -> Optional.of(config.receiptLifetime());
      default -> Optional.empty();
    };
  }

  private boolean isTable() {
    return topic != Topic.CALL_EVENTS;
  }

  private boolean isCompacted() {
    return topic.cleanupPolicy().contains("compact");
  }

  /**
   * Only closed segments are cleaned: an outcome is gone a quarter of its lifetime late at most.
   */
  private Duration segment() {
    Duration quarter = lifetime().map(lifetime -> lifetime.dividedBy(4)).orElse(SEGMENT);
    Duration wanted = quarter.compareTo(SEGMENT) < 0 ? quarter : SEGMENT;
    return wanted.compareTo(SHORTEST_SEGMENT) < 0 ? SHORTEST_SEGMENT : wanted;
  }

  private static String millis(Duration duration) {
    return Long.toString(duration.toMillis());
  }

  /** What is wrong with the topic as it is, in one sentence with the remedy. */
  Optional<String> violation(Config found) {
    return cleanupViolation(found).or(() -> retentionViolation(found));
  }

  private Optional<String> cleanupViolation(Config found) {
    Set<String> policy =
        Arrays.stream(value(found, "cleanup.policy").split(","))
            .map(String::strip)
            .collect(Collectors.toSet());
    return policy.equals(topic.cleanupPolicy())
        ? Optional.empty()
        : Optional.of(
            sentence("cleanup.policy", join(policy), join(topic.cleanupPolicy()), bracketed()));
  }

  private Optional<String> retentionViolation(Config found) {
    long retention = Long.parseLong(value(found, "retention.ms"));
    return lifetime()
        .map(Duration::toMillis)
        .filter(lifetime -> retention >= 0 && retention < lifetime)
        .map(
            lifetime ->
                sentence(
                    "retention.ms",
                    Long.toString(retention),
                    "at least " + lifetime,
                    Long.toString(lifetime)));
  }

  /**
   * What a topic that exists had better have, in one sentence with the remedy; no reason to stop.
   */
  Optional<String> advice(Config found) {
    long erasure = Long.parseLong(value(found, "max.compaction.lag.ms"));
    return topic == Topic.OUTCOMES && erasure > KafkaConfig.ERASURE.toMillis()
        ? Optional.of(
            sentence(
                "max.compaction.lag.ms",
                Long.toString(erasure),
                "at most "
                    + KafkaConfig.ERASURE.toMillis()
                    + " so that a deleted handoff leaves the disk",
                millis(KafkaConfig.ERASURE)))
        : Optional.empty();
  }

  private String bracketed() {
    return "[" + join(topic.cleanupPolicy()) + "]";
  }

  private String sentence(String setting, String found, String wanted, String remedy) {
    return String.format(
        "Topic %s has %s=%s, wanted %s: run kafka-configs --bootstrap-server %s --alter"
            + " --entity-type topics --entity-name %s --add-config %s=%s",
        topic.topicName(),
        setting,
        found,
        wanted,
        config.bootstrapServers(),
        topic.topicName(),
        setting,
        remedy);
  }

  private static String value(Config config, String setting) {
    return Optional.ofNullable(config.get(setting)).orElseThrow().value();
  }

  private static String join(Set<String> values) {
    return String.join(",", new TreeSet<>(values));
  }
}
