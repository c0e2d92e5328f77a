package io.callmesh.contracts.event;

import io.vertx.core.json.JsonObject;
import java.time.Instant;

/**
 * Something that happened to a call, as a CloudEvents 1.0 structured JSON document. Events are
 * analytics, never the mesh's memory.
 *
 * @param id unique with {@code source}: consumers drop what they have seen
 * @param type what happened
 * @param source who says so: {@code /callmesh/<service>}
 * @param callSid the call; the CloudEvents {@code subject} and the record's key
 * @param time when
 * @param data the details; no audio, no full phone number, and no words but those that an agent
 *     chose to send as a transcript
 */
public record CallEvent(
    String id, CallEventType type, String source, String callSid, Instant time, JsonObject data) {
  /** The media type of {@link #toJson()}. */
  public static final String CONTENT_TYPE = "application/cloudevents+json; charset=UTF-8";

  /** The document that goes to Kafka (CloudEvents JSON format, section 3). */
  public JsonObject toJson() {
    return new JsonObject()
        .put("specversion", "1.0")
        .put("id", id)
        .put("source", source)
        .put("type", type.type())
        .put("subject", callSid)
        .put("time", time.toString())
        .put("datacontenttype", "application/json")
        .put("data", data);
  }
}
