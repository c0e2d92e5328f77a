package io.callmesh.handoff;

import io.callmesh.contracts.Topic;
import io.callmesh.contracts.handoff.FindOutcome;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.runtime.kafka.KafkaIndex;
import io.callmesh.runtime.kafka.KafkaTable;
import io.callmesh.runtime.kafka.KafkaTables;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Outcomes by the three names that people know them by: CallSid, conversation id, shared id. Safe
 * on any thread.
 */
final class OutcomeStore {
  private final KafkaTable<Outcome> byCallSid;
  private final KafkaIndex<Outcome> byConversation;
  private final KafkaIndex<Outcome> bySharedId;
  private final Duration lifetime;
  private final Clock clock;

  /** Asks for the table, whose outcomes are served for their lifetime. */
  OutcomeStore(KafkaTables tables, Duration lifetime, Clock clock) {
    this.byCallSid = tables.table(Topic.OUTCOMES, Outcome::toJson, Outcome::fromJson, lifetime);
    this.byConversation = byCallSid.index("conversation", Outcome::conversationId);
    this.bySharedId = byCallSid.index("shared-id", Outcome::sharedId);
    this.lifetime = lifetime;
    this.clock = clock;
  }

  /** Stores an outcome; done when Kafka has it. */
  Future<Void> store(Outcome outcome) {
    return byCallSid.put(outcome.callSid(), outcome);
  }

  /**
   * The outcome of a call. One that does not answer the question may be what this replica has not
   * replaced yet, so it reads to the end before it says so.
   */
  Future<Optional<Outcome>> find(FindOutcome question) {
    Outcome here = byCallSid.get(question.callSid());
    Future<Optional<Outcome>> found =
        here == null || question.isAnsweredBy(here)
            ? byCallSid.find(question.callSid())
            : byCallSid
                .catchUp()
                .otherwiseEmpty() // without Kafka what is here is the best there is
                .map(caughtUp -> Optional.ofNullable(byCallSid.get(question.callSid())));
    return found.map(one -> one.filter(this::isAlive));
  }

  /** The outcome with this id, which is a CallSid or a conversation id. */
  Future<Optional<Outcome>> withId(String id) {
    Outcome ofCall = byCallSid.get(id);
    Future<Optional<Outcome>> found =
        ofCall != null
            ? Future.succeededFuture(Optional.of(ofCall))
            : byConversation
                .find(id)
                .map(one -> one.or(() -> Optional.ofNullable(byCallSid.get(id))));
    return found.map(one -> one.filter(this::isAlive));
  }

  /**
   * The latest outcome with this shared id that is wanted: integrators of several projects may have
   * chosen the same.
   */
  Future<Optional<Outcome>> withSharedId(String sharedId, Predicate<Outcome> wanted) {
    return bySharedId.find(
        sharedId, wanted.and(this::isAlive), Comparator.comparing(Outcome::decidedAt));
  }

  private boolean isAlive(Outcome outcome) {
    return outcome.decidedAt().plus(lifetime).isAfter(clock.instant());
  }
}
