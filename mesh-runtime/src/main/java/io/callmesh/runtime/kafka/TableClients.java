package io.callmesh.runtime.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * What a running follower has open. The consumer is its thread's alone; writer and admin client are
 * for any thread. End offsets come from the admin client because it does not block and need not
 * interrupt the consumer.
 */
record TableClients(
    Consumer<byte[], byte[]> consumer,
    TableWriter writer,
    Admin admin,
    List<TopicPartition> partitions,
    Duration timeout) {

  static TableClients open(
      KafkaConfig config, Consumer<byte[], byte[]> consumer, List<TopicPartition> partitions) {
    return new TableClients(
        consumer,
        TableWriter.open(config),
        Admin.create(ClientSettings.admin(config)),
        partitions,
        config.requestTimeout());
  }

  static Consumer<byte[], byte[]> consumer(KafkaConfig config) {
    ByteArrayDeserializer bytes = new ByteArrayDeserializer();
    return new KafkaConsumer<>(ClientSettings.consumer(config), bytes, bytes);
  }

  /** The offset after the last acknowledged record, per partition of a topic. */
  CompletableFuture<Map<Integer, Long>> endOffsets(String topic) {
    Map<TopicPartition, OffsetSpec> latest =
        partitionsOf(topic).stream()
            .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest()));
    ListOffsetsOptions options =
        new ListOffsetsOptions().timeoutMs(Math.toIntExact(timeout.toMillis()));
    return admin
        .listOffsets(latest, options)
        .all()
        .toCompletionStage()
        .thenApply(TableClients::byPartition)
        .toCompletableFuture();
  }

  private static Map<Integer, Long> byPartition(
      Map<TopicPartition, ListOffsetsResultInfo> results) {
    Map<Integer, Long> offsets = new HashMap<>();
    results.forEach((partition, result) -> offsets.put(partition.partition(), result.offset()));
    return offsets;
  }

  List<TopicPartition> partitionsOf(String topic) {
    return partitions.stream().filter(each -> each.topic().equals(topic)).toList();
  }

  /** Blocks until writes on their way are done, or for the timeout; then lets go at once. */
  void close() {
    writer.close();
    admin.close(timeout);
    consumer.close(CloseOptions.timeout(Duration.ZERO)); // else it waits for its last fetch
  }
}
