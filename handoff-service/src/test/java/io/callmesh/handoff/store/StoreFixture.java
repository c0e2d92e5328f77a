package io.callmesh.handoff.store;

import static java.util.concurrent.TimeUnit.SECONDS;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.callmesh.broker.EmbeddedBroker;
import io.callmesh.contracts.Ids;
import io.callmesh.contracts.Topic;
import io.callmesh.contracts.bus.BusCodecs;
import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.Transcript;
import io.callmesh.contracts.security.ApiKey;
import io.callmesh.handoff.access.Reader;
import io.callmesh.runtime.kafka.CallEvents;
import io.callmesh.runtime.kafka.KafkaConfig;
import io.callmesh.runtime.kafka.KafkaTables;
import io.callmesh.runtime.kafka.KafkaTopics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** A broker, stores on it as replicas have them, and outcomes. */
final class StoreFixture {
  static final Duration LIFETIME = Duration.ofHours(24);
  static final Duration MEMORY = Duration.ofHours(24);
  static final Reader ANYBODY = reader("admin", null);

  final Vertx vertx = Vertx.vertx();
  final AdjustableClock clock = new AdjustableClock();
  private final List<KafkaTables> opened = new ArrayList<>();
  private final List<CallEvents> events = new ArrayList<>();
  private final Path data;
  private EmbeddedBroker broker;

  /** One process's store and what it counts. */
  record Replica(
      KafkaTables tables, OutcomeStore outcomes, Reads reads, SimpleMeterRegistry meters) {
    double offers(String result) {
      return meters.counter("callmesh.handoff.offers", "result", result).count();
    }
  }

  StoreFixture(Path data) throws Exception {
    this.data = data;
    BusCodecs.registerOn(vertx.eventBus());
    broker = EmbeddedBroker.start(data);
    await(KafkaTopics.ensure(vertx, KafkaConfig.at(servers()), Topic.all()));
  }

  String servers() {
    return broker.bootstrapServers();
  }

  static Reader reader(String name, @Nullable String project) {
    return Reader.of(new ApiKey(name, name, "", null, project, ApiKey.ALL_RIGHTS, Instant.EPOCH));
  }

  Replica replica() throws Exception {
    Replica replica = notStarted(Duration.ofSeconds(10));
    await(replica.tables.start());
    return replica;
  }

  /** A replica that waits for Kafka for no longer than that. */
  Replica notStarted(Duration patience) {
    KafkaConfig config =
        new KafkaConfig(servers(), -1, 6, LIFETIME, MEMORY, patience, 100, 100_000, Map.of());
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    KafkaTables tables = new KafkaTables(vertx, config, meters, clock);
    CallEvents told = new CallEvents(vertx, config, meters, "handoff-service");
    HandoffEvents handoffEvents = new HandoffEvents(told);
    HandoffMetrics metrics = new HandoffMetrics(meters);
    OutcomeStore outcomes =
        new OutcomeStore(vertx, tables, LIFETIME, MEMORY, handoffEvents, metrics, clock);
    opened.add(tables);
    events.add(told);
    return new Replica(
        tables, outcomes, new Reads(vertx, outcomes, handoffEvents, metrics, clock), meters);
  }

  void stopBroker() {
    broker.close();
  }

  /** Starts it again on the same port and data. */
  void startBroker() {
    String servers = servers();
    int port = Integer.parseInt(servers.substring(servers.lastIndexOf(':') + 1));
    broker = EmbeddedBroker.start(data, port);
  }

  void close() throws Exception {
    for (KafkaTables tables : opened) {
      await(tables.close());
    }
    for (CallEvents told : events) {
      await(told.close());
    }
    broker.close();
    await(vertx.close());
  }

  @CanIgnoreReturnValue
  static <T> T await(Future<T> future) throws Exception {
    return future.await(30, SECONDS);
  }

  /** A handoff of a new call, decided at the clock's time. */
  Outcome handoff() {
    return handoff("CA" + Ids.hex(16), clock.instant());
  }

  static Outcome handoff(String callSid, Instant decidedAt) {
    return new Outcome(
        callSid,
        "AC1",
        Ids.conversation(),
        "conn-1",
        "acme",
        "p1",
        Outcome.Kind.HANDOFF,
        null,
        "needs_human",
        null,
        false,
        "order-" + callSid,
        HandoffData.of(new JsonObject().put("n", 1)),
        Transcript.EMPTY,
        decidedAt,
        null);
  }

  /** The records of a key in a topic up to the first that is wanted; fails when none comes. */
  List<Optional<String>> recordsUntil(Topic topic, String key, Predicate<Optional<String>> wanted) {
    List<Optional<String>> records = new ArrayList<>();
    Instant deadline = Instant.now().plusSeconds(30);
    ByteArrayDeserializer bytes = new ByteArrayDeserializer();
    try (var consumer =
        new KafkaConsumer<>(Map.<String, Object>of("bootstrap.servers", servers()), bytes, bytes)) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic.topicName()).stream()
              .map(each -> new TopicPartition(each.topic(), each.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      while (records.stream().noneMatch(wanted)) {
        if (Instant.now().isAfter(deadline)) {
          throw new AssertionError("not in time, only " + records.size() + " records");
        }
        for (ConsumerRecord<byte[], byte[]> each : consumer.poll(Duration.ofMillis(200))) {
          if (key.equals(text(each.key()))) {
            records.add(Optional.ofNullable(each.value()).map(StoreFixture::text));
          }
        }
      }
    }
    return records;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  static final class AdjustableClock extends Clock {
    private volatile Instant now = present();

    private static Instant present() {
      return Instant.ofEpochMilli(Instant.now().toEpochMilli());
    }

    /** Back to the time of the broker, whose records' times are its own. */
    void reset() {
      now = present();
    }

    void forward(Duration by) {
      now = now.plus(by);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(@Nullable ZoneId zone) {
      return this;
    }
  }
}
