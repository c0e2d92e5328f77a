package io.callmesh.contracts.handoff;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReceiptChainTest {
  private static final Instant DECIDED = Instant.parse("2026-11-23T10:00:00.123Z");
  private static final Outcome OUTCOME =
      new Outcome(
          "CA1",
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
          "order 7",
          HandoffData.of("{\"name\": \"Ada\"}"),
          Transcript.EMPTY,
          DECIDED,
          null);

  private static ReceiptChain chain(Receipt... receipts) {
    return ReceiptChain.of(OUTCOME, List.of(receipts));
  }

  private static Receipt at(Receipt.Step step, long ms) {
    return Receipt.of(step, DECIDED.plusMillis(ms));
  }

  @Test
  void putsStepsInTheOrderOfTheirTimes() {
    ReceiptChain whole =
        chain(at(Receipt.Step.ROUTED, 20))
            .plus(chain(at(Receipt.Step.REQUESTED, 0), at(Receipt.Step.STORED, 5)));

    assertThat(whole.receipts())
        .extracting(Receipt::step)
        .containsExactly(Receipt.Step.REQUESTED, Receipt.Step.STORED, Receipt.Step.ROUTED);
  }

  @Test
  void keepsTheEarlierTimeOfAStepThatIsToldTwice() {
    Receipt first = Receipt.by(Receipt.Step.READ, DECIDED.plusMillis(10), "key-1");
    Receipt again = Receipt.by(Receipt.Step.READ, DECIDED.plusMillis(90), "key-1");
    Receipt another = Receipt.by(Receipt.Step.READ, DECIDED.plusMillis(50), "WK1");

    assertThat(chain(first, another).plus(chain(again)).receipts()).containsExactly(first, another);
    assertThat(chain(again).plus(chain(first)).receipts()).containsExactly(first);
  }

  @Test
  void isBoundedButForADeletion() {
    ReceiptChain full =
        IntStream.range(0, 100)
            .mapToObj(i -> chain(Receipt.by(Receipt.Step.READ, DECIDED, "key-" + i)))
            .reduce(ReceiptChain::plus)
            .orElseThrow();

    assertThat(full.receipts()).hasSize(ReceiptChain.MAX_RECEIPTS);
    assertThat(full.first(Receipt.Step.DELETED)).isEmpty();
    assertThat(full.plus(chain(at(Receipt.Step.DELETED, 9))).first(Receipt.Step.DELETED))
        .contains(at(Receipt.Step.DELETED, 9));
  }

  @Test
  void comesBackFromItsJsonWithoutStepsThatItDoesNotKnow() {
    ReceiptChain chain = chain(new Receipt(Receipt.Step.FAILED, DECIDED, null, "billing", "busy"));
    JsonObject json = new JsonObject(chain.toJson().encode());
    JsonArray steps = json.getJsonArray("receipts");
    steps.add(new JsonObject().put("step", "of a newer version").put("at", DECIDED.toString()));

    assertThat(ReceiptChain.fromJson(json)).isEqualTo(chain);
  }

  @Test
  void hasNothingOfTheCallers() {
    assertThat(chain(at(Receipt.Step.STORED, 1)).toJson().encode())
        .doesNotContain("Ada")
        .doesNotContain("order 7");
  }

  @Test
  void isNamedByTheCallAndTheTimeOfTheDecision() {
    assertThat(chain().key())
        .isEqualTo("CA1/" + DECIDED.toEpochMilli())
        .isEqualTo(ReceiptChain.key("CA1", DECIDED));
  }
}
