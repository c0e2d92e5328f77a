package io.callmesh.contracts.session;

import io.vertx.core.json.JsonObject;

/**
 * A worker's word that it takes frames for a stream.
 *
 * @param workerInstance the worker, as in its presence
 */
public record SessionOpened(String workerInstance) {
  /** The wire form. */
  public JsonObject toJson() {
    return new JsonObject().put("workerInstance", workerInstance);
  }

  /** Reads the wire form. */
  public static SessionOpened fromJson(JsonObject json) {
    return new SessionOpened(json.getString("workerInstance"));
  }
}
