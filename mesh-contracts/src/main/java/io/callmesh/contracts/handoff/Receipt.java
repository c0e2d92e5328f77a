package io.callmesh.contracts.handoff;

import io.vertx.core.json.JsonObject;
import java.time.Instant;

/**
 * Proof that a stored handoff was read.
 *
 * @param readBy the id of the API key that fetched it
 * @param readAt when
 */
public record Receipt(String readBy, Instant readAt) {
  /** The stored form. */
  public JsonObject toJson() {
    return new JsonObject().put("readBy", readBy).put("readAt", readAt.toString());
  }

  /** Reads the stored form. */
  public static Receipt fromJson(JsonObject json) {
    return new Receipt(json.getString("readBy"), Instant.parse(json.getString("readAt")));
  }
}
