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

  /** Characters of a transcript. */
  private static final int MAX_TEXT = 16_384;

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
            .put("text", cut(said.text()))
            .put("final", said.last());
    return publish(CallEventType.AGENT_TRANSCRIPT, data);
  }

  /** A model may say more in one piece than one of our own protocol's agents. */
  private static String cut(String text) {
    return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT);
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
