package io.callmesh.runtime.kafka;

import static io.callmesh.runtime.kafka.KafkaFixture.await;
import static io.callmesh.runtime.kafka.KafkaFixture.table;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callmesh.contracts.Topic;
import io.callmesh.contracts.bus.FailureCode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaTablesIT {
  @TempDir static Path dataDir;
  private static KafkaFixture kafka;

  private final List<KafkaTables> opened = new ArrayList<>();

  @BeforeAll
  static void startBroker() throws Exception {
    kafka = new KafkaFixture(dataDir);
    await(KafkaTopics.ensure(kafka.vertx, kafka.config(), Topic.all()));
  }

  @AfterAll
  static void stopBroker() throws Exception {
    kafka.close();
  }

  @AfterEach
  void closeTables() throws Exception {
    for (KafkaTables tables : opened) {
      await(tables.close());
    }
  }

  @Test
  void findsOnOneReplicaWhatAnotherAcknowledged() throws Exception {
    KafkaTable<JsonObject> writer = started(Topic.CONNECTORS);
    KafkaTable<JsonObject> reader = started(Topic.CONNECTORS);
    for (int i = 0; i < 300; i++) {
      await(writer.put("raw-" + i, value(i)));
      assertThat(writer.get("raw-" + i)).isEqualTo(value(i));
      assertThat(await(reader.find("raw-" + i))).contains(value(i));
    }
  }

  @Test
  void findsWhatManyWritersAcknowledgedOverAllPartitions() throws Exception {
    KafkaTable<JsonObject> writer = started(Topic.OUTCOMES);
    KafkaTable<JsonObject> reader = started(Topic.OUTCOMES);
    List<Future<Optional<JsonObject>>> found = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      String key = "many-" + i;
      found.add(writer.put(key, value(i)).compose(done -> reader.find(key)));
    }
    await(Future.all(found));
    for (int i = 0; i < 500; i++) {
      assertThat(found.get(i).result()).contains(value(i));
    }
  }

  @Test
  void isReadyOnlyAfterReadingToTheEnd() throws Exception {
    KafkaTable<JsonObject> writer = started(Topic.API_KEYS);
    List<Future<Void>> written = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      written.add(writer.put("ready-" + i, value(i)));
    }
    await(Future.all(written));
    KafkaTables tables = open(kafka.config());
    KafkaTable<JsonObject> reader = table(tables, Topic.API_KEYS);
    assertThat(tables.ready()).isFalse();
    await(tables.start());
    assertThat(tables.ready()).isTrue();
    assertThat(reader.get("ready-0")).isEqualTo(value(0));
    assertThat(reader.get("ready-1999")).isEqualTo(value(1999));
    assertThat(reader.size()).isGreaterThanOrEqualTo(2000);
    await(tables.close());
    assertThat(tables.ready()).isFalse();
    assertThat(reader.get("ready-0")).isEqualTo(value(0));
  }

  @Test
  void forgetsWhatWasRemoved() throws Exception {
    KafkaTable<JsonObject> writer = started(Topic.CONNECTORS);
    KafkaTable<JsonObject> reader = started(Topic.CONNECTORS);
    await(writer.put("gone", value(1)));
    assertThat(await(reader.find("gone"))).isPresent();
    await(writer.remove("gone"));
    assertThat(writer.get("gone")).isNull();
    await(reader.catchUp());
    assertThat(reader.get("gone")).isNull();
    assertThat(await(reader.find("gone"))).isEmpty();
    assertThat(await(started(Topic.CONNECTORS).find("gone"))).isEmpty();
  }

  @Test
  void seesTheLatestValueAfterARestart() throws Exception {
    KafkaTable<JsonObject> writer = started(Topic.CONNECTORS);
    await(writer.put("latest", value(1)));
    await(writer.put("latest", value(2)));
    assertThat(started(Topic.CONNECTORS).get("latest")).isEqualTo(value(2));
  }

  @Test
  void makesOneValueOfAllRecordsOfAKey() throws Exception {
    KafkaTable<JsonObject> writer = startedMerged(kafka.tables(kafka.config()));
    KafkaTable<JsonObject> reader = startedMerged(kafka.tables(kafka.config()));
    await(writer.put("merged", new JsonObject().put("a", 1)));
    await(reader.put("merged", new JsonObject().put("b", 2)));
    await(writer.put("merged", new JsonObject().put("a", 3)));
    await(writer.put("alone", new JsonObject().put("a", 1)));
    await(reader.catchUp());

    JsonObject whole = new JsonObject().put("a", 3).put("b", 2);
    assertThat(reader.get("merged")).isEqualTo(whole);
    assertThat(reader.get("alone")).isEqualTo(new JsonObject().put("a", 1));
    assertThat(startedMerged(kafka.tables(kafka.config())).get("merged")).isEqualTo(whole);
  }

  @Test
  void forgetsAMergedValueAfterItsLastRecord() throws Exception {
    AdjustableClock clock = new AdjustableClock();
    KafkaTable<JsonObject> table =
        startedMerged(
            new KafkaTables(kafka.vertx, kafka.config(), new SimpleMeterRegistry(), clock));
    await(table.put("fading", new JsonObject().put("a", 1)));
    clock.forward(Duration.ofMinutes(59));
    assertThat(table.get("fading")).isNotNull();
    clock.forward(Duration.ofMinutes(2));
    assertThat(table.get("fading")).isNull();
  }

  @Test
  void tellsListenersWhatMemoryHas() throws Exception {
    KafkaTable<JsonObject> writer = started(Topic.CONNECTORS);
    await(writer.put("told-before", value(1)));
    KafkaTables tables = open(kafka.config());
    KafkaTable<JsonObject> table = table(tables, Topic.CONNECTORS);
    KafkaIndex<JsonObject> index = table.index("n", value -> value.getString("shared"));
    List<JsonObject> told = new CopyOnWriteArrayList<>();
    table.onChange(
        value -> {
          if (!value.containsKey("shared") || value.equals(index.get("told"))) {
            told.add(value);
          }
        });
    await(tables.start());
    assertThat(told).contains(value(1));
    told.clear();

    await(table.put("told-after", shared("told", 2)));
    await(table.remove("told-after"));

    assertThat(told).containsExactly(shared("told", 2));
    assertThatThrownBy(() -> table.onChange(value -> {})).isInstanceOf(IllegalStateException.class);
  }

  private KafkaTable<JsonObject> startedMerged(KafkaTables tables) throws Exception {
    KafkaTable<JsonObject> table =
        opened(tables)
            .mergedTable(
                Topic.RECEIPTS,
                Function.identity(),
                KafkaTablesIT::read,
                (before, more) -> before.copy().mergeIn(more),
                Duration.ofHours(1));
    await(tables.start());
    return table;
  }

  @Test
  void skipsAndCountsWhatItCannotRead() throws Exception {
    kafka.write(Topic.PHONE_NUMBERS, "bad", "not json".getBytes(UTF_8));
    kafka.write(Topic.PHONE_NUMBERS, "worse", "[]".getBytes(UTF_8));
    kafka.write(Topic.PHONE_NUMBERS, "good", value(7).toBuffer().getBytes());
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    KafkaTables tables = opened(new KafkaTables(kafka.vertx, kafka.config(), registry));
    KafkaTable<JsonObject> table = table(tables, Topic.PHONE_NUMBERS);
    await(tables.start());
    assertThat(table.get("bad")).isNull();
    assertThat(table.get("good")).isEqualTo(value(7));
    assertThat(registry.get("callmesh.table.undecodable").counter().count()).isEqualTo(2);
    assertThat(registry.get("callmesh.table.entries").gauge().value()).isEqualTo(table.size());
  }

  @Test
  void indexFindsTheMostRecentlyWrittenAndFallsBack() throws Exception {
    KafkaTable<JsonObject> writer = started(Topic.OUTCOMES);
    KafkaTables tables = open(kafka.config());
    KafkaTable<JsonObject> table = table(tables, Topic.OUTCOMES);
    KafkaIndex<JsonObject> byShared = table.index("shared", value -> value.getString("shared"));
    assertThat(table.index("shared", value -> value.getString("shared"))).isSameAs(byShared);
    await(tables.start());
    await(writer.put("index-1", shared("s", 1)));
    assertThat(await(byShared.find("s"))).contains(shared("s", 1));
    await(writer.put("index-2", shared("s", 2)));
    await(table.catchUp());
    assertThat(byShared.get("s")).isEqualTo(shared("s", 2));
    assertThat(byShared.all("s")).containsExactly(shared("s", 1), shared("s", 2));
    assertThat(byShared.latest("s", 1)).containsExactly(shared("s", 2));
    assertThat(byShared.latest("s", 3)).containsExactly(shared("s", 2), shared("s", 1));
    await(writer.remove("index-2"));
    await(table.catchUp());
    assertThat(byShared.get("s")).isEqualTo(shared("s", 1));
    await(writer.put("index-1", shared("t", 3)));
    assertThat(await(byShared.find("t"))).contains(shared("t", 3));
    assertThat(await(byShared.find("s"))).isEmpty();
    assertThat(byShared.all("s")).isEmpty();
  }

  @Test
  void doesNotServeWhatIsOlderThanItsLifetime() throws Exception {
    AdjustableClock clock = new AdjustableClock();
    KafkaTables tables =
        opened(new KafkaTables(kafka.vertx, kafka.config(), new SimpleMeterRegistry(), clock));
    KafkaTable<JsonObject> table = outcomes(tables);
    KafkaIndex<JsonObject> index = table.index("shared", value -> value.getString("shared"));
    await(tables.start());
    await(table.put("old", shared("expiring", 1)));
    assertThat(table.get("old")).isEqualTo(shared("expiring", 1));
    clock.forward(Duration.ofMinutes(61));
    assertThat(table.get("old")).isNull();
    assertThat(index.get("expiring")).isNull();
    assertThat(index.all("expiring")).isEmpty();
    assertThat(await(table.find("old"))).isEmpty();
    assertThat(table.values()).isEmpty();
    await(table.remove("makes the follower move, and sweep"));
    await(table.remove("makes the follower move, and sweep"));
    assertThat(table.size()).isZero();
  }

  @Test
  void doesNotEvenReadWhatExpired() throws Exception {
    await(started(Topic.OUTCOMES).put("before", value(1)));
    AdjustableClock clock = new AdjustableClock();
    clock.forward(Duration.ofHours(2));
    KafkaTables tables =
        opened(new KafkaTables(kafka.vertx, kafka.config(), new SimpleMeterRegistry(), clock));
    KafkaTable<JsonObject> table = outcomes(tables);
    await(tables.start());
    assertThat(table.size()).isZero();
  }

  @Test
  void refusesNewKeysWhenFull() throws Exception {
    KafkaConfig small =
        KafkaFixture.config(kafka.broker.bootstrapServers(), Duration.ofSeconds(10), 1);
    KafkaTable<JsonObject> writer = started(Topic.API_KEYS);
    await(writer.put("full-1", value(1)));
    await(writer.put("full-2", value(2)));
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    KafkaTables tables = opened(new KafkaTables(kafka.vertx, small, registry));
    KafkaTable<JsonObject> table = table(tables, Topic.API_KEYS);
    await(tables.start());
    assertThat(table.size()).isEqualTo(1);
    assertThat(registry.get("callmesh.table.overflow").counter().count()).isPositive();
    Future<Void> refused = table.put("full-3", value(3));
    assertThat(FailureCode.of(refused.cause())).isEqualTo(FailureCode.BUSY);
    assertThat(refused.cause()).hasMessage("callmesh.api-keys.v1 is full: 1 entries");
  }

  @Test
  void givesTheSameTableForTheSameTopicAndNoneAfterTheStart() throws Exception {
    KafkaTables tables = open(kafka.config());
    KafkaTable<JsonObject> table = table(tables, Topic.CONNECTORS);
    assertThat(table(tables, Topic.CONNECTORS)).isSameAs(table);
    await(tables.start());
    assertThat(table(tables, Topic.CONNECTORS)).isSameAs(table);
    assertThatThrownBy(() -> table(tables, Topic.API_KEYS))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void failsWhatIsAskedBeforeTheStartAndAfterTheEnd() throws Exception {
    KafkaTables tables = open(kafka.config());
    KafkaTable<JsonObject> table = table(tables, Topic.CONNECTORS);
    assertThat(failureOf(table.find("early"))).isEqualTo(FailureCode.UNAVAILABLE);
    await(tables.start());
    await(tables.close());
    assertThat(failureOf(table.find("late"))).isEqualTo(FailureCode.UNAVAILABLE);
    assertThat(failureOf(table.put("late", value(1)))).isEqualTo(FailureCode.UNAVAILABLE);
  }

  @Test
  void answersOnTheCallersContext() throws Exception {
    KafkaTable<JsonObject> table = started(Topic.CONNECTORS);
    var context = kafka.vertx.getOrCreateContext();
    Future<Boolean> same =
        Future.future(
            promise ->
                context.runOnContext(
                    run ->
                        table
                            .put("context", value(1))
                            .compose(done -> table.find("context-missing"))
                            .onSuccess(
                                any ->
                                    promise.complete(
                                        context == io.vertx.core.Vertx.currentContext()))
                            .onFailure(promise::fail)));
    assertThat(await(same)).isTrue();
  }

  private static FailureCode failureOf(Future<?> future) {
    assertThatThrownBy(() -> await(future)).isNotNull();
    return FailureCode.of(future.cause());
  }

  private KafkaTable<JsonObject> started(Topic topic) throws Exception {
    KafkaTables tables = open(kafka.config());
    KafkaTable<JsonObject> table = table(tables, topic);
    await(tables.start());
    return table;
  }

  private static KafkaTable<JsonObject> outcomes(KafkaTables tables) {
    return tables.table(
        Topic.OUTCOMES, Function.identity(), KafkaTablesIT::read, Duration.ofHours(1));
  }

  private static JsonObject read(byte[] json) {
    return new JsonObject(Buffer.buffer(json));
  }

  private KafkaTables open(KafkaConfig config) {
    return opened(kafka.tables(config));
  }

  private KafkaTables opened(KafkaTables tables) {
    opened.add(tables);
    return tables;
  }

  private static JsonObject value(int n) {
    return new JsonObject().put("n", n);
  }

  private static JsonObject shared(String shared, int n) {
    return value(n).put("shared", shared);
  }

  private static final class AdjustableClock extends Clock {
    private volatile Instant now = Instant.now();

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
