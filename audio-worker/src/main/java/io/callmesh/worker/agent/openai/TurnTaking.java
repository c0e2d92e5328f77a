package io.callmesh.worker.agent.openai;

import io.callmesh.contracts.connector.AgentEndpoint;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * Who speaks when, as the connector has it. What it does not say is the server's own default:
 * detection of speech, which interrupts the model and has it answer.
 *
 * @param modelFirst whether the model is asked to speak before the caller has
 * @param interrupts whether the caller interrupts the model
 * @param answersItself whether the server has the model answer when the caller has spoken
 */
record TurnTaking(boolean modelFirst, boolean interrupts, boolean answersItself) {
  private static final String DETECTION = "turn_detection";

  /** As this agent's settings have it. */
  static TurnTaking of(@Nullable AgentEndpoint agent) {
    Event session = new Event(agent == null ? new JsonObject() : agent.session());
    Event input = session.child("audio").child("input");
    Event detection = input.child(DETECTION);
    boolean off = input.json().containsKey(DETECTION) && input.json().getValue(DETECTION) == null;
    return new TurnTaking(
        agent == null || agent.speaksFirst(),
        detection.flag("interrupt_response", true),
        !off && detection.flag("create_response", true));
  }
}
