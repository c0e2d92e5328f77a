package io.callmesh.worker.agent;

import io.vertx.core.json.JsonObject;

/**
 * An agent's own analytics event.
 *
 * @param name what happened, in the agent's words
 * @param data the details
 */
public record AgentEvent(String name, JsonObject data) {
  /** Leaves out the data, which belongs to no log. */
  @Override
  public String toString() {
    return "AgentEvent[" + name + "]";
  }
}
