package io.callmesh.worker.session;

import io.callmesh.contracts.event.CallEventType;
import io.callmesh.contracts.handoff.TranscriptLine;
import io.callmesh.contracts.session.OpenSession;
import io.callmesh.runtime.TokenBucket;
import io.callmesh.worker.WorkerEvents;
import io.callmesh.worker.agent.AgentEvent;
import io.vertx.core.json.JsonObject;
import java.util.Set;

/**
 * Publishes what an agent tells for the call's events, within a rate: a call must not be able to
 * fill the topic.
 */
final class AgentNews {
  /** Interim transcripts come several times a second for each of two speakers. */
  static final int BURST = 200;

  private static final int PER_SECOND = 20;

  /** Characters of a transcript: a model may say more in one piece than others may. */
  private static final int MAX_TEXT = 16_384;

  private final WorkerEvents events;
  private final OpenSession open;
  private final Set<String> sensitiveFields;
  private final TokenBucket allowed = rate();

  /**
   * @param sensitiveFields names of members that are masked in events
   */
  AgentNews(WorkerEvents events, OpenSession open, Set<String> sensitiveFields) {
    this.events = events;
    this.open = open;
    this.sensitiveFields = sensitiveFields;
  }

  /** Publishes what was said; false when there was too much lately. */
  boolean transcript(TranscriptLine said) {
    JsonObject data =
        new JsonObject()
            .put("role", said.role().text())
            .put("text", said.within(MAX_TEXT).text())
            .put("final", said.last());
    return publish(CallEventType.AGENT_TRANSCRIPT, data);
  }

  /** Publishes the agent's own event; false when there was too much lately. */
  boolean event(AgentEvent event) {
    JsonObject masked = event.data().masked(sensitiveFields).toJson();
    JsonObject data = new JsonObject().put("name", event.name()).put("data", masked);
    return publish(CallEventType.AGENT_EVENT, data);
  }

  /** The rate of what an agent tells, for one thing that it tells. */
  static TokenBucket rate() {
    return new TokenBucket(BURST, PER_SECOND, System::nanoTime);
  }

  private boolean publish(CallEventType type, JsonObject data) {
    if (!allowed.tryTake(1)) {
      return false;
    }
    data.put("conversationId", open.conversationId()).put("connectorId", open.connectorId());
    events.publish(type, open.callSid(), data);
    return true;
  }
}
