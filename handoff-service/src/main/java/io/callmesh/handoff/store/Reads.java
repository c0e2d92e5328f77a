package io.callmesh.handoff.store;

import static net.logstash.logback.argument.StructuredArguments.kv;

import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.Receipt;
import io.callmesh.contracts.handoff.Receipt.Step;
import io.callmesh.contracts.handoff.ReceiptChain;
import io.callmesh.handoff.access.Reader;
import io.callmesh.runtime.LogThrottle;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes receipts from those who read a handoff: one of each reader, of {@value #MAX_READERS}
 * readers at most. Safe on any thread.
 */
public final class Reads {
  /** So that a chain has room for the other steps. */
  static final int MAX_READERS = 24;

  private static final Logger log = LoggerFactory.getLogger(Reads.class);
  private static final int MAX_UNDER_WAY = 10_000;

  /** Receipts of so long go to Kafka together: each by itself costs several times as much. */
  private static final long GATHER_MS = 50;

  /**
   * A receipt on its way, by a name of its own.
   *
   * @param chain what memory had when the handoff was read
   */
  private record Pending(
      String name, Outcome outcome, Reader reader, ReceiptChain chain, Instant at) {}

  private final OutcomeStore outcomes;
  private final HandoffEvents events;
  private final HandoffMetrics metrics;
  private final Clock clock;
  private final Vertx vertx;
  private final Set<String> underWay = ConcurrentHashMap.newKeySet();
  private final Queue<Pending> gathered = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean gathering = new AtomicBoolean();
  private final LogThrottle failures = new LogThrottle(Duration.ofSeconds(10));

  /** Receipts into that store. */
  public Reads(
      Vertx vertx,
      OutcomeStore outcomes,
      HandoffEvents events,
      HandoffMetrics metrics,
      Clock clock) {
    this.vertx = vertx;
    this.outcomes = outcomes;
    this.events = events;
    this.metrics = metrics;
    this.clock = clock;
  }

  /**
   * This reader has been given this handoff. The receipt is stored soon after; when that fails, the
   * reader's next look brings another.
   */
  public void read(Outcome outcome, Reader reader) {
    ReceiptChain chain =
        outcomes.chainOf(outcome).orElseGet(() -> ReceiptChain.of(outcome, List.of()));
    long readers = chain.receipts().stream().filter(Reads::isRead).count();
    if (readers < MAX_READERS && !hasRead(chain, reader)) {
      firstTime(outcome, reader, chain);
    }
  }

  private static boolean isRead(Receipt receipt) {
    return receipt.step() == Step.READ;
  }

  private static boolean hasRead(ReceiptChain chain, Reader reader) {
    return chain.receipts().stream()
        .anyMatch(receipt -> isRead(receipt) && reader.name().equals(receipt.by()));
  }

  private void firstTime(Outcome outcome, Reader reader, ReceiptChain chain) {
    String one = chain.key() + "/" + reader.name();
    if (underWay.size() < MAX_UNDER_WAY && underWay.add(one)) {
      Instant now = Instant.ofEpochMilli(clock.millis());
      gathered.add(new Pending(one, outcome, reader, chain, now));
      if (gathering.compareAndSet(false, true)) {
        vertx.setTimer(GATHER_MS, id -> storeAside());
      }
    }
  }

  /** Not on the event loop, where those who read would wait for all of them. */
  private void storeAside() {
    vertx
        .executeBlocking(this::store, false)
        .onFailure(cause -> log.warn("receipts not stored: {}", cause.toString()));
  }

  private boolean store() {
    gathering.set(false);
    for (Pending each = gathered.poll(); each != null; each = gathered.poll()) {
      store(each);
    }
    return true;
  }

  private void store(Pending read) {
    tell(read);
    keep(read)
        .onFailure(cause -> failed(read.outcome(), cause))
        .onComplete(done -> underWay.remove(read.name()));
  }

  private void tell(Pending read) {
    Instant stored =
        read.chain().first(Step.STORED).map(Receipt::at).orElse(read.outcome().decidedAt());
    Duration after = Duration.between(stored, read.at());
    if (read.chain().first(Step.READ).isEmpty()) {
      metrics.firstRead(after);
    }
    events.read(read.outcome(), read.reader(), after);
  }

  private Future<Void> keep(Pending read) {
    Receipt receipt = Receipt.by(Step.READ, read.at(), read.reader().name());
    return outcomes.note(read.outcome(), receipt)
        ? Future.succeededFuture()
        : outcomes.add(ReceiptChain.of(read.outcome(), receipt));
  }

  private void failed(Outcome outcome, Throwable cause) {
    if (failures.permits()) {
      log.warn("{} receipt not stored: {}", kv("callSid", outcome.callSid()), cause.toString());
    }
  }
}
