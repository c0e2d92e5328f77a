package io.callmesh.handoff.store;

import io.callmesh.contracts.Topic;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.Receipt;
import io.callmesh.contracts.handoff.Receipt.Step;
import io.callmesh.contracts.handoff.ReceiptChain;
import io.callmesh.handoff.access.Reader;
import io.callmesh.runtime.kafka.KafkaIndex;
import io.callmesh.runtime.kafka.KafkaTable;
import io.callmesh.runtime.kafka.KafkaTables;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The chains of receipts, for as long as there is a memory of their handoffs. Safe on any thread.
 */
final class Receipts {
  /** Of those that share a name the latest. */
  private static final int MAX_NAMED = 100;

  /** Before the time of expiry in the detail of {@code STORED}. */
  private static final String UNTIL = "until ";

  private final KafkaTable<ReceiptChain> table;
  private final KafkaIndex<ReceiptChain> byCallSid;
  private final KafkaIndex<ReceiptChain> byConversation;
  private final KafkaIndex<ReceiptChain> bySharedId;
  private final KafkaIndex<ReceiptChain> deleted;
  private final Duration memory;
  private final Clock clock;

  /**
   * Asks for the table.
   *
   * @param memory for how long after its decision a handoff is remembered
   */
  Receipts(KafkaTables tables, Duration memory, Clock clock) {
    this.table =
        tables.mergedTable(
            Topic.RECEIPTS,
            ReceiptChain::toJson,
            ReceiptChain::fromBytes,
            ReceiptChain::plus,
            memory);
    this.byCallSid = table.index("call", ReceiptChain::callSid);
    this.byConversation = table.index("conversation", ReceiptChain::conversationId);
    this.bySharedId = table.index("shared-id", ReceiptChain::sharedIdHash);
    this.deleted = table.index("deleted", chain -> isDeleted(chain) ? chain.callSid() : null);
    this.memory = memory;
    this.clock = clock;
  }

  void onChange(Consumer<ReceiptChain> listener) {
    table.onChange(listener);
  }

  /** What memory has of an outcome's chain. */
  Optional<ReceiptChain> of(Outcome outcome) {
    return of(ReceiptChain.key(outcome.callSid(), outcome.decidedAt()));
  }

  /** What memory has of the chain with this key. */
  Optional<ReceiptChain> of(String key) {
    return Optional.ofNullable(table.get(key));
  }

  private static boolean isDeleted(ReceiptChain chain) {
    return chain.first(Step.DELETED).isPresent();
  }

  /** Whether an outcome was deleted: asked of each that comes and of each that is read. */
  boolean isDeleted(Outcome outcome) {
    return deleted.all(outcome.callSid()).stream()
        .anyMatch(chain -> chain.decidedAt().equals(outcome.decidedAt()));
  }

  /** The chains with this name that the reader may know of, the oldest first. */
  List<ReceiptChain> named(HandoffName name, Reader reader) {
    List<ReceiptChain> named = new ArrayList<>(withName(name));
    named.removeIf(chain -> isForgotten(chain) || !reader.opens(chain));
    named.sort(Comparator.comparing(ReceiptChain::decidedAt));
    return named.subList(Math.max(0, named.size() - MAX_NAMED), named.size());
  }

  private List<ReceiptChain> withName(HandoffName name) {
    return name.isSharedId()
        ? bySharedId.latest(name.inChains(), OutcomeStore.MAX_LOOKED_AT)
        : Stream.concat(
                byCallSid.all(name.value()).stream(), byConversation.all(name.value()).stream())
            .toList();
  }

  /** The table forgets by the latest step, which may be later on one replica than on another. */
  private boolean isForgotten(ReceiptChain chain) {
    return !chain.decidedAt().plus(memory).isAfter(clock.instant());
  }

  /** Adds steps to a chain; done when Kafka has them. Those that it has already cost nothing. */
  Future<Void> add(ReceiptChain steps) {
    ReceiptChain here = table.get(steps.key());
    return here != null && here.plus(steps).equals(here)
        ? Future.succeededFuture()
        : table.put(steps.key(), steps);
  }

  /** Succeeds when memory has every step that was acknowledged before. */
  Future<Void> catchUp() {
    return table.catchUp();
  }

  /** The first steps of an outcome that Kafka has had since then. */
  static ReceiptChain stored(Outcome outcome, Instant at) {
    String until = outcome.expiresAt() == null ? null : UNTIL + outcome.expiresAt();
    return ReceiptChain.of(
        outcome,
        List.of(
            Receipt.of(Step.REQUESTED, outcome.decidedAt()),
            new Receipt(Step.STORED, at, null, null, until)));
  }

  /** From when on the handoff is served no more, as it was decided when it was stored. */
  static Optional<Instant> expiry(ReceiptChain chain) {
    return chain.first(Step.STORED).map(Receipt::detail).flatMap(Receipts::time);
  }

  private static Optional<Instant> time(String detail) {
    try {
      return detail.startsWith(UNTIL)
          ? Optional.of(Instant.parse(detail.substring(UNTIL.length())))
          : Optional.empty();
    } catch (DateTimeParseException otherVersion) {
      return Optional.empty();
    }
  }
}
