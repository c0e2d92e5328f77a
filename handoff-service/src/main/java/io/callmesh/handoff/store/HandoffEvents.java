package io.callmesh.handoff.store;

import io.callmesh.contracts.event.CallEventType;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.security.Masked;
import io.callmesh.handoff.access.Reader;
import io.callmesh.runtime.kafka.CallEvents;
import io.vertx.core.json.JsonObject;
import java.time.Duration;

/**
 * Tells analytics of handoffs, nothing of their data; of the agent's reason what a machine could
 * read, as {@link Masked#reason} has it. Two replicas, or a worker that asks again, may tell the
 * same thing twice; it has the same id then. Safe on any thread.
 */
public final class HandoffEvents {
  private final CallEvents events;

  /** Events that go there. */
  public HandoffEvents(CallEvents events) {
    this.events = events;
  }

  /** Kafka has an outcome; of a handoff that it was asked for, too. */
  void stored(Outcome outcome) {
    if (outcome.kind() == Outcome.Kind.HANDOFF) {
      publish(CallEventType.HANDOFF_REQUESTED, outcome, "", about(outcome));
      publish(CallEventType.HANDOFF_STORED, outcome, "", about(outcome));
    }
  }

  private static JsonObject about(Outcome outcome) {
    return new JsonObject()
        .put("connectorId", outcome.connectorId())
        .put("accountId", outcome.accountId())
        .put("projectId", outcome.projectId())
        .put("destination", outcome.destination())
        .put("reason", outcome.reason() == null ? null : Masked.reason(outcome.reason()))
        .put("decidedAt", outcome.decidedAt().toString());
  }

  /**
   * Somebody has read a handoff for the first time, so long after it was stored: that is exact, the
   * event's own time some milliseconds later.
   */
  void read(Outcome outcome, Reader reader, Duration afterStored) {
    JsonObject data =
        new JsonObject().put("readBy", reader.name()).put("msAfterStored", afterStored.toMillis());
    publish(CallEventType.HANDOFF_READ, outcome, "/" + reader.name(), data);
  }

  /** Somebody had an outcome deleted. */
  void deleted(Outcome outcome, Reader reader) {
    JsonObject data = new JsonObject().put("deletedBy", reader.name());
    publish(CallEventType.HANDOFF_DELETED, outcome, "", data);
  }

  private void publish(CallEventType type, Outcome outcome, String more, JsonObject data) {
    String conversation = outcome.conversationId();
    long decided = outcome.decidedAt().toEpochMilli();
    events.publish(
        type,
        outcome.callSid(),
        conversation + "/" + type.type() + "/" + decided + more,
        data.put("conversationId", conversation));
  }
}
