package io.callmesh.handoff.store;

import static io.callmesh.handoff.store.StoreFixture.ANYBODY;
import static io.callmesh.handoff.store.StoreFixture.LIFETIME;
import static io.callmesh.handoff.store.StoreFixture.MEMORY;
import static io.callmesh.handoff.store.StoreFixture.await;
import static io.callmesh.handoff.store.StoreFixture.handoff;
import static io.callmesh.handoff.store.StoreFixture.reader;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callmesh.contracts.Topic;
import io.callmesh.contracts.bus.FailureCode;
import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.handoff.FindOutcome;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.Receipt;
import io.callmesh.contracts.handoff.Receipt.Step;
import io.callmesh.contracts.handoff.ReceiptChain;
import io.callmesh.handoff.store.StoreFixture.Replica;
import io.callmesh.handoff.store.Watches.Watch;
import io.callmesh.runtime.kafka.KafkaTable;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutcomeStoreIT {
  @TempDir private static Path data;
  private static StoreFixture kafka;
  private static Replica one;
  private static Replica two;

  @BeforeAll
  static void start() throws Exception {
    kafka = new StoreFixture(data);
    one = kafka.replica();
    two = kafka.replica();
  }

  @AfterAll
  static void stop() throws Exception {
    kafka.close();
  }

  @BeforeEach
  void resetClock() {
    kafka.clock.reset();
  }

  @Test
  void remembersWhatExpiredAndForgetsItLater() throws Exception {
    Outcome outcome = kafka.handoff();
    HandoffName name = HandoffName.id(outcome.callSid());
    await(one.outcomes().store(outcome));
    Replica later = kafka.replica();

    kafka.clock.forward(LIFETIME);
    Answer expired = await(later.outcomes().look(name, ANYBODY));
    Answer hidden = await(later.outcomes().look(name, reader("other", "p2")));
    kafka.clock.forward(MEMORY);
    Answer forgotten = await(later.outcomes().look(name, ANYBODY));

    assertThat(expired)
        .isEqualTo(new Answer.Gone(Answer.Why.EXPIRED, outcome.decidedAt().plus(LIFETIME)));
    assertThat(hidden).isEqualTo(new Answer.Absent());
    assertThat(forgotten).isEqualTo(new Answer.Absent());
  }

  @Test
  void doesNotTakeStepsForAHandoffThatNeverWasStored() throws Exception {
    Outcome outcome = kafka.handoff();
    Outcome lost = with(handoff(outcome.callSid(), later(outcome, 1)), "conversationId", "conv-x");
    await(one.outcomes().store(outcome));
    await(
        one.outcomes().add(ReceiptChain.of(lost, Receipt.of(Step.ROUTED, kafka.clock.instant()))));

    kafka.clock.forward(LIFETIME);

    assertThat(await(one.outcomes().look(HandoffName.id(outcome.callSid()), ANYBODY)))
        .isEqualTo(new Answer.Gone(Answer.Why.EXPIRED, outcome.decidedAt().plus(LIFETIME)));
  }

  @Test
  void isSilentOfWhatTookAPlaceUnlessItIsTheReaders() throws Exception {
    Outcome outcome = kafka.handoff();
    Outcome theirs = with(handoff(outcome.callSid(), later(outcome, 1)), "projectId", "p2");
    HandoffName name = HandoffName.id(outcome.conversationId());
    await(one.outcomes().store(outcome));
    await(one.outcomes().store(theirs));

    assertThat(await(one.outcomes().look(name, reader("ours", "p1"))))
        .isEqualTo(new Answer.Absent());
    assertThat(await(one.outcomes().look(name, ANYBODY)))
        .isEqualTo(new Answer.Gone(Answer.Why.REPLACED, theirs.decidedAt()));
  }

  @Test
  void tellsAnalyticsNoSentence() throws Exception {
    Outcome outcome = with(kafka.handoff(), "reason", "Eve wants her money back");
    await(one.outcomes().store(outcome));

    assertThat(
            kafka.recordsUntil(
                Topic.CALL_EVENTS,
                outcome.callSid(),
                event -> event.orElseThrow().contains("handoff.stored")))
        .isNotEmpty()
        .allSatisfy(
            event -> assertThat(event.orElseThrow()).contains("\"***\"").doesNotContain("Eve"));
  }

  private static Outcome with(Outcome like, String member, String value) {
    return Outcome.fromJson(like.toJson().put(member, value));
  }

  private static Instant later(Outcome outcome, int ms) {
    return outcome.decidedAt().plusMillis(ms);
  }

  @Test
  void removesWhatLivesShorterThanItsTopic() throws Exception {
    connectorWithLifetime("conn-minute", 60);
    Outcome outcome = ofConnector("conn-minute", kafka.handoff());
    HandoffName name = HandoffName.id(outcome.conversationId());
    await(one.outcomes().store(outcome));
    await(one.outcomes().removeExpired());
    assertThat(await(one.outcomes().look(name, ANYBODY))).isInstanceOf(Answer.Found.class);

    kafka.clock.forward(Duration.ofSeconds(60));
    Answer expired = await(one.outcomes().look(name, ANYBODY));
    await(one.outcomes().removeExpired());

    assertThat(expired)
        .isEqualTo(new Answer.Gone(Answer.Why.EXPIRED, outcome.decidedAt().plusSeconds(60)));
    assertThat(kafka.recordsUntil(Topic.OUTCOMES, outcome.callSid(), Optional::isEmpty)).hasSize(2);
    assertThat(one.meters().counter("callmesh.handoff.expired").count()).isEqualTo(1);
    assertThat(await(one.outcomes().look(name, ANYBODY))).isEqualTo(expired);
  }

  @Test
  void removesADeletedOutcomeOnceMoreWhenItsSegmentCanBeClosed() throws Exception {
    Outcome outcome = kafka.handoff();
    await(one.outcomes().store(outcome));
    await(one.outcomes().delete(HandoffName.id(outcome.callSid()), ANYBODY));
    List<Optional<String>> first =
        kafka.recordsUntil(Topic.OUTCOMES, outcome.callSid(), Optional::isEmpty);

    kafka.clock.forward(Duration.ofMinutes(11));
    await(one.outcomes().removeExpired());
    await(one.outcomes().store(kafka.handoff()));
    await(one.outcomes().store(handoff(outcome.callSid(), kafka.clock.instant())));

    assertThat(first).hasSize(2);
    assertThat(
            kafka.recordsUntil(
                Topic.OUTCOMES,
                outcome.callSid(),
                value -> value.isPresent() && !value.equals(first.get(0))))
        .hasSize(4);
  }

  @Test
  void knowsThatAnOutcomeWhichSomebodyElseHasStillIsGone() throws Exception {
    Outcome outcome = kafka.handoff();
    Outcome later = handoff(outcome.callSid(), outcome.decidedAt().plusMillis(1));
    FindOutcome question = new FindOutcome(outcome.callSid());
    Receipt routed = Receipt.of(Step.ROUTED, outcome.decidedAt());
    await(one.outcomes().add(ReceiptChain.of(outcome, routed)));
    boolean before = await(two.outcomes().isGone(question.offered(outcome)));
    await(one.outcomes().store(outcome));
    await(one.outcomes().delete(HandoffName.id(outcome.callSid()), ANYBODY));

    assertThat(await(two.outcomes().find(question.offered(outcome)))).isEmpty();
    assertThat(before).as("what becomes of it may be told before it is stored").isFalse();
    assertThat(await(two.outcomes().isGone(question.offered(outcome)))).isTrue();
    assertThat(await(two.outcomes().isGone(question.offered(later)))).isFalse();
    assertThat(await(two.outcomes().isGone(question))).isFalse();
  }

  @Test
  void removesWhatWasDeletedByAReplicaThatDiedMeanwhile() throws Exception {
    Outcome outcome = kafka.handoff();
    await(one.outcomes().store(outcome));
    Receipt deleted = Receipt.by(Step.DELETED, kafka.clock.instant(), "key-1");
    await(one.outcomes().add(ReceiptChain.of(outcome, deleted)));

    Replica next = kafka.replica();
    Answer answer = await(next.outcomes().look(HandoffName.id(outcome.callSid()), ANYBODY));
    await(next.outcomes().removeExpired());

    assertThat(answer).isEqualTo(new Answer.Gone(Answer.Why.DELETED, deleted.at()));
    assertThat(kafka.recordsUntil(Topic.OUTCOMES, outcome.callSid(), Optional::isEmpty)).hasSize(2);
    assertThat(next.meters().counter("callmesh.handoff.expired").count()).isZero();
  }

  @Test
  void removesOnceMoreWhatAReplicaRemovedThatDiedSince() throws Exception {
    Outcome outcome = kafka.handoff();
    await(one.outcomes().store(outcome));
    await(one.outcomes().delete(HandoffName.id(outcome.callSid()), ANYBODY));

    Replica next = kafka.replica();
    kafka.clock.forward(Duration.ofMinutes(11));
    await(next.outcomes().removeExpired());
    Outcome last = handoff(outcome.callSid(), kafka.clock.instant());
    await(next.outcomes().store(last));

    assertThat(kafka.recordsUntil(Topic.OUTCOMES, outcome.callSid(), isOf(last)))
        .extracting(Optional::isPresent)
        .containsExactly(true, false, false, true);
  }

  private static Predicate<Optional<String>> isOf(Outcome outcome) {
    return record -> record.filter(text -> text.contains(outcome.conversationId())).isPresent();
  }

  @Test
  void doesNotStoreWhatComesAfterALaterOutcome() throws Exception {
    Outcome newer = kafka.handoff();
    Outcome newest = handoff(newer.callSid(), later(newer, 1));
    await(one.outcomes().store(newer));

    await(one.outcomes().store(handoff(newer.callSid(), newer.decidedAt().minusMillis(1))));
    await(one.outcomes().store(newest));

    assertThat(kafka.recordsUntil(Topic.OUTCOMES, newer.callSid(), isOf(newest))).hasSize(2);
  }

  @Test
  void doesNotStoreOverALaterOutcomeThatItHasNotSeen() throws Exception {
    Outcome first = kafka.handoff();
    Outcome late = handoff(first.callSid(), later(first, 1));
    Outcome newer = handoff(first.callSid(), later(first, 2));
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Replica slow = kafka.notStarted(Duration.ofSeconds(20));
    outcomes(slow).onChange(outcome -> haltAt(first, outcome, reached, goOn));
    await(slow.tables().start());

    await(one.outcomes().store(first));
    assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
    await(one.outcomes().store(newer));
    Future<Void> stored = slow.outcomes().store(late); // memory has the first one only
    assertThat(kafka.recordsUntil(Topic.OUTCOMES, first.callSid(), isOf(late))).hasSize(3);
    goOn.countDown();
    await(stored);

    assertThat(await(slow.outcomes().find(new FindOutcome(first.callSid()))))
        .map(Outcome::conversationId)
        .contains(newer.conversationId());
  }

  @Test
  void restoresANewerOutcomeThatAFailedRemovalHasUndone() throws Exception {
    Outcome old = kafka.handoff();
    Outcome newer = handoff(old.callSid(), later(old, 1));
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Replica slow = kafka.notStarted(Duration.ofSeconds(3));
    CarefulWrites writes = new CarefulWrites(outcomes(slow));
    outcomes(slow).onChange(writes::applied);
    outcomes(slow).onChange(outcome -> haltAt(old, outcome, reached, goOn));
    await(slow.tables().start());

    await(one.outcomes().store(old));
    assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
    await(one.outcomes().store(newer));
    Future<Void> removed = writes.remove(Decision.of(old));
    assertThatThrownBy(() -> await(removed)).isInstanceOf(ReplyException.class);
    goOn.countDown();

    AtomicBoolean removedOnce = new AtomicBoolean();
    List<Optional<String>> records =
        kafka.recordsUntil(
            Topic.OUTCOMES,
            old.callSid(),
            record -> {
              removedOnce.compareAndSet(false, record.isEmpty());
              return removedOnce.get() && isOf(newer).test(record);
            });
    assertThat(records).extracting(Optional::isPresent).containsExactly(true, true, false, true);
  }

  @Test
  void doesNotUndoANewerOutcomeThatItHasNotSeen() throws Exception {
    Outcome old = kafka.handoff();
    Outcome newer = handoff(old.callSid(), old.decidedAt().plusMillis(1));
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Replica slow = kafka.notStarted(Duration.ofSeconds(20));
    CarefulWrites writes = new CarefulWrites(outcomes(slow));
    outcomes(slow).onChange(writes::applied);
    outcomes(slow).onChange(outcome -> haltAt(old, outcome, reached, goOn));
    await(slow.tables().start());

    await(one.outcomes().store(old));
    assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
    await(one.outcomes().store(newer));
    Future<Void> removed = writes.remove(Decision.of(old)); // memory has the old one only
    goOn.countDown();
    await(removed);

    assertThat(await(two.outcomes().find(new FindOutcome(old.callSid(), "", 0))))
        .map(Outcome::conversationId)
        .contains(newer.conversationId());
  }

  private static void haltAt(
      Outcome wanted, Outcome applied, CountDownLatch reached, CountDownLatch goOn) {
    if (wanted.callSid().equals(applied.callSid()) && reached.getCount() > 0) {
      reached.countDown();
      try {
        assertThat(goOn.await(20, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Test
  void tellsThoseWhoWatchOnTheirContext() throws Exception {
    Outcome outcome = kafka.handoff();
    Promise<Boolean> told = Promise.promise();
    Promise<Optional<Watch>> watching = Promise.promise();
    Context context = kafka.vertx.getOrCreateContext();
    HandoffName name = HandoffName.sharedId("order-" + outcome.callSid());
    Runnable changed = () -> told.tryComplete(context == Vertx.currentContext());
    context.runOnContext(now -> watching.complete(two.outcomes().watches().watch(name, changed)));
    Watch watch = await(watching.future()).orElseThrow();

    await(one.outcomes().store(outcome));

    assertThat(await(told.future())).isTrue();
    watch.close();
    assertThat(two.outcomes().watches().size()).isZero();
  }

  @Test
  void answersWhoWaitsWhenItIsStoredElsewhere() throws Exception {
    Outcome outcome = kafka.handoff();
    Places places = new Places(1);
    Lookup lookup = new Lookup(kafka.vertx, two.outcomes(), places, System::nanoTime);
    HandoffName name = HandoffName.id(outcome.conversationId());

    Future<Answer> answer = onContext(() -> wait(lookup, name, Promise.<Void>promise().future()));
    assertThat(places.taken()).isEqualTo(1);
    Future<Answer> refused = onContext(() -> wait(lookup, name, Promise.<Void>promise().future()));
    await(one.outcomes().store(outcome));

    assertThat(await(answer)).isInstanceOf(Answer.Found.class);
    assertThatThrownBy(() -> await(refused))
        .satisfies(cause -> assertThat(FailureCode.of(cause)).isEqualTo(FailureCode.BUSY));
    assertThat(places.taken()).isZero();
    assertThat(two.outcomes().watches().size()).isZero();
  }

  @Test
  void givesItsPlaceBackWhoLeaves() throws Exception {
    Places places = new Places(1);
    Lookup lookup = new Lookup(kafka.vertx, two.outcomes(), places, System::nanoTime);
    Promise<Void> left = Promise.promise();

    Future<Answer> answer = onContext(() -> wait(lookup, HandoffName.id("CAnone"), left.future()));
    assertThat(places.taken()).isEqualTo(1);
    left.complete();

    assertThatThrownBy(() -> await(answer)).hasMessage("the reader has left");
    assertThat(places.taken()).isZero();
  }

  private static Future<Answer> wait(Lookup lookup, HandoffName name, Future<Void> left) {
    return lookup.of(name, ANYBODY, Duration.ofSeconds(30), left);
  }

  /** What the supplier gives on an event loop; it has been called when this returns. */
  private static Future<Answer> onContext(Supplier<Future<Answer>> supplier) throws Exception {
    Promise<Future<Answer>> given = Promise.promise();
    kafka.vertx.getOrCreateContext().runOnContext(now -> given.complete(supplier.get()));
    return await(given.future());
  }

  private static KafkaTable<Outcome> outcomes(Replica replica) {
    return replica.tables().table(Topic.OUTCOMES, Outcome::toJson, Outcome::fromBytes, LIFETIME);
  }

  private static void connectorWithLifetime(String id, int seconds) throws Exception {
    Connector connector =
        Connector.fromJson(
            new JsonObject()
                .put("connectorId", id)
                .put("handoffLifetime", seconds)
                .put("createdAt", "1970-01-01T00:00:00Z"));
    await(
        one.tables()
            .table(Topic.CONNECTORS, Connector::toJson, Connector::fromJson)
            .put(id, connector));
  }

  private static Outcome ofConnector(String connectorId, Outcome like) {
    return Outcome.fromJson(like.toJson().put("connectorId", connectorId));
  }
}
