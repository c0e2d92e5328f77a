package io.callmesh.handoff.store;

import static io.callmesh.handoff.store.StoreFixture.ANYBODY;
import static io.callmesh.handoff.store.StoreFixture.await;
import static io.callmesh.handoff.store.StoreFixture.handoff;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callmesh.contracts.Topic;
import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.bus.FailureCode;
import io.callmesh.contracts.handoff.FindOutcome;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.ReceiptChain;
import io.callmesh.handoff.store.StoreFixture.Replica;
import io.callmesh.handoff.store.Watches.Watch;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of handoffs while Kafka is away, and when it is back. */
class KafkaAwayIT {
  @TempDir private Path data;
  private StoreFixture kafka;
  private Replica replica;

  @BeforeEach
  void start() throws Exception {
    kafka = new StoreFixture(data);
    replica = kafka.notStarted(Duration.ofSeconds(1));
    await(replica.tables().start());
  }

  private void startUpkeep() throws Exception {
    await(kafka.vertx.deployVerticle(new UpkeepVerticle(replica.outcomes(), 50)));
  }

  @AfterEach
  void stop() throws Exception {
    kafka.close();
  }

  @Test
  void servesWhatItHasAndStoresWhatIsOfferedLater() throws Exception {
    startUpkeep();
    Outcome stored = kafka.handoff();
    await(replica.outcomes().store(stored));
    kafka.stopBroker();

    Outcome offered = kafka.handoff();
    assertUnavailable(replica.outcomes().store(offered));
    Outcome kept = offer(offered);

    assertThat(await(replica.outcomes().look(name(stored), ANYBODY)))
        .isInstanceOf(Answer.Found.class);
    assertThat(await(replica.outcomes().look(name(offered), ANYBODY)))
        .isEqualTo(new Answer.Found(kept));
    assertThat(await(replica.outcomes().find(new FindOutcome(offered.callSid())))).contains(kept);
    replica.reads().read(kept, ANYBODY);
    assertUnavailable(replica.outcomes().look(HandoffName.id("CAnone"), ANYBODY));
    assertUnavailable(replica.outcomes().delete(name(offered), ANYBODY));

    kafka.startBroker();

    assertThat(kafka.recordsUntil(Topic.OUTCOMES, offered.callSid(), Optional::isPresent))
        .containsOnly(Optional.of(kept.toJson().encode()));
    String key = ReceiptChain.key(offered.callSid(), offered.decidedAt());
    assertThat(kafka.recordsUntil(Topic.RECEIPTS, key, KafkaAwayIT::saysStored).toString())
        .contains("\"step\":\"requested\"", "\"step\":\"stored\"", "\"step\":\"read\"");
  }

  private static boolean saysStored(Optional<String> record) {
    return record.filter(text -> text.contains("\"stored\"")).isPresent();
  }

  @Test
  void doesNotStoreAnOfferOverSomethingNewer() throws Exception {
    Outcome offered = kafka.handoff();
    Outcome newer = handoff(offered.callSid(), offered.decidedAt().plusMillis(1));
    Outcome newest = handoff(offered.callSid(), offered.decidedAt().plusMillis(2));
    replica.outcomes().offered(offered);
    kafka.stopBroker();
    kafka.startBroker();
    Replica other = kafka.notStarted(Duration.ofSeconds(20));
    await(other.tables().start());
    await(other.outcomes().store(newer));

    startUpkeep();
    Outcome last = kafka.handoff(); // the offers are settled in the order in which they came
    replica.outcomes().offered(last);
    assertThat(kafka.recordsUntil(Topic.OUTCOMES, last.callSid(), Optional::isPresent)).hasSize(1);
    await(other.outcomes().store(newest));

    assertThat(kafka.recordsUntil(Topic.OUTCOMES, offered.callSid(), isExactly(newest)))
        .containsExactly(stored(newer), stored(newest));
    assertThat(replica.offers("dropped")).isEqualTo(1);
  }

  @Test
  void doesNotLetOthersWaitBehindAnOfferThatKafkaWillNotTake() throws Exception {
    JsonObject json = kafka.handoff().toJson().put("utterance", "x".repeat(2 << 20));
    Outcome last = kafka.handoff();
    replica.outcomes().offered(Outcome.fromJson(json));
    replica.outcomes().offered(last);

    startUpkeep();

    assertThat(kafka.recordsUntil(Topic.OUTCOMES, last.callSid(), Optional::isPresent)).hasSize(1);
    assertThat(replica.offers("dropped")).isEqualTo(1);
    assertThat(replica.outcomes().current(HandoffName.id(json.getString("callSid")), ANYBODY))
        .isEmpty();
  }

  private static Predicate<Optional<String>> isExactly(Outcome outcome) {
    return record -> record.equals(stored(outcome));
  }

  private static Optional<String> stored(Outcome outcome) {
    return Optional.of(expiring(outcome).toJson().encode());
  }

  private static Outcome expiring(Outcome outcome) {
    return outcome.expiringAt(outcome.decidedAt().plus(StoreFixture.LIFETIME));
  }

  /** Offers as a worker does; returns when it is kept. */
  private Outcome offer(Outcome outcome) throws Exception {
    var kept = new CompletableFuture<@Nullable Void>();
    Watch watch =
        replica.outcomes().watches().watch(name(outcome), () -> kept.complete(null)).orElseThrow();
    kafka.vertx.eventBus().publish(Addresses.HANDOFF_OFFER, outcome);
    kept.get(20, SECONDS);
    watch.close();
    return expiring(outcome);
  }

  private static HandoffName name(Outcome outcome) {
    return HandoffName.id(outcome.callSid());
  }

  private static void assertUnavailable(Future<?> future) {
    assertThatThrownBy(() -> await(future))
        .satisfies(cause -> assertThat(FailureCode.of(cause)).isEqualTo(FailureCode.UNAVAILABLE));
  }
}
