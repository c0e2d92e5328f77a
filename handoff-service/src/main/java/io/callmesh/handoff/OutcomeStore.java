package io.callmesh.handoff;

import io.callmesh.contracts.Topic;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.Receipt;
import io.callmesh.runtime.kafka.KafkaIndex;
import io.callmesh.runtime.kafka.KafkaTable;
import io.callmesh.runtime.kafka.KafkaTables;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;

/** Outcomes by the three names that people know them by: CallSid, conversation id, shared id. */
final class OutcomeStore {
  private final KafkaTable<Outcome> byCallSid;
  private final KafkaIndex<Outcome> byConversation;
  private final KafkaIndex<Outcome> bySharedId;

  /** Asks for the table, whose outcomes are served for their lifetime. */
  OutcomeStore(KafkaTables tables, Duration lifetime) {
    this.byCallSid = tables.table(Topic.OUTCOMES, Outcome::toJson, Outcome::fromJson, lifetime);
    this.byConversation = byCallSid.index("conversation", Outcome::conversationId);
    this.bySharedId = byCallSid.index("shared-id", Outcome::sharedId);
  }

  /** Stores an outcome; done when Kafka has it. */
  Future<Void> store(Outcome outcome) {
    return byCallSid.put(outcome.callSid(), outcome);
  }

  /** The outcome of a call. */
  Future<Optional<Outcome>> ofCall(String callSid) {
    return byCallSid.find(callSid);
  }

  /** The outcome with this id, which is a CallSid or a conversation id. */
  Future<Optional<Outcome>> withId(String id) {
    Outcome ofCall = byCallSid.get(id);
    if (ofCall != null) {
      return Future.succeededFuture(Optional.of(ofCall));
    }
    return byConversation
        .find(id)
        .compose(found -> found.isPresent() ? Future.succeededFuture(found) : byCallSid.find(id));
  }

  /** The latest outcome with this shared id. */
  Future<Optional<Outcome>> withSharedId(String sharedId) {
    return bySharedId.find(sharedId);
  }

  /** Keeps the proof of the first read with the outcome. */
  Future<Void> receipt(Outcome outcome, Receipt receipt) {
    return store(outcome.withReceipt(receipt));
  }
}
