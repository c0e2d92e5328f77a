package io.callmesh.runtime.kafka;

import java.util.HashMap;
import java.util.Map;

/** What each of Kafka's clients is told; the configured pass-through comes first, so ours win. */
final class ClientSettings {
  private static final long EVENT_LINGER_MS = 20;
  private static final int EVENT_BLOCK_MS = 1000;
  private static final long EVENT_BUFFER_BYTES = 64L << 20; // twice what the sender lets through

  private ClientSettings() {}

  static Map<String, Object> admin(KafkaConfig config) {
    Map<String, Object> settings = common(config, "admin");
    settings.put("request.timeout.ms", attempt(config));
    settings.put("default.api.timeout.ms", millis(config));
    return settings;
  }

  static Map<String, Object> consumer(KafkaConfig config) {
    Map<String, Object> settings = common(config, "tables");
    settings.put("enable.auto.commit", false);
    settings.put("allow.auto.create.topics", false);
    settings.put("auto.offset.reset", "earliest");
    settings.put("isolation.level", "read_uncommitted");
    settings.put("max.poll.records", 500);
    // Small, for what is under way to die young and not fill the heap; a larger record comes alone.
    settings.put("fetch.max.bytes", 1 << 20);
    settings.put("max.partition.fetch.bytes", 256 << 10);
    settings.put("fetch.max.wait.ms", 500);
    settings.put("request.timeout.ms", Math.max(1000, attempt(config)));
    settings.put("default.api.timeout.ms", Math.max(1000, millis(config)));
    return settings;
  }

  /** For table writes: at once, on every replica, in order, without duplicates. */
  static Map<String, Object> writer(KafkaConfig config) {
    Map<String, Object> settings = producer(config, "tables");
    settings.put("linger.ms", 0);
    settings.put("delivery.timeout.ms", millis(config));
    return settings;
  }

  /** For events: in batches, and patient; the bounded buffer decides what is dropped. */
  static Map<String, Object> events(KafkaConfig config) {
    Map<String, Object> settings = producer(config, "events");
    settings.put("linger.ms", EVENT_LINGER_MS);
    settings.put("delivery.timeout.ms", Integer.MAX_VALUE);
    settings.put("max.block.ms", Math.min(EVENT_BLOCK_MS, millis(config)));
    settings.put("buffer.memory", EVENT_BUFFER_BYTES);
    return settings;
  }

  private static Map<String, Object> producer(KafkaConfig config, String purpose) {
    Map<String, Object> settings = common(config, purpose);
    settings.put("acks", "all");
    settings.put("enable.idempotence", true);
    settings.put("max.block.ms", millis(config));
    settings.put("request.timeout.ms", attempt(config));
    return settings;
  }

  private static Map<String, Object> common(KafkaConfig config, String purpose) {
    Map<String, Object> settings = new HashMap<>(config.clientProperties());
    settings.put("bootstrap.servers", config.bootstrapServers());
    settings.put("client.id", "callmesh-" + purpose);
    settings.put("enable.metrics.push", false);
    settings.put("metric.reporters", "");
    settings.put("reconnect.backoff.max.ms", 1000);
    return settings;
  }

  private static int millis(KafkaConfig config) {
    return Math.toIntExact(config.requestTimeout().toMillis());
  }

  /** Half of the timeout for one try, so that there can be a second. */
  private static int attempt(KafkaConfig config) {
    return Math.max(1, millis(config) / 2);
  }
}
