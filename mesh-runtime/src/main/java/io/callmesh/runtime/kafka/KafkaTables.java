package io.callmesh.runtime.kafka;

import io.callmesh.contracts.Topic;
import io.callmesh.contracts.bus.BusFailure;
import io.callmesh.contracts.bus.FailureCode;
import io.callmesh.runtime.kafka.KafkaTable.Codec;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * The tables of a process, and what they share: one consumer with its thread, one producer, one
 * admin client. Register tables and their indexes, then {@link #start()} once. Safe on any thread.
 */
public final class KafkaTables {
  private final Vertx vertx;
  private final KafkaConfig config;
  private final KafkaMetrics metrics;
  private final Clock clock;
  private final Map<Topic, KafkaTable<?>> tables = new EnumMap<>(Topic.class);
  private @Nullable TableFollower follower;
  private boolean closed;

  /** Tables at the system's clock. */
  public KafkaTables(Vertx vertx, KafkaConfig config, MeterRegistry registry) {
    this(vertx, config, registry, Clock.systemUTC());
  }

  /** Tables whose entries expire by this clock. */
  public KafkaTables(Vertx vertx, KafkaConfig config, MeterRegistry registry, Clock clock) {
    this.vertx = vertx;
    this.config = config;
    this.metrics = new KafkaMetrics(registry);
    this.clock = clock;
  }

  /**
   * The table of a topic, registered before the start; the same topic gives the same table, so that
   * services in one process share it.
   *
   * @param write the stored form of a value
   * @param read a value from its stored form; runs on the follower thread, and a record for which
   *     it throws is skipped
   */
  public <V> KafkaTable<V> table(
      Topic topic, Function<V, JsonObject> write, Function<JsonObject, V> read) {
    return register(topic, new Codec<>(write, ofJson(read), KafkaTables::latest), null);
  }

  private static <V> Function<byte[], V> ofJson(Function<JsonObject, V> read) {
    return json -> read.apply(new JsonObject(Buffer.buffer(json)));
  }

  /**
   * The same, for values that are not served once their record is older than the lifetime.
   *
   * @param read a value from its stored form as UTF-8, which large tables do without a tree
   */
  public <V> KafkaTable<V> table(
      Topic topic, Function<V, JsonObject> write, Function<byte[], V> read, Duration lifetime) {
    return register(topic, new Codec<>(write, read, KafkaTables::latest), lifetime);
  }

  /**
   * The same for a topic that is not compacted, whose records each have a part of their key's
   * value.
   *
   * @param merge the value so far and a new part; pure, takes the same part twice without harm
   * @param lifetime since a key's latest record
   */
  public <V> KafkaTable<V> mergedTable(
      Topic topic,
      Function<V, JsonObject> write,
      Function<byte[], V> read,
      BinaryOperator<V> merge,
      Duration lifetime) {
    return register(topic, new Codec<>(write, read, merge), lifetime);
  }

  private static <V> V latest(V before, V now) {
    return now;
  }

  @SuppressWarnings("unchecked") // one topic holds one type of value
  private synchronized <V> KafkaTable<V> register(
      Topic topic, Codec<V> codec, @Nullable Duration lifetime) {
    KafkaTable<?> table = tables.get(topic);
    if (table == null) {
      requireNotStarted();
      table = new KafkaTable<>(topic, codec, lifetime, this);
      tables.put(topic, table);
    }
    return (KafkaTable<V>) table;
  }

  synchronized void requireNotStarted() {
    if (follower != null) {
      throw new IllegalStateException("tables and indexes are registered before the start");
    }
  }

  /**
   * Reads every table to its topic's end as of now, and follows them from then on. Fails with one
   * sentence when Kafka cannot be reached, when a topic does not exist, or when reading stands
   * still for the request timeout. A second call gives the first one's result.
   */
  public Future<Void> start() {
    if (isClosed()) {
      return Future.failedFuture(new BusFailure(FailureCode.UNAVAILABLE, "the tables are closed"));
    }
    if (hasNone()) {
      return Future.succeededFuture();
    }
    return Failures.onCallersContext(
        vertx, startFollower().caughtUp(), "starting the tables at " + config.bootstrapServers());
  }

  private synchronized TableFollower startFollower() {
    if (follower == null) {
      follower = new TableFollower(config, List.copyOf(tables.values()));
      follower.start();
    }
    return follower;
  }

  /** Whether every table has been read to the end, and they are being followed. */
  public synchronized boolean ready() {
    return hasNone() || (follower != null && follower.isFollowing());
  }

  /** A process whose services asked for no table has nothing to follow. */
  private synchronized boolean hasNone() {
    return tables.isEmpty();
  }

  /**
   * Stops following. Writes on their way get the request timeout to finish, reads that wait fail;
   * what memory has stays readable. Never fails.
   */
  public Future<Void> close() {
    return Future.fromCompletionStage(stopFollower(), vertx.getOrCreateContext());
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private synchronized CompletableFuture<Void> stopFollower() {
    closed = true;
    return follower == null ? CompletableFuture.completedFuture(null) : follower.stop();
  }

  Vertx vertx() {
    return vertx;
  }

  /** Bounds every wait for Kafka; a write that was given up may come to pass for so long yet. */
  public Duration requestTimeout() {
    return config.requestTimeout();
  }

  KafkaConfig config() {
    return config;
  }

  KafkaMetrics metrics() {
    return metrics;
  }

  Clock clock() {
    return clock;
  }

  String doing(String what, Topic topic) {
    return what + " " + topic.topicName() + " at " + config.bootstrapServers();
  }

  CompletableFuture<Map<Integer, Long>> endOffsets(Topic topic) {
    TableFollower running = running();
    return running == null ? notStarted() : running.endOffsets(topic.topicName());
  }

  CompletableFuture<RecordMetadata> write(Topic topic, String key, byte @Nullable [] value) {
    TableFollower running = running();
    return running == null ? notStarted() : running.write(topic.topicName(), key, value);
  }

  private synchronized @Nullable TableFollower running() {
    return follower;
  }

  private static <T> CompletableFuture<T> notStarted() {
    return CompletableFuture.failedFuture(
        new BusFailure(FailureCode.UNAVAILABLE, "the tables have not started"));
  }
}
