package io.callmesh.handoff.store;

import io.callmesh.contracts.Topic;
import io.callmesh.contracts.bus.FailureCode;
import io.callmesh.contracts.handoff.FindOutcome;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.Receipt;
import io.callmesh.contracts.handoff.Receipt.Step;
import io.callmesh.contracts.handoff.ReceiptChain;
import io.callmesh.handoff.access.Reader;
import io.callmesh.runtime.kafka.KafkaConfig;
import io.callmesh.runtime.kafka.KafkaIndex;
import io.callmesh.runtime.kafka.KafkaTable;
import io.callmesh.runtime.kafka.KafkaTables;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Outcomes by the three names that people know them by, CallSid, conversation id and shared id, and
 * the chains of their receipts. Safe on any thread; futures come back on the caller's context and
 * fail as {@link KafkaTable}'s do.
 */
public final class OutcomeStore {
  /** Of those that share a name, how many one request deletes. */
  private static final int MAX_DELETED = 1_000;

  /** After that a write makes the broker close the segment that it goes to. */
  private static final Duration SEGMENT_CLOSED = KafkaConfig.ERASURE.plusSeconds(30);

  /** Of those that share a shared id, whosever they are, the latest that a reader looks through. */
  static final int MAX_LOOKED_AT = 10_000;

  private static final Comparator<Outcome> BY_DECISION = Comparator.comparing(Outcome::decidedAt);

  private final KafkaTable<Outcome> byCallSid;
  private final KafkaIndex<Outcome> byConversation;
  private final KafkaIndex<Outcome> bySharedId;
  private final CarefulWrites writes;
  private final Receipts receipts;
  private final Connectors connectors;
  private final Offers offers;
  private final Removals removals;
  private final Watches watches;
  private final HandoffEvents events;
  private final HandoffMetrics metrics;
  private final Clock clock;

  /**
   * Asks for the tables.
   *
   * @param lifetime how long an outcome is served, unless its connector wants less
   * @param memory how long after that it is known that there was one
   */
  public OutcomeStore(
      Vertx vertx,
      KafkaTables tables,
      Duration lifetime,
      Duration memory,
      HandoffEvents events,
      HandoffMetrics metrics,
      Clock clock) {
    this.byCallSid = tables.table(Topic.OUTCOMES, Outcome::toJson, Outcome::fromBytes, lifetime);
    this.byConversation = byCallSid.index("conversation", Outcome::conversationId);
    this.bySharedId = byCallSid.index("shared-id", Outcome::sharedId);
    this.writes = new CarefulWrites(byCallSid);
    this.receipts = new Receipts(tables, lifetime.plus(memory), clock);
    this.connectors = new Connectors(tables, lifetime);
    this.offers = new Offers(clock, metrics);
    this.removals = new Removals(lifetime, clock);
    this.watches = new Watches(vertx);
    this.events = events;
    this.metrics = metrics;
    this.clock = clock;
    byCallSid.onChange(this::applied);
    receipts.onChange(this::applied);
  }

  private void applied(Outcome outcome) {
    writes.applied(outcome);
    // One that was deleted may have been on its way.
    removals.add(outcome, receipts.isDeleted(outcome) ? now() : connectors.expiryOf(outcome));
    watches.changed(outcome);
  }

  private void applied(ReceiptChain chain) {
    Decision decision = new Decision(chain.callSid(), chain.decidedAt());
    chain.first(Step.DELETED).ifPresent(deleted -> finishDeletion(decision, deleted.at()));
    watches.changed(chain);
  }

  /** Whoever wrote the step may not have come to removing the outcome, once and again. */
  private void finishDeletion(Decision decision, Instant at) {
    removals.addNow(decision);
    removals.addAgain(decision, at.plus(SEGMENT_CLOSED));
    offers.forget(decision);
  }

  /** Where to be told of what becomes of a handoff. */
  public Watches watches() {
    return watches;
  }

  /** What connectors say of the handoffs. */
  public Connectors connectors() {
    return connectors;
  }

  /**
   * Stores an outcome; done when Kafka has it and the first steps of its chain. What is stored
   * already, was deleted since, or comes after a later outcome of its call is not stored.
   */
  public Future<Void> store(Outcome asked) {
    Outcome outcome = connectors.expiring(asked);
    if (receipts.isDeleted(outcome) || isOvertaken(outcome)) {
      return Future.succeededFuture();
    }
    Future<Void> stored =
        isStored(outcome)
            ? Future.succeededFuture()
            : writes.put(outcome).compose(written -> begin(outcome));
    return stored.onSuccess(done -> events.stored(outcome));
  }

  /** Whether memory has a later outcome of the call. */
  private boolean isOvertaken(Outcome outcome) {
    Decision decision = Decision.of(outcome);
    Outcome here = byCallSid.get(outcome.callSid());
    return decision.isOutdoneBy(here) && !decision.names(here);
  }

  private boolean isStored(Outcome outcome) {
    boolean isTold =
        !isHandoff(outcome) || receipts.of(outcome).filter(OutcomeStore::isBegun).isPresent();
    return isTold && Decision.of(outcome).names(byCallSid.get(outcome.callSid()));
  }

  private static boolean isBegun(ReceiptChain chain) {
    return chain.first(Step.STORED).isPresent();
  }

  private Future<Void> begin(Outcome outcome) {
    if (!isHandoff(outcome)) {
      return Future.succeededFuture();
    }
    ReceiptChain first = Receipts.stored(outcome, now());
    return receipts.add(offers.stepsOf(outcome).map(first::plus).orElse(first));
  }

  private Instant now() {
    return Instant.ofEpochMilli(clock.millis());
  }

  private static boolean isHandoff(Outcome outcome) {
    return outcome.kind() == Outcome.Kind.HANDOFF;
  }

  private boolean isAlive(Outcome outcome) {
    return connectors.expiryOf(outcome).isAfter(clock.instant()) && !receipts.isDeleted(outcome);
  }

  /**
   * The outcome of a call. One that does not answer the question may be what this replica has not
   * replaced yet, so it reads to the end before it says so.
   */
  public Future<Optional<Outcome>> find(FindOutcome question) {
    Outcome here = ofCall(question.callSid());
    Future<Optional<Outcome>> found;
    if (here == null) {
      found = byCallSid.find(question.callSid());
    } else if (question.isAnsweredBy(here)) {
      found = Future.succeededFuture(Optional.of(here));
    } else {
      found =
          byCallSid
              .catchUp()
              .otherwiseEmpty() // without Kafka what is here is the best there is
              .map(caughtUp -> Optional.ofNullable(ofCall(question.callSid())));
    }
    return found.map(one -> one.filter(this::isAlive));
  }

  /**
   * Whether the outcome that the asker of a question has from elsewhere, and that is not found, was
   * stored or deleted before: it has expired then, or was deleted, and must not be put to use.
   */
  public Future<Boolean> isGone(FindOutcome question) {
    String chain = ReceiptChain.key(question.callSid(), question.offeredMs());
    return question.offeredMs() == 0
        ? Future.succeededFuture(false)
        : receipts
            .catchUp()
            .otherwiseEmpty() // without Kafka what is here is the best there is
            .map(done -> receipts.of(chain).filter(OutcomeStore::wasThere).isPresent());
  }

  private static boolean wasThere(ReceiptChain chain) {
    return isBegun(chain) || chain.first(Step.DELETED).isPresent();
  }

  /** The latest outcome of a call, stored or offered. */
  private @Nullable Outcome ofCall(String callSid) {
    Outcome stored = byCallSid.get(callSid);
    Outcome offered = offers.get(callSid);
    return offered == null || Decision.of(offered).isOutdoneBy(stored) ? stored : offered;
  }

  /**
   * The latest handoff with this name that the reader may know of and that is alive; what memory
   * has, without waiting.
   */
  public Optional<Outcome> current(HandoffName name, Reader reader) {
    return named(name, reader).filter(OutcomeStore::isHandoff).max(BY_DECISION);
  }

  private Stream<Outcome> named(HandoffName name, Reader reader) {
    Predicate<Outcome> visible = outcome -> reader.opens(outcome) && isAlive(outcome);
    return Stream.concat(stored(name), offered(name)).filter(visible);
  }

  private Stream<Outcome> stored(HandoffName name) {
    if (name.isSharedId()) {
      return bySharedId.latest(name.value(), MAX_LOOKED_AT).stream();
    }
    Outcome ofCall = byCallSid.get(name.value());
    return ofCall == null ? byConversation.all(name.value()).stream() : Stream.of(ofCall);
  }

  private Stream<Outcome> offered(HandoffName name) {
    return offers.named(name).stream().filter(offered -> offered.equals(ofCall(offered.callSid())));
  }

  /**
   * What becomes of a question, but for whether the call is with an agent. What the reader may not
   * know of is as absent as what does not exist, and takes as long: a miss first reads both topics
   * to their ends.
   */
  public Future<Answer> look(HandoffName name, Reader reader) {
    Optional<Outcome> here = current(name, reader);
    return here.isPresent()
        ? Future.succeededFuture(new Answer.Found(here.get()))
        : catchUp().map(caughtUp -> lookAgain(name, reader));
  }

  private Future<?> catchUp() {
    return Future.all(byCallSid.catchUp(), receipts.catchUp());
  }

  private Answer lookAgain(HandoffName name, Reader reader) {
    Optional<Outcome> here = current(name, reader);
    if (here.isPresent()) {
      return new Answer.Found(here.get());
    }
    List<ReceiptChain> chains =
        receipts.named(name, reader).stream().filter(OutcomeStore::wasServed).toList();
    return chains.isEmpty() ? new Answer.Absent() : gone(chains.get(chains.size() - 1), reader);
  }

  /** An offered one may have been deleted without ever being stored. */
  private static boolean wasServed(ReceiptChain chain) {
    return isBegun(chain) || chain.first(Step.DELETED).isPresent();
  }

  /** Why a handoff with this chain is not served. */
  private Answer gone(ReceiptChain chain, Reader reader) {
    Instant expiry = connectors.expiryOf(chain.decidedAt(), Receipts.expiry(chain));
    Optional<Receipt> deleted = chain.first(Step.DELETED);
    if (deleted.isPresent()) {
      return new Answer.Gone(Answer.Why.DELETED, deleted.get().at());
    } else if (!expiry.isAfter(clock.instant())) {
      return new Answer.Gone(Answer.Why.EXPIRED, expiry);
    }
    return Optional.ofNullable(ofCall(chain.callSid()))
        .filter(other -> reader.opens(other) && other.decidedAt().isAfter(chain.decidedAt()))
        .<Answer>map(other -> new Answer.Gone(Answer.Why.REPLACED, other.decidedAt()))
        .orElseGet(Answer.Absent::new); // replaced by what is not the reader's, or lost
  }

  /** The chain of an outcome as memory has it; also of one that is not stored yet. */
  public Optional<ReceiptChain> chainOf(Outcome outcome) {
    return receipts.of(outcome).or(() -> offers.stepsOf(outcome));
  }

  /**
   * The chains with this name that the reader may know of, the oldest first, those of handoffs that
   * expired or were deleted too; what memory has, without waiting.
   */
  public List<ReceiptChain> chains(HandoffName name, Reader reader) {
    return receipts.named(name, reader);
  }

  /** The same with every step that was acknowledged before the question. */
  public Future<List<ReceiptChain>> latestChains(HandoffName name, Reader reader) {
    return receipts.catchUp().map(caughtUp -> receipts.named(name, reader));
  }

  /** Adds steps to a chain; done when Kafka has them. */
  public Future<Void> add(ReceiptChain steps) {
    return receipts.add(steps);
  }

  /** Takes note of a step for when the outcome is stored; whether it is one that waits for that. */
  boolean note(Outcome outcome, Receipt receipt) {
    return offers.note(outcome, receipt);
  }

  /**
   * Deletes every outcome with this name that the reader may know of, hangups too, and says which;
   * at most {@value #MAX_DELETED}. The chain is told first: from then on nobody is served it, and
   * whoever follows removes what was not removed.
   */
  public Future<List<Outcome>> delete(HandoffName name, Reader reader) {
    return catchUp()
        .map(caughtUp -> named(name, reader).distinct().limit(MAX_DELETED).toList())
        .compose(
            those ->
                Future.join(those.stream().map(each -> delete(each, reader)).toList())
                    .map(done -> those));
  }

  private Future<Void> delete(Outcome outcome, Reader reader) {
    Receipt deleted = Receipt.by(Step.DELETED, now(), reader.name());
    Future<Void> told =
        isHandoff(outcome)
            ? receipts.add(ReceiptChain.of(outcome, deleted))
            : Future.succeededFuture();
    return told.compose(done -> remove(outcome)).onSuccess(done -> deleted(outcome, reader));
  }

  /** Once more later: the broker closes a segment, and cleans it, only when more is written. */
  private Future<Void> remove(Outcome outcome) {
    Decision decision = Decision.of(outcome);
    return writes
        .remove(decision)
        .onSuccess(removed -> removals.addAgain(decision, now().plus(SEGMENT_CLOSED)));
  }

  private void deleted(Outcome outcome, Reader reader) {
    offers.forget(Decision.of(outcome));
    metrics.deleted();
    events.deleted(outcome, reader);
  }

  /**
   * Keeps an outcome in memory that a worker could not have stored, and serves it from there until
   * {@link #storeOffered} has stored it.
   */
  public void offered(Outcome asked) {
    Outcome outcome = connectors.expiring(asked);
    boolean known =
        Decision.of(outcome).isOutdoneBy(byCallSid.get(outcome.callSid()))
            || receipts.isDeleted(outcome);
    if (!known && offers.keep(outcome)) {
      watches.changed(outcome);
    }
  }

  /**
   * Stores the outcome that has waited for longest, and what has become of it since; unless the
   * topic has one of its call that is as late, or it was deleted. Empty when none waits; fails
   * while Kafka is away.
   */
  Future<Optional<Outcome>> storeOffered() {
    Optional<Outcome> oldest = offers.oldest();
    return oldest.isEmpty()
        ? Future.succeededFuture(oldest)
        : catchUp().compose(caughtUp -> settle(oldest.get())).map(settled -> oldest);
  }

  private Future<Void> settle(Outcome outcome) {
    if (isOvertaken(outcome) || !isAlive(outcome)) {
      return drop(outcome);
    }
    return storeOffered(outcome)
        .recover(
            cause ->
                FailureCode.of(cause).retryable() ? Future.failedFuture(cause) : drop(outcome));
  }

  /** Also for what Kafka will never take, lest the others wait behind it. */
  private Future<Void> drop(Outcome outcome) {
    metrics.offer(HandoffMetrics.Offer.DROPPED);
    offers.forget(Decision.of(outcome));
    return Future.succeededFuture();
  }

  private Future<Void> storeOffered(Outcome outcome) {
    return writes
        .put(outcome)
        .compose(written -> begin(outcome))
        .compose(begun -> addNoted(outcome))
        .onSuccess(added -> storedLate(outcome));
  }

  /** The steps that were noted while the others were on their way, until there are none. */
  private Future<Void> addNoted(Outcome outcome) {
    Optional<ReceiptChain> noted = offers.stepsOf(outcome).filter(steps -> isHandoff(outcome));
    if (noted.isEmpty()) {
      offers.forget(Decision.of(outcome));
      return Future.succeededFuture();
    }
    return receipts.add(noted.get()).compose(added -> forget(outcome, noted.get()));
  }

  private Future<Void> forget(Outcome outcome, ReceiptChain added) {
    return offers.forget(Decision.of(outcome), added)
        ? Future.succeededFuture()
        : addNoted(outcome);
  }

  private void storedLate(Outcome outcome) {
    metrics.offer(HandoffMetrics.Offer.STORED);
    events.stored(outcome);
  }

  /**
   * Removes outcomes from the topic that expired before the topic forgets them by itself, or were
   * deleted and are still there; at most some at a time.
   */
  Future<?> removeExpired() {
    return Future.join(removals.due().stream().map(this::remove).toList());
  }

  private Future<Void> remove(Removals.Due due) {
    return (due.removed() ? writes.removeAgain(due.decision()) : removeDead(due.decision()))
        .onFailure(cause -> removals.add(due));
  }

  private Future<Void> removeDead(Decision decision) {
    Outcome here = byCallSid.get(decision.callSid());
    return here == null || !decision.names(here) || isAlive(here)
        ? Future.succeededFuture()
        : remove(here).onSuccess(removed -> countExpired(here));
  }

  private void countExpired(Outcome removed) {
    if (!receipts.isDeleted(removed)) {
      metrics.expired();
    }
  }
}
