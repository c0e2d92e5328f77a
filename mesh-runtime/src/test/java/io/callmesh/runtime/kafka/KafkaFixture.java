package io.callmesh.runtime.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.callmesh.broker.EmbeddedBroker;
import io.callmesh.contracts.Topic;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** A broker, a Vert.x instance and what tests do with them. */
final class KafkaFixture {
  final Vertx vertx = Vertx.vertx();
  final EmbeddedBroker broker;

  KafkaFixture(Path dataDir) {
    broker = EmbeddedBroker.start(dataDir);
  }

  KafkaConfig config() {
    return KafkaConfig.at(broker.bootstrapServers());
  }

  static KafkaConfig config(String servers, Duration requestTimeout) {
    return config(servers, requestTimeout, 1000);
  }

  static KafkaConfig config(String servers, Duration requestTimeout, int maxTableEntries) {
    return new KafkaConfig(
        servers,
        -1,
        6,
        Duration.ofHours(24),
        Duration.ofHours(24),
        requestTimeout,
        100,
        maxTableEntries,
        Map.of());
  }

  KafkaTables tables(KafkaConfig config) {
    return new KafkaTables(vertx, config, new SimpleMeterRegistry());
  }

  static KafkaTable<JsonObject> table(KafkaTables tables, Topic topic) {
    return tables.table(topic, Function.identity(), Function.identity());
  }

  @CanIgnoreReturnValue
  static <T> @Nullable T await(Future<T> future) throws Exception {
    return future.await(20, SECONDS);
  }

  /** Writes past all our code: any bytes, or null. */
  void write(Topic topic, @Nullable String key, byte @Nullable [] value) throws Exception {
    ByteArraySerializer bytes = new ByteArraySerializer();
    Map<String, Object> settings = Map.of("bootstrap.servers", broker.bootstrapServers());
    try (var producer = new KafkaProducer<>(settings, bytes, bytes)) {
      byte[] keyBytes = key == null ? null : key.getBytes(UTF_8);
      var metadata =
          producer.send(new ProducerRecord<>(topic.topicName(), keyBytes, value)).get(10, SECONDS);
      if (!metadata.hasOffset()) {
        throw new IllegalStateException("not acknowledged");
      }
    }
  }

  Map<String, String> settingsOf(Topic topic) throws Exception {
    try (Admin admin = admin()) {
      var resource =
          new org.apache.kafka.common.config.ConfigResource(
              org.apache.kafka.common.config.ConfigResource.Type.TOPIC, topic.topicName());
      Map<String, String> settings = new HashMap<>();
      admin
          .describeConfigs(List.of(resource))
          .all()
          .get(10, SECONDS)
          .values()
          .iterator()
          .next()
          .entries()
          .forEach(entry -> settings.put(entry.name(), entry.value()));
      return settings;
    }
  }

  int partitionsOf(Topic topic) throws Exception {
    try (Admin admin = admin()) {
      return admin
          .describeTopics(List.of(topic.topicName()))
          .allTopicNames()
          .get(10, SECONDS)
          .values()
          .iterator()
          .next()
          .partitions()
          .size();
    }
  }

  void create(Topic topic, Map<String, String> settings) throws Exception {
    try (Admin admin = admin()) {
      admin
          .createTopics(List.of(new NewTopic(topic.topicName(), 1, (short) 1).configs(settings)))
          .all()
          .get(10, SECONDS);
    }
  }

  private Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
  }

  void close() throws Exception {
    broker.close();
    await(vertx.close());
  }
}
