package io.callmesh.runtime.kafka;

import io.callmesh.contracts.bus.BusFailure;
import io.callmesh.contracts.bus.FailureCode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes to the tables' topics, in the order of asking, on a thread of its own: the producer blocks
 * while it does not know where a partition is. Safe on any thread.
 */
final class TableWriter {
  private static final int MAX_PENDING = 10_000;

  private final Producer<byte[], byte[]> producer;
  private final Duration timeout;
  private final AtomicInteger pending = new AtomicInteger();
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), TableWriter::daemon);

  private TableWriter(Producer<byte[], byte[]> producer, Duration timeout) {
    this.producer = producer;
    this.timeout = timeout;
  }

  static TableWriter open(KafkaConfig config) {
    ByteArraySerializer bytes = new ByteArraySerializer();
    return new TableWriter(
        new KafkaProducer<>(ClientSettings.writer(config), bytes, bytes), config.requestTimeout());
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "callmesh-table-writer");
    thread.setDaemon(true);
    return thread;
  }

  /** Done when Kafka acknowledged; a null value removes. A failed write may still come to pass. */
  CompletableFuture<RecordMetadata> write(String topic, String key, byte @Nullable [] value) {
    if (pending.incrementAndGet() > MAX_PENDING) {
      pending.decrementAndGet();
      return CompletableFuture.failedFuture(
          new BusFailure(FailureCode.BUSY, MAX_PENDING + " writes already wait for Kafka"));
    }
    ProducerRecord<byte[], byte[]> record = record(topic, key, value);
    CompletableFuture<RecordMetadata> written = new CompletableFuture<>();
    return submit(record, written)
        .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((metadata, failure) -> pending.decrementAndGet());
  }

  @SuppressWarnings("NullAway") // a null value is Kafka's tombstone
  private static ProducerRecord<byte[], byte[]> record(
      String topic, String key, byte @Nullable [] value) {
    return new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value);
  }

  private CompletableFuture<RecordMetadata> submit(
      ProducerRecord<byte[], byte[]> record, CompletableFuture<RecordMetadata> written) {
    try {
      thread.execute(() -> send(record, written));
    } catch (RuntimeException closed) {
      written.completeExceptionally(closed);
    }
    return written;
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the callback says the same
  private void send(
      ProducerRecord<byte[], byte[]> record, CompletableFuture<RecordMetadata> written) {
    if (written.isDone()) {
      return; // given up while it waited: must not happen late
    }
    try {
      producer.send(record, (metadata, failure) -> acknowledged(written, metadata, failure));
    } catch (RuntimeException e) {
      written.completeExceptionally(e);
    }
  }

  private static void acknowledged(
      CompletableFuture<RecordMetadata> written,
      RecordMetadata metadata,
      @Nullable Exception failure) {
    if (failure == null) {
      written.complete(metadata);
    } else {
      written.completeExceptionally(failure);
    }
  }

  /** Blocks until what was sent is acknowledged, or for the timeout. */
  void close() {
    thread.shutdown();
    producer.close(timeout);
  }
}
