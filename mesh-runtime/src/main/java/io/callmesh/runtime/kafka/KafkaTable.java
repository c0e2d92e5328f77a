package io.callmesh.runtime.kafka;

import io.callmesh.contracts.Topic;
import io.callmesh.contracts.bus.BusFailure;
import io.callmesh.contracts.bus.FailureCode;
import io.micrometer.core.instrument.Counter;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A topic in memory: the latest value of every key or, of a topic that is not compacted, what all
 * its records together make. Reads are local and may be called from any thread; the follower thread
 * alone changes it. What {@link #get} answers may be milliseconds old; a miss that matters is asked
 * with {@link #find}.
 */
public final class KafkaTable<V> {
  private static final Logger log = LoggerFactory.getLogger(KafkaTable.class);
  private static final int MAX_WAITING_READS = 10_000;

  private final Topic topic;
  private final Codec<V> codec;
  private final @Nullable Duration lifetime;
  private final KafkaTables home;
  private final Progress progress = new Progress();
  private final ReadBarrier barrier;
  private final Counter barriers;
  private final Counter undecodable;
  private final Counter overflow;
  private final Counter writeFailures;
  private final Map<String, KafkaIndex<V>> indexes = new LinkedHashMap<>();
  private final ConcurrentHashMap<String, Entry<V>> entries = new ConcurrentHashMap<>();
  private final List<Consumer<V>> listeners = new ArrayList<>();
  private Iterator<Entry<V>> sweep = entries.values().iterator();
  private long arrivals;
  private volatile long lag;

  /**
   * How a value is stored, and what a new record makes of the value before; that of a compacted
   * topic replaces it.
   */
  record Codec<V>(
      Function<V, JsonObject> write, Function<byte[], V> read, BinaryOperator<V> merge) {}

  KafkaTable(Topic topic, Codec<V> codec, @Nullable Duration lifetime, KafkaTables home) {
    this.topic = topic;
    this.codec = codec;
    this.lifetime = lifetime;
    this.home = home;
    this.barrier =
        new ReadBarrier(
            () -> home.endOffsets(topic),
            progress,
            home.config().requestTimeout(),
            MAX_WAITING_READS);
    KafkaMetrics metrics = home.metrics();
    barriers = metrics.barriers(topic);
    undecodable = metrics.undecodable(topic);
    overflow = metrics.overflow(topic);
    writeFailures = metrics.writeFailures(topic);
    metrics.entries(topic, this, KafkaTable::size);
    metrics.lag(topic, this, table -> table.lag);
  }

  /** What memory has now; no waiting. */
  public @Nullable V get(String key) {
    Entry<V> entry = entries.get(key);
    return entry == null || isExpired(entry.timestampMs()) ? null : entry.value();
  }

  /**
   * The value of a key. A hit answers at once; a miss first reads to the topic's end as of now, so
   * that a write which any replica had acknowledged before this call is found. Fails with {@code
   * UNAVAILABLE} when Kafka does not answer within the request timeout, with {@code BUSY} when
   * {@value #MAX_WAITING_READS} reads already wait.
   */
  public Future<Optional<V>> find(String key) {
    return findBy(() -> get(key));
  }

  Future<Optional<V>> findBy(Supplier<@Nullable V> read) {
    V here = read.get();
    return here != null
        ? Future.succeededFuture(Optional.of(here))
        : catchUp().map(caughtUp -> Optional.ofNullable(read.get()));
  }

  /**
   * Succeeds when the table has everything that was acknowledged before this call: for reading
   * {@link #values()} after somebody else's write. Fails as {@link #find} does.
   */
  public Future<Void> catchUp() {
    barriers.increment();
    return Failures.onCallersContext(
        home.vertx(), barrier.catchUp(), home.doing("reading to the end of", topic));
  }

  /**
   * Writes a value. Succeeds when Kafka has it on all in-sync replicas and this table has it too.
   * Fails with {@code UNAVAILABLE} when that takes longer than the request timeout (the write may
   * still come to pass), with {@code BUSY} when the table is full and the key new, or too many
   * writes wait, with {@code BAD_REQUEST} when the value is too large for the topic.
   */
  public Future<Void> put(String key, V value) {
    if (isFull() && !entries.containsKey(key)) {
      return Future.failedFuture(
          new BusFailure(FailureCode.BUSY, topic.topicName() + " is full: " + size() + " entries"));
    }
    try {
      return write(key, codec.write.apply(value).toBuffer().getBytes());
    } catch (RuntimeException e) {
      return Future.failedFuture(new BusFailure(FailureCode.BAD_REQUEST, Failures.describe(e)));
    }
  }

  /** Removes a key; succeeds and fails as {@link #put} does, also when there is no such key. */
  public Future<Void> remove(String key) {
    return write(key, null);
  }

  private Future<Void> write(String key, byte @Nullable [] value) {
    return Failures.onCallersContext(
            home.vertx(),
            home.write(topic, key, value).thenCompose(this::written),
            home.doing("writing to", topic))
        .onFailure(failure -> writeFailures.increment());
  }

  private CompletableFuture<Void> written(RecordMetadata metadata) {
    CompletableFuture<Void> here =
        progress.reach(Map.of(metadata.partition(), metadata.offset() + 1));
    return here.orTimeout(home.config().requestTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((done, failure) -> progress.forget(here));
  }

  /** What memory has of a key, expired or not. */
  @Nullable Entry<V> entry(String key) {
    return entries.get(key);
  }

  /** Every value, in no order; a copy. */
  public List<V> values() {
    List<V> values = new ArrayList<>(entries.size());
    for (Entry<V> entry : entries.values()) {
      if (!isExpired(entry.timestampMs())) {
        values.add(entry.value());
      }
    }
    return values;
  }

  /** How many keys are in memory, those included that expired since the last sweep. */
  public int size() {
    return entries.size();
  }

  /**
   * A second way in, registered before the tables start; the same name gives the same index.
   *
   * @param by the secondary key of a value, null for none; pure, runs on the follower thread
   */
  public KafkaIndex<V> index(String name, Function<V, @Nullable String> by) {
    home.requireNotStarted();
    return indexes.computeIfAbsent(name, any -> new KafkaIndex<>(this, by));
  }

  /**
   * Tells of every value that is written from the start on, after memory and the indexes have it;
   * of those that are read at the start too. Registered before the tables start.
   *
   * @param listener quick, never fails; runs on the follower thread
   */
  public void onChange(Consumer<V> listener) {
    home.requireNotStarted();
    listeners.add(listener);
  }

  boolean isExpired(long timestampMs) {
    return lifetime != null && home.clock().millis() - timestampMs > lifetime.toMillis();
  }

  private boolean isFull() {
    return entries.size() >= home.config().maxTableEntries();
  }

  String topicName() {
    return topic.topicName();
  }

  // From here on: the follower thread only.

  Progress progress() {
    return progress;
  }

  void lag(long records) {
    lag = records;
  }

  /** Takes a record in; one that cannot be read is counted, logged by its place, and skipped. */
  void apply(ConsumerRecord<byte[], byte[]> record) {
    try {
      accept(record);
    } catch (RuntimeException e) {
      undecodable.increment();
      log.warn(
          "skipped an undecodable record: topic={} partition={} offset={} ({})",
          record.topic(),
          record.partition(),
          record.offset(),
          e.getClass().getSimpleName());
    }
  }

  private void accept(ConsumerRecord<byte[], byte[]> record) {
    String key = new String(record.key(), StandardCharsets.UTF_8);
    if (record.value() == null || isExpired(record.timestamp())) {
      drop(entries.remove(key));
    } else {
      V value = codec.read.apply(record.value());
      Entry<V> before = entries.get(key);
      store(key, before == null ? value : codec.merge.apply(before.value(), value), record);
    }
  }

  private void store(String key, V value, ConsumerRecord<byte[], byte[]> record) {
    Entry<V> entry = new Entry<>(key, value, record.timestamp(), arrivals++);
    if (isFull() && !entries.containsKey(key)) {
      overflow.increment();
      return;
    }
    Entry<V> before = entries.put(key, entry);
    indexes.values().forEach(index -> index.change(before, entry));
    listeners.forEach(listener -> listener.accept(value));
  }

  private void drop(@Nullable Entry<V> entry) {
    if (entry != null) {
      indexes.values().forEach(index -> index.change(entry, null));
    }
  }

  /**
   * Looks at some entries and forgets those that expired; the next call goes on where this one
   * stopped.
   */
  void sweep(int atMost) {
    if (lifetime == null) {
      return;
    }
    if (!sweep.hasNext()) {
      sweep = entries.values().iterator();
    }
    for (int i = 0; i < atMost && sweep.hasNext(); i++) {
      Entry<V> entry = sweep.next();
      if (isExpired(entry.timestampMs())) {
        entries.remove(entry.key(), entry);
        drop(entry);
      }
    }
  }
}
