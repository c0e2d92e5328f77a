package io.callmesh.routing.handoff;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.bus.BusCodecs;
import io.callmesh.contracts.bus.FailureCode;
import io.callmesh.contracts.handoff.Receipt;
import io.callmesh.contracts.handoff.Receipt.Step;
import io.callmesh.contracts.handoff.ReceiptChain;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ReceiptsTest {
  private static final ReceiptChain STEP =
      new ReceiptChain(
          "CA1",
          Instant.EPOCH,
          "conv-1",
          "AC1",
          "acme",
          "support",
          null,
          List.of(Receipt.of(Step.ACCEPTED, Instant.EPOCH)));

  private final Vertx vertx = Vertx.vertx();
  private final BlockingQueue<Message<ReceiptChain>> asked = new LinkedBlockingQueue<>();
  private final BlockingQueue<Step> lost = new LinkedBlockingQueue<>();
  private final Receipts receipts =
      new Receipts(vertx.eventBus(), Duration.ofSeconds(20), lost::add);

  @BeforeEach
  void start() {
    BusCodecs.registerOn(vertx.eventBus());
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().await(10, SECONDS);
  }

  @Test
  void triesOnceMore() throws Exception {
    handoffService();

    receipts.tell(STEP);
    asked.take().fail(FailureCode.UNAVAILABLE.code(), "Kafka is away");
    Message<ReceiptChain> again = asked.take();
    again.reply(new JsonObject());

    assertThat(again.body()).isEqualTo(STEP);
    assertThat(lost).isEmpty();
  }

  @Test
  void countsWhatNobodyHasAfterTwoTries() throws Exception {
    handoffService();

    receipts.tell(STEP);
    asked.take().fail(FailureCode.UNAVAILABLE.code(), "Kafka is away");
    asked.take().fail(FailureCode.UNAVAILABLE.code(), "Kafka is away");

    assertThat(lost.take()).isEqualTo(Step.ACCEPTED);
    assertThat(asked).isEmpty();
  }

  @Test
  void countsWhatNobodyHears() throws Exception {
    receipts.tell(STEP);

    assertThat(lost.take()).isEqualTo(Step.ACCEPTED);
  }

  @Test
  void lets1000WaitAndNoMore() throws Exception {
    handoffService();
    for (int i = 0; i < 1_000; i++) {
      receipts.tell(STEP);
    }
    assertThat(lost).isEmpty();

    receipts.tell(STEP);

    assertThat(lost).containsExactly(Step.ACCEPTED);
  }

  private void handoffService() throws Exception {
    vertx
        .eventBus()
        .<ReceiptChain>consumer(Addresses.HANDOFF_RECEIPT, asked::add)
        .completion()
        .await(10, SECONDS);
  }
}
