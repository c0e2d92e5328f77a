package io.callmesh.runtime.kafka;

import io.callmesh.contracts.bus.BusFailure;
import io.callmesh.contracts.bus.FailureCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads every table's topic with one consumer on one daemon thread, from the beginning and for as
 * long as the process lives: without a group, because each process needs every record. Outages are
 * waited out; the thread ends only when it is stopped or could not start.
 */
final class TableFollower {
  private static final Logger log = LoggerFactory.getLogger(TableFollower.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration TOPIC_RETRY = Duration.ofMillis(100);
  private static final Duration BACKOFF = Duration.ofSeconds(1);

  /** Entries of each table that are looked at after a poll that brought nothing. */
  private static final int IDLE_SWEEP = 1_000;

  /** The same after one that did, of which a busy topic has a thousand a second. */
  private static final int BUSY_SWEEP = 30;

  private final KafkaConfig config;
  private final Map<String, KafkaTable<?>> tables;
  private final CompletableFuture<Void> caughtUp = new CompletableFuture<>();
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();
  private final CountDownLatch stopping = new CountDownLatch(1);
  private volatile @Nullable TableClients clients;
  private volatile boolean alive;

  TableFollower(KafkaConfig config, List<KafkaTable<?>> tables) {
    this.config = config;
    this.tables = tables.stream().collect(Collectors.toMap(KafkaTable::topicName, each -> each));
  }

  void start() {
    alive = true;
    Thread thread = new Thread(this::run, "callmesh-table-follower");
    thread.setDaemon(true);
    thread.start();
  }

  /** Done when every table was read to its topic's end as of the start. */
  CompletableFuture<Void> caughtUp() {
    return caughtUp;
  }

  boolean isFollowing() {
    return alive && caughtUp.isDone() && !caughtUp.isCompletedExceptionally();
  }

  CompletableFuture<Void> stop() {
    stopping.countDown();
    TableClients open = clients;
    if (open != null) {
      open.consumer().wakeup();
    }
    return stopped;
  }

  CompletableFuture<Map<Integer, Long>> endOffsets(String topic) {
    return withClients(open -> open.endOffsets(topic));
  }

  CompletableFuture<RecordMetadata> write(String topic, String key, byte @Nullable [] value) {
    return withClients(open -> open.writer().write(topic, key, value));
  }

  private <T> CompletableFuture<T> withClients(Function<TableClients, CompletableFuture<T>> use) {
    TableClients open = clients;
    return open == null || isStopping() ? CompletableFuture.failedFuture(over()) : use.apply(open);
  }

  private static BusFailure over() {
    return new BusFailure(FailureCode.UNAVAILABLE, "the tables are not being followed");
  }

  private boolean isStopping() {
    return stopping.getCount() == 0;
  }

  private void run() {
    try (Consumer<byte[], byte[]> consumer = TableClients.consumer(config)) {
      follow(consumer);
    } catch (WakeupException stop) {
      log.debug("stopped while starting");
    } catch (Throwable e) {
      if (!caughtUp.completeExceptionally(e)) {
        log.error("the tables are no longer followed", e);
      }
    } finally {
      alive = false;
      end();
    }
  }

  private void end() {
    tables.values().forEach(table -> table.progress().end(over()));
    caughtUp.completeExceptionally(over());
    stopped.complete(null);
  }

  private void follow(Consumer<byte[], byte[]> consumer) {
    List<TopicPartition> partitions = partitions(consumer);
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    CatchUp start = new CatchUp(consumer.endOffsets(partitions), config.requestTimeout());
    TableClients open = TableClients.open(config, consumer, partitions);
    clients = open;
    try {
      while (!isStopping()) {
        step(open, start);
      }
    } finally {
      open.close();
    }
  }

  private List<TopicPartition> partitions(Consumer<byte[], byte[]> consumer) {
    List<TopicPartition> partitions = new ArrayList<>();
    long deadline = System.nanoTime() + config.requestTimeout().toNanos();
    for (String topic : tables.keySet()) {
      partitions.addAll(partitions(consumer, topic, deadline));
    }
    return partitions;
  }

  /** Asks again for a while: a topic that was just made is not known to every broker at once. */
  private List<TopicPartition> partitions(
      Consumer<byte[], byte[]> consumer, String topic, long deadline) {
    while (true) {
      List<TopicPartition> found =
          consumer.partitionsFor(topic).stream()
              .map(each -> new TopicPartition(topic, each.partition()))
              .toList();
      if (!found.isEmpty()) {
        return found;
      }
      if (System.nanoTime() >= deadline || pause(TOPIC_RETRY)) {
        throw new IllegalStateException("topic " + topic + " does not exist");
      }
    }
  }

  private void step(TableClients open, CatchUp start) {
    try {
      ConsumerRecords<byte[], byte[]> records = open.consumer().poll(POLL);
      for (ConsumerRecord<byte[], byte[]> each : records) {
        table(each.topic()).apply(each);
      }
      int sweep = records.isEmpty() ? IDLE_SWEEP : BUSY_SWEEP;
      tables.values().forEach(table -> table.sweep(sweep));
      tables.values().forEach(table -> moved(open, table, start));
    } catch (WakeupException stop) {
      return;
    } catch (RuntimeException e) {
      throwIfStarting(e);
      log.warn("following the tables failed, trying again: {}", Failures.describe(e));
      backOff();
    }
    completeStart(start);
  }

  private KafkaTable<?> table(String topic) {
    return Optional.ofNullable(tables.get(topic)).orElseThrow();
  }

  private static void moved(TableClients open, KafkaTable<?> table, CatchUp start) {
    Map<Integer, Long> positions = new HashMap<>();
    long lag = 0;
    for (TopicPartition each : open.partitionsOf(table.topicName())) {
      position(open.consumer(), each).ifPresent(at -> positions.put(each.partition(), at));
      lag += open.consumer().currentLag(each).orElse(0);
    }
    positions.forEach((partition, at) -> start.at(table.topicName(), partition, at));
    table.lag(lag);
    table.progress().advance(positions);
  }

  /** Nothing until the consumer has found out where the beginning is. */
  private static OptionalLong position(
      Consumer<byte[], byte[]> consumer, TopicPartition partition) {
    try {
      return OptionalLong.of(consumer.position(partition, Duration.ZERO));
    } catch (TimeoutException unknown) {
      return OptionalLong.empty();
    }
  }

  private void completeStart(CatchUp start) {
    if (caughtUp.isDone()) {
      return;
    }
    if (start.isDone()) {
      caughtUp.complete(null);
    } else if (start.standsStill()) {
      throw new IllegalStateException("reading the tables stands still: " + start);
    }
  }

  /** At the start a person waits for the reason; later only time or an operator can help. */
  private void throwIfStarting(RuntimeException e) {
    if (!caughtUp.isDone() && !(e instanceof RetriableException)) {
      throw e;
    }
  }

  private void backOff() {
    if (pause(BACKOFF)) {
      log.debug("stopped while backing off");
    }
  }

  /** Waits, and says whether the end has come. */
  private boolean pause(Duration time) {
    try {
      return stopping.await(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }
}
