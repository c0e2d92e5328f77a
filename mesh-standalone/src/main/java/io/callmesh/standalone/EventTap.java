package io.callmesh.standalone;

import io.callmesh.contracts.Topic;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads one call's events from Kafka, as an analyst's consumer would. Blocks; one thread's own. */
final class EventTap implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);

  private final KafkaConsumer<String, String> consumer;

  EventTap(String bootstrapServers) {
    Properties properties = new Properties();
    properties.putAll(
        Map.of("bootstrap.servers", bootstrapServers, "auto.offset.reset", "earliest"));
    consumer = new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer());
    List<TopicPartition> partitions =
        consumer.partitionsFor(Topic.CALL_EVENTS.topicName()).stream()
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
  }

  /**
   * The call's events in order, as soon as all the wanted types are there, or when the time is
   * over.
   */
  List<JsonObject> of(String callSid, Set<String> wanted, Duration atMost) {
    List<JsonObject> events = new ArrayList<>();
    List<String> seen = new ArrayList<>();
    long deadline = System.nanoTime() + atMost.toNanos();
    while (!seen.containsAll(wanted) && System.nanoTime() < deadline) {
      for (ConsumerRecord<String, String> record : consumer.poll(POLL)) {
        if (callSid.equals(record.key())) {
          JsonObject event = new JsonObject(record.value());
          events.add(event);
          seen.add(event.getString("type"));
        }
      }
    }
    return events;
  }

  @Override
  public void close() {
    consumer.close();
  }
}
