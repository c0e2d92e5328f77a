package io.callmesh.worker.agent;

import io.callmesh.contracts.handoff.HandoffData;

/**
 * An agent's own analytics event.
 *
 * @param name what happened, in the agent's words
 * @param data the details
 */
public record AgentEvent(String name, HandoffData data) {
  /** Leaves out the data, which belongs to no log. */
  @Override
  public String toString() {
    return "AgentEvent[" + name + "]";
  }
}
