package io.callmesh.handoff.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.Receipt;
import io.callmesh.contracts.handoff.Receipt.Step;
import io.callmesh.contracts.handoff.ReceiptChain;
import io.callmesh.contracts.handoff.Transcript;
import io.callmesh.handoff.live.View.Status;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is shown of a handoff, by its receipts as they come in. */
class ViewTest {
  private static final Instant DECIDED = Instant.parse("2026-11-23T10:00:00Z");
  private static final Outcome OUTCOME =
      new Outcome(
          "CA1",
          "AC1",
          "conv-1",
          "conn-1",
          "acme",
          "support",
          Outcome.Kind.HANDOFF,
          "desk",
          null,
          null,
          false,
          null,
          HandoffData.of("{}"),
          Transcript.EMPTY,
          DECIDED,
          null);

  /** One webhook tells of both, the later a millisecond after the other. */
  private static final List<Receipt> STEPS =
      List.of(
          step(Step.ROUTED, 100, "desk", "number #1"),
          step(Step.FAILED, 100, "desk", "busy #1"),
          step(Step.ROUTED, 101, "people", "flex #2"));

  private static Receipt step(Step step, int ms, String destination, String detail) {
    return new Receipt(step, DECIDED.plusMillis(ms), null, destination, detail);
  }

  @Test
  void aCallerWaitsAtTheNextDestinationInWhateverOrderThatIsTold() {
    for (List<Integer> order : List.of(List.of(0, 1, 2), List.of(2, 1, 0), List.of(1, 2, 0))) {
      View view = view(order.stream().map(STEPS::get));

      assertThat(view.receipts()).isEqualTo(STEPS);
      assertThat(view.status()).isEqualTo(Status.WAITING);
      assertThat(view.destination()).isEqualTo("people");
    }
  }

  @Test
  void aCallerWhoseOnlyDestinationFailedAtOnceDoesNotWait() {
    assertThat(view(STEPS.stream().limit(2)).status()).isEqualTo(Status.FAILED);
  }

  @Test
  void showsThatADestinationFailedTwice() {
    Receipt again = step(Step.FAILED, 900, "desk", "busy #3");

    assertThat(view(Stream.concat(STEPS.stream(), Stream.of(again))))
        .satisfies(view -> assertThat(view.receipts()).contains(again))
        .extracting(View::status)
        .isEqualTo(Status.FAILED);
  }

  private static View view(Stream<Receipt> told) {
    Optional<ReceiptChain> chain =
        told.map(receipt -> ReceiptChain.of(OUTCOME, receipt)).reduce(ReceiptChain::plus);
    return View.of(OUTCOME, chain, OUTCOME.state());
  }
}
