package io.callmesh.routing.handoff;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.bus.BusCodecs;
import io.callmesh.contracts.bus.FailureCode;
import io.callmesh.contracts.handoff.FindOutcome;
import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.Transcript;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Outcomes with and without handoff-service, and what workers offer while it cannot store them. */
@Timeout(30)
class OutcomesTest {
  private static final Instant START = Instant.parse("2026-11-23T10:00:00Z");
  private static final FindOutcome QUESTION = new FindOutcome("CA1", "conv-1", 0);

  private final Vertx vertx = Vertx.vertx();
  private final AtomicInteger taken = new AtomicInteger();
  private Instant now = START;
  private final Offers offers = new Offers(() -> now, taken::incrementAndGet);

  @BeforeEach
  void start() {
    BusCodecs.registerOn(vertx.eventBus());
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().await(10, SECONDS);
  }

  // Offers.

  @Test
  void hearsWhatWorkersOffer() throws Exception {
    offers.listen(vertx).await(10, SECONDS);
    vertx.eventBus().publish(Addresses.HANDOFF_OFFER, outcome("CA1", START));

    while (offers.answering(QUESTION).isEmpty()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void answersWithTheNewestOfferOfTheConversationThatIsNotKnown() {
    offers.add(outcome("CA1", START.plusSeconds(1)));
    offers.add(outcome("CA1", START));

    assertThat(offers.answering(QUESTION)).contains(outcome("CA1", START.plusSeconds(1)));
    assertThat(offers.answering(new FindOutcome("CA1"))).isPresent();
    assertThat(offers.answering(new FindOutcome("CA2"))).isEmpty();
    assertThat(offers.answering(new FindOutcome("CA1", "conv-2", 0))).isEmpty();
    assertThat(
            offers.answering(new FindOutcome("CA1", "conv-1", START.plusSeconds(1).toEpochMilli())))
        .isEmpty();
  }

  @Test
  void forgetsAnOfferAfterTwoMinutes() {
    offers.add(outcome("CA1", START));

    now = START.plus(Duration.ofSeconds(119));
    assertThat(offers.answering(QUESTION)).isPresent();
    now = START.plus(Duration.ofMinutes(2));
    assertThat(offers.answering(QUESTION)).isEmpty();
  }

  @Test
  void keepsAThousandOffersAndTheOldestGoFirst() {
    for (int i = 0; i < 1_001; i++) {
      offers.add(outcome("CA" + i, START));
    }

    assertThat(offers.answering(new FindOutcome("CA0"))).isEmpty();
    assertThat(offers.answering(new FindOutcome("CA1"))).isPresent();
    assertThat(offers.answering(new FindOutcome("CA1000"))).isPresent();
  }

  @Test
  void keepsThirtyTwoMebibytesAndTheOldestGoFirst() {
    String large = "{\"a\":\"" + "x".repeat(65_000) + "\"}";
    for (int i = 0; i < 1_000; i++) {
      offers.add(outcome("CA" + i, START, large));
    }

    long kept = 0;
    for (int i = 0; i < 1_000; i++) {
      kept += offers.answering(new FindOutcome("CA" + i)).isPresent() ? 1 : 0;
    }
    assertThat(kept).isBetween(200L, 32L * 1024 * 1024 / 65_000);
    assertThat(offers.answering(new FindOutcome("CA999"))).isPresent();
    now = START.plus(Duration.ofMinutes(2));
    offers.add(outcome("CA1", now));
    assertThat(offers.answering(new FindOutcome("CA1"))).as("what went has left room").isPresent();
  }

  @Test
  void countsAllThatTheAgentSaidOfAnOffer() {
    String words = "x".repeat(1 << 20);
    for (int i = 0; i < 10; i++) {
      JsonObject more = new JsonObject().put("utterance", words).put("reason", words);
      offers.add(Outcome.fromJson(outcome("CA" + i, START).toJson().mergeIn(more)));
    }

    assertThat(offers.answering(new FindOutcome("CA2"))).isEmpty();
    assertThat(offers.answering(new FindOutcome("CA3"))).isPresent();
  }

  // Outcomes.

  @Test
  void asksTwiceAndTellsWhatIsStored() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    handoffService(
        question -> {
          if (asked.incrementAndGet() == 1) {
            question.fail(FailureCode.UNAVAILABLE.code(), "Kafka is away");
          } else {
            question.reply(outcome("CA1", START));
          }
        });

    assertThat(find()).contains(outcome("CA1", START));
    assertThat(taken).hasValue(0);
  }

  @Test
  void takesTheOfferWhenNobodyAnswers() throws Exception {
    offers.add(outcome("CA1", START));

    assertThat(find()).contains(outcome("CA1", START));
    assertThat(taken).hasValue(1);
  }

  @Test
  void takesTheOfferAtTheFirstFailure() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    handoffService(
        question -> {
          asked.incrementAndGet();
          question.fail(FailureCode.UNAVAILABLE.code(), "Kafka is away");
        });
    offers.add(outcome("CA1", START));

    assertThat(find()).contains(outcome("CA1", START));
    assertThat(asked).as("the caller hears silence meanwhile").hasValue(1);
  }

  @Test
  void takesTheOfferWhenTheAnswerIsLate() throws Exception {
    handoffService(question -> {});
    offers.add(outcome("CA1", START));

    assertThat(new Outcomes(vertx.eventBus(), Duration.ofMillis(2), offers).find(QUESTION))
        .satisfies(found -> assertThat(found.await(10, SECONDS)).isPresent());
  }

  @Test
  void takesTheOfferWhenNothingIsStored() throws Exception {
    handoffService(question -> question.fail(FailureCode.NOT_FOUND.code(), "no outcome"));
    offers.add(outcome("CA1", START));

    assertThat(find()).contains(outcome("CA1", START));
  }

  @Test
  void dropsTheOfferThatWasStoredAndIsGone() throws Exception {
    List<FindOutcome> asked = new CopyOnWriteArrayList<>();
    handoffService(
        question -> {
          asked.add(question.body());
          question.fail(FailureCode.GONE.code(), "deleted");
        });
    offers.add(outcome("CA1", START));

    assertThat(find()).isEmpty();
    assertThat(asked).containsExactly(QUESTION.offered(outcome("CA1", START)));
    assertThat(offers.answering(QUESTION)).as("for when Kafka is away again").isEmpty();
    assertThat(taken).hasValue(0);
  }

  @Test
  void keepsAnOfferThatIsNewerThanTheOneThatIsGone() throws Exception {
    Outcome newer = outcome("CA1", START.plusSeconds(1));
    handoffService(
        question -> {
          offers.add(newer);
          question.fail(FailureCode.GONE.code(), "deleted");
        });
    offers.add(outcome("CA1", START));

    assertThat(find()).contains(newer);
  }

  @Test
  void takesTheOfferWhenWhatIsStoredIsKnownAlready() throws Exception {
    handoffService(question -> question.reply(outcome("CA1", START)));
    offers.add(outcome("CA1", START.plusSeconds(60)));

    Optional<Outcome> found =
        outcomes().find(new FindOutcome("CA1", "conv-1", START.toEpochMilli())).await(10, SECONDS);

    assertThat(found).contains(outcome("CA1", START.plusSeconds(60)));
  }

  @Test
  void takesWhatIsStoredWhenItIsAsNew() throws Exception {
    Outcome stored = outcome("CA1", START, "{\"stored\":true}");
    handoffService(question -> question.reply(stored));
    offers.add(outcome("CA1", START));

    assertThat(find()).contains(stored);
    assertThat(taken).hasValue(0);
  }

  @Test
  void failsWhenNobodyAnswersAndNothingIsOffered() {
    assertThatThrownBy(this::find).hasMessageContaining("No handlers");
  }

  private void handoffService(Consumer<Message<FindOutcome>> answer) throws Exception {
    vertx
        .eventBus()
        .<FindOutcome>consumer(Addresses.HANDOFF_FIND, answer::accept)
        .completion()
        .await(10, SECONDS);
  }

  private Outcomes outcomes() {
    return new Outcomes(vertx.eventBus(), Duration.ofSeconds(20), offers);
  }

  private Optional<Outcome> find() throws Exception {
    return outcomes().find(QUESTION).await(10, SECONDS);
  }

  private static Outcome outcome(String callSid, Instant decidedAt) {
    return outcome(callSid, decidedAt, "{}");
  }

  private static Outcome outcome(String callSid, Instant decidedAt, String state) {
    return new Outcome(
        callSid,
        "AC1",
        "conv-1",
        "conn-1",
        "acme",
        "support",
        Outcome.Kind.HANDOFF,
        null,
        null,
        null,
        false,
        null,
        HandoffData.of(state),
        Transcript.EMPTY,
        decidedAt,
        null);
  }
}
