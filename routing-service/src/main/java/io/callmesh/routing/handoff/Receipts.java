package io.callmesh.routing.handoff;

import static net.logstash.logback.argument.StructuredArguments.kv;

import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.handoff.Receipt;
import io.callmesh.contracts.handoff.ReceiptChain;
import io.callmesh.runtime.LogThrottle;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells handoff-service what becomes of handoffs. Nobody waits for it: what cannot be told in two
 * tries is counted and lost. Safe on any thread.
 */
public final class Receipts {
  private static final Logger log = LoggerFactory.getLogger(Receipts.class);
  private static final LogThrottle LOSSES = new LogThrottle(Duration.ofSeconds(5));
  private static final int MAX_AT_ONCE = 1_000;

  private final EventBus bus;
  private final DeliveryOptions options;
  private final Consumer<Receipt.Step> onLost;
  private final AtomicInteger underWay = new AtomicInteger();

  /**
   * Receipts that are told on this bus.
   *
   * @param timeout of each of two tries
   * @param onLost told of each step that nobody has
   */
  public Receipts(EventBus bus, Duration timeout, Consumer<Receipt.Step> onLost) {
    this.bus = bus;
    this.options = new DeliveryOptions().setSendTimeout(timeout.toMillis());
    this.onLost = onLost;
  }

  /** Tells new steps; returns at once. */
  public void tell(ReceiptChain steps) {
    if (underWay.incrementAndGet() > MAX_AT_ONCE) {
      underWay.decrementAndGet();
      lost(steps, "too many others wait");
      return;
    }
    Outcomes.twice(() -> bus.request(Addresses.HANDOFF_RECEIPT, steps, options))
        .onComplete(told -> underWay.decrementAndGet())
        .onFailure(cause -> lost(steps, cause.toString()));
  }

  private void lost(ReceiptChain steps, String why) {
    steps.receipts().forEach(receipt -> onLost.accept(receipt.step()));
    if (LOSSES.permits()) {
      log.warn("{} a receipt is lost: {}", kv("callSid", steps.callSid()), why);
    }
  }
}
