package io.callmesh.runtime.kafka;

import static io.callmesh.runtime.kafka.KafkaFixture.await;
import static io.callmesh.runtime.kafka.KafkaFixture.table;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callmesh.broker.EmbeddedBroker;
import io.callmesh.contracts.Topic;
import io.callmesh.contracts.bus.FailureCode;
import io.callmesh.contracts.event.CallEventType;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens while the broker is away, and when it comes back on the same port. */
class BrokerOutageIT {
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  @TempDir Path dataDir;
  private KafkaFixture kafka;

  @BeforeEach
  void startBroker() {
    kafka = new KafkaFixture(dataDir);
  }

  @AfterEach
  void stopBroker() throws Exception {
    kafka.close();
  }

  @Test
  void tablesServeWhatTheyHaveFailWhatTheyMustAndComeBack() throws Exception {
    await(KafkaTopics.ensure(kafka.vertx, kafka.config(), Topic.all()));
    KafkaTables tables = kafka.tables(impatient());
    KafkaTable<JsonObject> table = table(tables, Topic.CONNECTORS);
    await(tables.start());
    await(table.put("here", new JsonObject()));
    kafka.broker.close();

    assertThat(await(table.find("here"))).isPresent();
    assertUnavailable(table.find("elsewhere"), "reading to the end of callmesh.connectors.v1 at ");
    assertUnavailable(table.put("new", new JsonObject()), "writing to callmesh.connectors.v1 at ");
    assertThat(tables.ready()).isTrue();

    try (EmbeddedBroker again = restarted()) {
      assertThat(again.bootstrapServers()).isEqualTo(kafka.broker.bootstrapServers());
      putUntilItSucceeds(table);
      assertThat(await(table.find("back"))).isPresent();
      await(tables.close());
    }
  }

  @Test
  void tablesDoNotStartWithoutABroker() throws Exception {
    kafka.broker.close();
    KafkaTables tables = kafka.tables(impatient());
    assertThat(table(tables, Topic.CONNECTORS).size()).isZero();
    assertUnavailable(tables.start(), "starting the tables at ");
    assertThat(tables.ready()).isFalse();
    await(tables.close());
  }

  @Test
  void tablesDoNotStartWithoutTheirTopic() throws Exception {
    KafkaTables tables = kafka.tables(impatient());
    assertThat(table(tables, Topic.CONNECTORS).size()).isZero();
    Future<Void> started = tables.start();
    assertThatThrownBy(() -> await(started))
        .hasMessageEndingWith("topic callmesh.connectors.v1 does not exist");
    await(tables.close());
  }

  @Test
  void eventsWaitForTheBrokerAndNeverForTheirCallers() throws Exception {
    await(KafkaTopics.ensure(kafka.vertx, kafka.config(), List.of(Topic.CALL_EVENTS)));
    kafka.broker.close();
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    CallEvents events =
        new CallEvents(
            kafka.vertx,
            KafkaFixture.config(kafka.broker.bootstrapServers(), Duration.ofSeconds(15)),
            registry,
            "audio-worker");
    for (int i = 0; i < 150; i++) {
      events.publish(CallEventType.AGENT_CONNECTED, "CA1", new JsonObject().put("n", i));
    }
    assertThat(registry.get("callmesh.events.waiting").gauge().value()).isEqualTo(100);
    assertThat(dropped(registry, "buffer_full")).isEqualTo(50);

    try (EmbeddedBroker again = restarted()) {
      assertThat(again.bootstrapServers()).isEqualTo(kafka.broker.bootstrapServers());
      await(events.close());
    }
    assertThat(registry.get("callmesh.events.sent").counter().count()).isEqualTo(100);
  }

  @Test
  void eventsThatNobodyTakesAreDroppedAtTheEnd() throws Exception {
    kafka.broker.close();
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    CallEvents events = new CallEvents(kafka.vertx, impatient(), registry, "audio-worker");
    events.publish(CallEventType.AGENT_CONNECTED, "CA1", new JsonObject());
    await(events.close());
    events.publish(CallEventType.AGENT_CONNECTED, "CA1", new JsonObject());
    assertThat(dropped(registry, "closed")).isEqualTo(2);
    assertThat(registry.get("callmesh.events.waiting").gauge().value()).isZero();
  }

  private static double dropped(SimpleMeterRegistry registry, String reason) {
    return registry.get("callmesh.events.dropped").tag("reason", reason).counter().count();
  }

  private KafkaConfig impatient() {
    return KafkaFixture.config(kafka.broker.bootstrapServers(), PATIENCE);
  }

  private EmbeddedBroker restarted() {
    String address = kafka.broker.bootstrapServers();
    return EmbeddedBroker.start(
        dataDir, Integer.parseInt(address.substring(address.indexOf(':') + 1)));
  }

  private static void putUntilItSucceeds(KafkaTable<JsonObject> table) throws Exception {
    Future<Void> last = table.put("back", new JsonObject());
    for (int tries = 0; tries < 15; tries++) {
      last = last.recover(failure -> table.put("back", new JsonObject()));
    }
    await(last);
  }

  private static void assertUnavailable(Future<?> failing, String sentence) {
    assertThatThrownBy(() -> await(failing)).hasMessageStartingWith(sentence);
    assertThat(FailureCode.of(failing.cause())).isEqualTo(FailureCode.UNAVAILABLE);
  }
}
