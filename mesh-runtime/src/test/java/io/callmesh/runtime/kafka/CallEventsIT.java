package io.callmesh.runtime.kafka;

import static io.callmesh.runtime.kafka.KafkaFixture.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.Topic;
import io.callmesh.contracts.event.CallEventType;
import io.cloudevents.CloudEvent;
import io.cloudevents.jackson.JsonFormat;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CallEventsIT {
  @TempDir static Path dataDir;
  private static KafkaFixture kafka;

  @BeforeAll
  static void startBroker() throws Exception {
    kafka = new KafkaFixture(dataDir);
    await(KafkaTopics.ensure(kafka.vertx, kafka.config(), List.of(Topic.CALL_EVENTS)));
  }

  @AfterAll
  static void stopBroker() throws Exception {
    kafka.close();
  }

  @Test
  void arriveAsCloudEventsKeyedByCall() throws Exception {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    CallEvents routing = new CallEvents(kafka.vertx, kafka.config(), registry, "routing-service");
    CallEvents handoff = routing.from("handoff-service");
    JsonObject data = new JsonObject().put("connectorId", "conn-1");
    routing.publish(CallEventType.CALL_RECEIVED, "CA1", data);
    data.put("connectorId", "changed later");
    handoff.publish(CallEventType.HANDOFF_STORED, "CA2", "stored-CA2", new JsonObject());
    JsonObject unencodable = new JsonObject().put("what", new Object());
    handoff.publish(CallEventType.HANDOFF_READ, "CA3", unencodable);
    await(handoff.close());

    Map<String, ConsumerRecord<byte[], byte[]>> records = read(2);
    CloudEvent received = cloudEvent(records.get("CA1"));
    assertThat(received.getSource()).isEqualTo(URI.create("/callmesh/routing-service"));
    assertThat(received.getType()).isEqualTo("call.received");
    assertThat(received.getSubject()).isEqualTo("CA1");
    assertThat(received.getId()).hasSize(32);
    assertThat(received.getTime()).isNotNull();
    assertThat(new JsonObject(Buffer.buffer(dataOf(received))))
        .isEqualTo(new JsonObject().put("connectorId", "conn-1"));
    CloudEvent stored = cloudEvent(records.get("CA2"));
    assertThat(stored.getId()).isEqualTo("stored-CA2");
    assertThat(stored.getSource()).isEqualTo(URI.create("/callmesh/handoff-service"));
    assertThat(registry.get("callmesh.events.sent").counter().count()).isEqualTo(2);
    assertThat(
            registry.get("callmesh.events.dropped").tag("reason", "unencodable").counter().count())
        .isEqualTo(1);
  }

  private static byte[] dataOf(CloudEvent event) {
    return Objects.requireNonNull(event.getData()).toBytes();
  }

  private static CloudEvent cloudEvent(@Nullable ConsumerRecord<byte[], byte[]> found) {
    ConsumerRecord<byte[], byte[]> record = Objects.requireNonNull(found);
    String contentType = new String(record.headers().lastHeader("content-type").value(), UTF_8);
    assertThat(contentType).startsWith(JsonFormat.CONTENT_TYPE);
    return new JsonFormat().deserialize(record.value());
  }

  private static Map<String, ConsumerRecord<byte[], byte[]>> read(int count) {
    ByteArrayDeserializer bytes = new ByteArrayDeserializer();
    Map<String, ConsumerRecord<byte[], byte[]>> byCall = new HashMap<>();
    try (var consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", kafka.broker.bootstrapServers()), bytes, bytes)) {
      List<TopicPartition> partitions = new ArrayList<>();
      for (var partition : consumer.partitionsFor(Topic.CALL_EVENTS.topicName())) {
        partitions.add(new TopicPartition(partition.topic(), partition.partition()));
      }
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      for (int polls = 0; polls < 100 && byCall.size() < count; polls++) {
        consumer
            .poll(Duration.ofMillis(100))
            .forEach(record -> byCall.put(new String(record.key(), UTF_8), record));
      }
    }
    return byCall;
  }
}
