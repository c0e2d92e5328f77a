package io.callmesh.handoff.store;

import static io.callmesh.handoff.store.StoreFixture.handoff;
import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.Receipt;
import io.callmesh.contracts.handoff.Receipt.Step;
import io.callmesh.contracts.handoff.ReceiptChain;
import io.callmesh.handoff.store.StoreFixture.AdjustableClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class OffersTest {
  private final AdjustableClock clock = new AdjustableClock();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Offers offers = new Offers(clock, new HandoffMetrics(meters));
  private final Instant now = clock.instant();

  @Test
  void keepsTheLatestOfACall() {
    Outcome second = handoff("CA1", now.plusMillis(1));

    assertThat(offers.keep(handoff("CA1", now))).isTrue();
    assertThat(offers.keep(second)).isTrue();
    assertThat(offers.keep(second)).isFalse();
    assertThat(offers.keep(handoff("CA1", now))).isFalse();

    assertThat(offers.get("CA1")).isEqualTo(second);
    assertThat(offers.named(HandoffName.id("CA1"))).containsExactly(second);
    assertThat(offers.named(HandoffName.id(second.conversationId()))).containsExactly(second);
    assertThat(offers.named(HandoffName.sharedId("order-CA1"))).containsExactly(second);
    assertThat(offers.named(HandoffName.sharedId("CA1"))).isEmpty();
  }

  @Test
  void dropsTheOldestBeyondItsNumber() {
    for (int i = 0; i <= Offers.MAX_OFFERS; i++) {
      assertThat(offers.keep(handoff("CA" + i, now))).isTrue();
    }

    assertThat(offers.get("CA0")).isNull();
    assertThat(offers.get("CA1")).isNotNull();
    assertThat(count("dropped")).isEqualTo(1);
  }

  @Test
  void dropsTheOldestBeyondItsBytes() {
    HandoffData large = HandoffData.of(new JsonObject().put("text", "x".repeat(60_000)));
    long fit = Offers.MAX_BYTES / (2L * large.text().length());
    for (int i = 0; i <= fit; i++) {
      Outcome outcome = handoff("CA" + i, now);
      JsonObject json = outcome.toJson().put("state", large.text());
      assertThat(offers.keep(Outcome.fromJson(json))).isTrue();
    }

    assertThat(fit).isLessThan(Offers.MAX_OFFERS);
    assertThat(offers.get("CA0")).isNull();
    assertThat(offers.get("CA" + fit)).isNotNull();
  }

  @Test
  void givesAnOfferUpAfterAQuarterOfAnHour() {
    assertThat(offers.keep(handoff("CA1", now))).isTrue();
    clock.forward(Duration.ofMinutes(14));
    assertThat(offers.keep(handoff("CA2", now))).isTrue();
    clock.forward(Duration.ofMinutes(1));

    assertThat(offers.get("CA1")).isNull();
    assertThat(offers.oldest()).map(Outcome::callSid).contains("CA2");
    assertThat(count("dropped")).isEqualTo(1);
  }

  @Test
  void servesAnOfferNoLongerThanItLives() {
    assertThat(offers.keep(handoff("CA1", now).expiringAt(now.plusSeconds(60)))).isTrue();
    clock.forward(Duration.ofSeconds(60));

    assertThat(offers.get("CA1")).isNull();
    assertThat(offers.oldest()).isEmpty();
  }

  @Test
  void takesNoteOfWhatBecomesOfAnOffer() {
    Outcome outcome = handoff("CA1", now);
    Receipt read = Receipt.by(Step.READ, now.plusMillis(3), "key-1");
    assertThat(offers.keep(outcome)).isTrue();

    assertThat(offers.note(outcome, read)).isTrue();
    assertThat(offers.note(handoff("CA1", now.plusMillis(1)), read)).isFalse();

    assertThat(offers.stepsOf(outcome).orElseThrow().receipts())
        .extracting(Receipt::step)
        .containsExactly(Step.REQUESTED, Step.READ);
    offers.forget(Decision.of(outcome));
    assertThat(offers.stepsOf(outcome)).isEmpty();
    assertThat(offers.named(HandoffName.sharedId("order-CA1"))).isEmpty();
  }

  @Test
  void doesNotForgetWhatWasNotedMeanwhile() {
    Outcome outcome = handoff("CA1", now);
    assertThat(offers.keep(outcome)).isTrue();
    ReceiptChain stored = offers.stepsOf(outcome).orElseThrow();
    assertThat(offers.note(outcome, Receipt.by(Step.READ, now.plusMillis(3), "key-1"))).isTrue();

    assertThat(offers.forget(Decision.of(outcome), stored)).isFalse();
    assertThat(offers.forget(Decision.of(outcome), offers.stepsOf(outcome).orElseThrow())).isTrue();
    assertThat(offers.get("CA1")).isNull();
  }

  @Test
  void tellsApartThoseThatShareAName() {
    Outcome first = withSharedId(handoff("CA1", now));
    Outcome second = withSharedId(handoff("CA2", now));
    assertThat(offers.keep(first)).isTrue();
    assertThat(offers.keep(second)).isTrue();
    HandoffName name = HandoffName.sharedId("shared");

    assertThat(offers.named(name)).containsExactly(first, second);
    offers.forget(Decision.of(first));
    assertThat(offers.named(name)).containsExactly(second);
  }

  private static Outcome withSharedId(Outcome like) {
    return Outcome.fromJson(like.toJson().put("sharedId", "shared"));
  }

  private double count(String result) {
    return meters.counter("callmesh.handoff.offers", "result", result).count();
  }
}
