package io.callmesh.contracts.handoff;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.handoff.Receipt.Step;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReceiptChainTest {
  private static final Instant START = Instant.parse("2026-11-23T10:00:00Z");

  @Test
  void putsStepsTogetherInTheOrderOfTheirTimes() {
    ReceiptChain chain =
        chain(Receipt.of(Step.STORED, START.plusMillis(2)), Receipt.by(Step.READ, at(9), "key-1"))
            .plus(chain(Receipt.of(Step.REQUESTED, START)))
            .plus(chain(Receipt.by(Step.READ, at(7), "key-2")));

    assertThat(chain.receipts())
        .extracting(Receipt::step)
        .containsExactly(Step.REQUESTED, Step.STORED, Step.READ, Step.READ);
    assertThat(chain.first(Step.READ).map(Receipt::by)).contains("key-2");
    assertThat(chain.first(Step.DELETED)).isEmpty();
  }

  @Test
  void keepsTheEarlierOfAStepThatIsToldTwice() {
    ReceiptChain chain = chain(Receipt.by(Step.READ, at(9), "key-1"));

    assertThat(chain.plus(chain(Receipt.by(Step.READ, at(10), "key-1")))).isEqualTo(chain);
    assertThat(chain.plus(chain(Receipt.by(Step.READ, at(8), "key-1"))).receipts())
        .containsExactly(Receipt.by(Step.READ, at(8), "key-1"));
  }

  @Test
  void hasABoundAndRoomForADeletion() {
    List<Receipt> many =
        IntStream.range(0, 2 * ReceiptChain.MAX_RECEIPTS)
            .mapToObj(i -> Receipt.by(Step.READ, at(i), "key-" + i))
            .toList();
    ReceiptChain full = chain(Receipt.of(Step.STORED, START)).plus(chain(many));

    ReceiptChain deleted = full.plus(chain(Receipt.by(Step.DELETED, at(1000), "key-1")));

    assertThat(full.receipts()).hasSize(ReceiptChain.MAX_RECEIPTS);
    assertThat(deleted.first(Step.DELETED)).isPresent();
  }

  @Test
  void survivesTheWire() {
    ReceiptChain chain =
        chain(
            Receipt.of(Step.REQUESTED, START),
            new Receipt(Step.ROUTED, at(5), null, "billing", "flex #1"));

    assertThat(ReceiptChain.fromJson(chain.toJson())).isEqualTo(chain);
    assertThat(chain.toJson().encode()).doesNotContain("order-7");
  }

  @Test
  void passesOverStepsOfANewerVersion() {
    ReceiptChain chain = chain(Receipt.of(Step.REQUESTED, START));
    var json = chain.toJson();
    json.getJsonArray("receipts")
        .add(Receipt.of(Step.READ, at(1)).toJson().put("step", "teleported"));

    assertThat(ReceiptChain.fromJson(json)).isEqualTo(chain);
  }

  private static Instant at(int millis) {
    return START.plusMillis(millis);
  }

  private static ReceiptChain chain(Receipt... receipts) {
    return chain(List.of(receipts));
  }

  private static ReceiptChain chain(List<Receipt> receipts) {
    return new ReceiptChain(
        "CA1", START, "conv-1", "AC1", "acme", "p1", ReceiptChain.hash("order-7"), receipts);
  }
}
