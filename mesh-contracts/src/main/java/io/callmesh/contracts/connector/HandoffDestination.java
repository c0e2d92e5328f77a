package io.callmesh.contracts.connector;

import io.vertx.core.json.JsonObject;

/**
 * A named place that a handoff can go.
 *
 * @param name what the agent calls it
 * @param description for people
 * @param method how the call gets there
 * @param route for {@link Method#FLEX} the SID of the TaskRouter workflow
 * @param taskAttributes added to the task's attributes; nobody changes them
 */
public record HandoffDestination(
    String name, String description, Method method, String route, JsonObject taskAttributes) {
  /** How a call gets to a destination. */
  public enum Method {
    /** {@code <Enqueue>} into a TaskRouter workflow, where Flex takes it. */
    FLEX("flex");

    private final String text;

    Method(String text) {
      this.text = text;
    }

    /** The name in the API. */
    public String text() {
      return text;
    }
  }

  /** The stored form, which is also the API's. */
  public JsonObject toJson() {
    return new JsonObject()
        .put("name", name)
        .put("description", description)
        .put("method", method.text())
        .put("route", route)
        .put("taskAttributes", taskAttributes);
  }

  /**
   * Reads the stored form; throws {@link IllegalArgumentException} for a method it does not know.
   */
  public static HandoffDestination fromJson(JsonObject json) {
    String name = json.getString("method", Method.FLEX.text());
    for (Method method : Method.values()) {
      if (method.text().equals(name)) {
        return new HandoffDestination(
            json.getString("name"),
            json.getString("description", ""),
            method,
            json.getString("route"),
            json.getJsonObject("taskAttributes", new JsonObject()));
      }
    }
    throw new IllegalArgumentException(
        "handoffDestinations[].method must be flex, was '" + name + "'");
  }
}
