package io.callmesh.runtime.kafka;

import io.callmesh.contracts.Topic;
import io.callmesh.contracts.event.CallEvent;
import io.callmesh.runtime.LogThrottle;
import io.callmesh.runtime.kafka.KafkaMetrics.Drop;
import io.micrometer.core.instrument.Counter;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings events to Kafka from a bounded buffer, on a thread that may block while the broker is
 * away. An event counts against the buffer until it is acknowledged; when the buffer is full the
 * newest is dropped and counted. Safe on any thread.
 */
final class EventSender {
  private static final Logger log = LoggerFactory.getLogger(EventSender.class);
  private static final long MAX_WAITING_BYTES = 32L << 20;
  private static final Duration IDLE = Duration.ofMillis(100);
  private static final String TOPIC = Topic.CALL_EVENTS.topicName();
  private static final List<Header> HEADERS =
      List.of(
          new RecordHeader(
              "content-type", CallEvent.CONTENT_TYPE.getBytes(StandardCharsets.UTF_8)));

  private final Vertx vertx;
  private final KafkaConfig config;
  private final BlockingQueue<ProducerRecord<byte[], byte[]>> buffer;
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicLong waitingBytes = new AtomicLong();
  private final LogThrottle drops = new LogThrottle(Duration.ofSeconds(10));
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private final AtomicReference<@Nullable Long> closeBy = new AtomicReference<>();
  private final Counter sent;
  private final Map<Drop, Counter> dropped = new EnumMap<>(Drop.class);

  /** Nobody takes from the buffer any more. */
  private volatile boolean ended;

  private EventSender(Vertx vertx, KafkaConfig config, KafkaMetrics metrics) {
    this.vertx = vertx;
    this.config = config;
    this.buffer = new ArrayBlockingQueue<>(config.eventBufferSize());
    this.sent = metrics.eventsSent();
    for (Drop reason : Drop.values()) {
      dropped.put(reason, metrics.eventsDropped(reason));
    }
    metrics.eventsWaiting(waiting, AtomicInteger::get);
  }

  static EventSender start(Vertx vertx, KafkaConfig config, KafkaMetrics metrics) {
    EventSender sender = new EventSender(vertx, config, metrics);
    Thread thread = new Thread(sender::run, "callmesh-call-events");
    thread.setDaemon(true);
    thread.start();
    return sender;
  }

  /** Takes an event or drops it; never blocks, never throws. */
  void send(CallEvent event) {
    try {
      accept(record(event));
    } catch (RuntimeException e) {
      drop(Drop.UNENCODABLE, 1);
    }
  }

  private static ProducerRecord<byte[], byte[]> record(CallEvent event) {
    byte[] key = event.callSid().getBytes(StandardCharsets.UTF_8);
    byte[] value = event.toJson().toBuffer().getBytes();
    return new ProducerRecord<>(TOPIC, null, key, value, HEADERS);
  }

  private void accept(ProducerRecord<byte[], byte[]> record) {
    if (ended) {
      drop(Drop.CLOSED, 1);
    } else if (!reserve(record) || !buffer.offer(record)) {
      release(record);
      drop(Drop.BUFFER_FULL, 1);
    } else if (ended) {
      dropRest(); // it came too late for the thread's own last look
    }
  }

  private boolean reserve(ProducerRecord<byte[], byte[]> record) {
    long bytes = waitingBytes.addAndGet(record.value().length);
    return waiting.incrementAndGet() <= config.eventBufferSize() && bytes <= MAX_WAITING_BYTES;
  }

  private void release(ProducerRecord<byte[], byte[]> record) {
    waiting.decrementAndGet();
    waitingBytes.addAndGet(-record.value().length);
  }

  private void drop(Drop reason, int events) {
    Objects.requireNonNull(dropped.get(reason)).increment(events);
    if (drops.permits()) {
      log.warn("dropped call events, latest reason={} waiting={}", reason, waiting);
    }
  }

  Future<Void> close() {
    long deadline = System.nanoTime() + config.requestTimeout().toNanos();
    if (closeBy.compareAndSet(null, deadline)) {
      log.debug("closing with {} call events waiting", waiting);
    }
    return Future.fromCompletionStage(closed, vertx.getOrCreateContext());
  }

  private void run() {
    try {
      Producer<byte[], byte[]> producer = open();
      if (producer != null) {
        sendAll(producer);
      }
    } catch (Throwable e) {
      log.error("call events are no longer sent", e);
    } finally {
      ended = true;
      dropRest();
      closed.complete(null);
    }
  }

  /** Tries until the servers' names can be resolved; null when nobody wants it any more. */
  private @Nullable Producer<byte[], byte[]> open() throws InterruptedException {
    ByteArraySerializer bytes = new ByteArraySerializer();
    while (isWanted()) {
      try {
        return new KafkaProducer<>(ClientSettings.events(config), bytes, bytes);
      } catch (KafkaException e) {
        log.warn("call events wait for a producer: {}", Failures.describe(Failures.unwrap(e)));
        TimeUnit.SECONDS.sleep(1);
      }
    }
    return null;
  }

  private void sendAll(Producer<byte[], byte[]> producer) throws InterruptedException {
    try {
      while (isWanted()) {
        ProducerRecord<byte[], byte[]> record = buffer.poll(IDLE.toMillis(), TimeUnit.MILLISECONDS);
        if (record != null) {
          send(producer, record);
        }
      }
    } finally {
      producer.close(timeLeft());
    }
  }

  /** What was taken before the close is still sent, even when the close came before a producer. */
  private boolean isWanted() {
    return closeBy.get() == null || (!buffer.isEmpty() && !isOverdue());
  }

  private void send(Producer<byte[], byte[]> producer, ProducerRecord<byte[], byte[]> record)
      throws InterruptedException {
    if (isTopicKnown(producer)) {
      hand(producer, record);
    } else {
      release(record);
      drop(Drop.CLOSED, 1);
    }
  }

  /**
   * Waits for the topic's metadata until it is there, or until the close is overdue: {@code send}
   * would wait too, but lose the record when it gives up.
   */
  private boolean isTopicKnown(Producer<byte[], byte[]> producer) throws InterruptedException {
    while (!isOverdue()) {
      try {
        return !producer.partitionsFor(TOPIC).isEmpty();
      } catch (TimeoutException brokerIsAway) {
        log.debug("call events wait for Kafka: {}", brokerIsAway.getMessage());
      } catch (KafkaException refused) {
        // Such as a missing right: an operator can mend it while we wait.
        log.warn("call events wait for Kafka: {}", Failures.describe(Failures.unwrap(refused)));
        TimeUnit.SECONDS.sleep(1);
      }
    }
    return false;
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the callback says the same
  private void hand(Producer<byte[], byte[]> producer, ProducerRecord<byte[], byte[]> record) {
    try {
      producer.send(record, (metadata, failure) -> acknowledged(record, failure));
    } catch (RuntimeException e) {
      acknowledged(record, e);
    }
  }

  private void acknowledged(ProducerRecord<byte[], byte[]> record, @Nullable Exception failure) {
    release(record);
    if (failure == null) {
      sent.increment();
    } else {
      drop(closeBy.get() == null ? Drop.REFUSED : Drop.CLOSED, 1);
    }
  }

  private boolean isOverdue() {
    Long deadline = closeBy.get();
    return deadline != null && System.nanoTime() >= deadline;
  }

  private Duration timeLeft() {
    Long deadline = closeBy.get();
    long left = deadline == null ? 0 : deadline - System.nanoTime();
    return Duration.ofNanos(Math.max(0, left));
  }

  private void dropRest() {
    List<ProducerRecord<byte[], byte[]>> rest = new ArrayList<>();
    if (buffer.drainTo(rest) > 0) {
      rest.forEach(this::release);
      drop(Drop.CLOSED, rest.size());
    }
  }
}
