package io.callmesh.worker.session;

import io.callmesh.contracts.event.CallEventType;
import io.callmesh.contracts.session.OpenSession;
import io.callmesh.runtime.TokenBucket;
import io.callmesh.worker.WorkerEvents;
import io.callmesh.worker.agent.AgentEvent;
import io.callmesh.worker.agent.Transcript;
import io.vertx.core.json.JsonObject;
import java.util.Locale;

/**
 * Publishes what an agent tells for the call's events, within a rate: a call must not be able to
 * fill the topic. The words go there and nowhere else.
 */
final class AgentNews {
  /** Interim transcripts come several times a second for each of two speakers. */
  static final int BURST = 200;

  private static final int PER_SECOND = 20;

  private final WorkerEvents events;
  private final OpenSession open;
  private final TokenBucket allowed = new TokenBucket(BURST, PER_SECOND, System::nanoTime);

  AgentNews(WorkerEvents events, OpenSession open) {
    this.events = events;
    this.open = open;
  }

  /** Publishes what was said; false when there was too much lately. */
  boolean transcript(Transcript said) {
    JsonObject data =
        new JsonObject()
            .put("role", said.role().name().toLowerCase(Locale.ROOT))
            .put("text", said.text())
            .put("final", said.last());
    return publish(CallEventType.AGENT_TRANSCRIPT, data);
  }

  /** Publishes the agent's own event; false when there was too much lately. */
  boolean event(AgentEvent event) {
    JsonObject data = new JsonObject().put("name", event.name()).put("data", event.data());
    return publish(CallEventType.AGENT_EVENT, data);
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
