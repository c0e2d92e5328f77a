package io.callmesh.worker.agent.openai;

import io.callmesh.contracts.handoff.TranscriptLine.Role;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** The events that we send, but for the caller's audio ({@link AudioWriter}). No state. */
final class Events {
  /** Names the event that sets a session up, so that a complaint about it is recognised. */
  static final String SETUP = "callmesh-session";

  /** Names the events that ask for a response, likewise. */
  static final String ASKED = "callmesh-response";

  private Events() {}

  private static JsonObject event(String type) {
    return new JsonObject().put("type", type);
  }

  /** Sets the session up. */
  static JsonObject sessionUpdate(JsonObject session) {
    return event("session.update").put("event_id", SETUP).put("session", session);
  }

  /** Asks the model to speak. */
  static JsonObject responseCreate() {
    return event("response.create").put("event_id", ASKED);
  }

  /** Stops the response that is being given. */
  static JsonObject responseCancel() {
    return event("response.cancel");
  }

  /** Makes the model forget what it said after this position, in milliseconds of the audio. */
  static JsonObject truncate(String itemId, int contentIndex, long audioEndMs) {
    return event("conversation.item.truncate")
        .put("item_id", itemId)
        .put("content_index", contentIndex)
        .put("audio_end_ms", audioEndMs);
  }

  /** Adds what somebody said. */
  static JsonObject said(Role role, String text) {
    return role == Role.CALLER
        ? message("user", "input_text", text)
        : message("assistant", "output_text", text);
  }

  /** Adds something that the model has to know. */
  static JsonObject note(String text) {
    return message("system", "input_text", text);
  }

  private static JsonObject message(String role, String contentType, String text) {
    JsonObject content = new JsonObject().put("type", contentType).put("text", text);
    return item(
        new JsonObject()
            .put("type", "message")
            .put("role", role)
            .put("content", new JsonArray().add(content)));
  }

  /** Answers a call of a function. */
  static JsonObject functionResult(String callId, JsonObject output) {
    return item(
        new JsonObject()
            .put("type", "function_call_output")
            .put("call_id", callId)
            .put("output", output.encode()));
  }

  private static JsonObject item(JsonObject item) {
    return event("conversation.item.create").put("item", item);
  }
}
