package io.callmesh.contracts.session;

import io.vertx.core.json.JsonObject;

/**
 * Asks all workers for news of a session; the one that has it answers with {@link SessionNews}, the
 * others are silent. Published again before {@code leaseMs} is over, the news goes on.
 *
 * @param id a CallSid or a conversation id
 * @param replyTo the address that the news goes to
 * @param known whether the asker has had a snapshot of this session; if not, it gets one
 * @param leaseMs how long to go on telling, in ms; 0 for a snapshot and no more
 */
public record WatchSession(String id, String replyTo, boolean known, long leaseMs) {
  /** The wire form. */
  public JsonObject toJson() {
    return new JsonObject()
        .put("id", id)
        .put("replyTo", replyTo)
        .put("known", known)
        .put("leaseMs", leaseMs);
  }

  /** Reads the wire form. */
  public static WatchSession fromJson(JsonObject json) {
    return new WatchSession(
        json.getString("id"),
        json.getString("replyTo"),
        json.getBoolean("known", false),
        json.getLong("leaseMs", 0L));
  }
}
