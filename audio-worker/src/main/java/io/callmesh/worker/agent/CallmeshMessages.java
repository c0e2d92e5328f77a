package io.callmesh.worker.agent;

import io.callmesh.contracts.connector.AudioFormat;
import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.contracts.handoff.TranscriptLine.Role;
import io.callmesh.contracts.session.OpenSession;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The text messages of the callmesh agent protocol, v1 (docs/agent-protocols.md). No state. */
final class CallmeshMessages {
  /** Characters of the longest text message. */
  static final int MAX_TEXT = 256 * 1024;

  /** Characters of the longest name of a mark: Twilio does not say what it would still take. */
  static final int MAX_MARK_NAME = 128;

  private static final int MAX_ID = 256;
  private static final int MAX_UTTERANCE = 4_096;

  /** Characters of the longest transcript, and of the data of an event as JSON. */
  private static final int MAX_TOLD = 16 * 1024;

  private CallmeshMessages() {}

  /** A message that cannot be understood, as the agent is told. */
  static final class Malformed extends Exception {
    final String code;

    Malformed(String code, String message) {
      super(message, null, false, false);
      this.code = code;
    }
  }

  /** Reads one message and hands it on. */
  static void read(String text, AgentListener listener) throws Malformed {
    if (text.length() > MAX_TEXT) {
      throw new Malformed("too_large", "a text message must not exceed 256 KiB");
    }
    JsonObject message = object(text);
    switch (required(message, "type")) {
      case "clear" -> listener.clear();
      case "mark" -> listener.mark(markName(message));
      case "handoff" -> handoff(message, text, listener);
      case "hangup" -> listener.hangup(limited(message, "reason", MAX_ID));
      case "context" -> listener.context(context(message, text));
      case "transcript" -> transcript(message, listener);
      case "event" -> listener.event(event(message));
      default -> listener.unknown();
    }
  }

  private static JsonObject object(String text) throws Malformed {
    try {
      if (Json.decodeValue(text) instanceof JsonObject message) { // "null" is JSON as well
        return message;
      }
    } catch (DecodeException e) {
      // answered like any other text that is not an object
    }
    throw new Malformed("not_json", "a text message must be one JSON object");
  }

  private static String markName(JsonObject message) throws Malformed {
    String name = required(message, "name");
    if (name.isEmpty() || name.length() > MAX_MARK_NAME) {
      throw new Malformed("bad_field", "name must have 1 to 128 characters");
    }
    return name;
  }

  private static void handoff(JsonObject message, String text, AgentListener listener)
      throws Malformed {
    HandoffRequest request;
    try {
      request = handoff(message, state(message, text));
    } catch (HandoffData.RefusedException refusal) {
      listener.handoffRefused(refusal);
      return;
    }
    listener.handoff(request);
  }

  private static HandoffData context(JsonObject message, String text) throws Malformed {
    try {
      return state(message, text);
    } catch (HandoffData.RefusedException refusal) {
      throw new Malformed(refusal.code(), String.valueOf(refusal.getMessage()));
    }
  }

  private static HandoffData state(JsonObject message, String text) throws Malformed {
    JsonObject state = child(child(child(message, "context"), "state"), "handoff");
    if (state == null) {
      return HandoffData.EMPTY;
    }
    String exact = Excerpt.object(text, "context", "state", "handoff");
    if (exact == null) { // never taken for no data: it would be lost, and acknowledged
      throw new Malformed("not_json", "handoff must be plain JSON");
    }
    return HandoffData.of(exact);
  }

  private static HandoffRequest handoff(JsonObject message, HandoffData state) throws Malformed {
    return new HandoffRequest(
        limited(message, "destination", MAX_ID),
        limited(message, "reason", MAX_ID),
        limited(message, "utterance", MAX_UTTERANCE),
        flag(message, "utterance_spoken", false),
        limited(message, "shared_id", MAX_ID),
        state);
  }

  private static @Nullable String limited(JsonObject message, String field, int characters)
      throws Malformed {
    String value = optional(message, field);
    return value == null ? null : within(characters, field, value);
  }

  private static String within(int characters, String field, String value) throws Malformed {
    if (value.length() > characters) {
      throw tooLong(field, characters);
    }
    return value;
  }

  private static Malformed tooLong(String field, int characters) {
    return new Malformed("bad_field", field + " must not exceed " + characters + " characters");
  }

  private static void transcript(JsonObject message, AgentListener listener) throws Malformed {
    Role role =
        switch (required(message, "role")) {
          case "caller" -> Role.CALLER;
          case "agent" -> Role.AGENT;
          default -> throw new Malformed("bad_field", "role must be caller or agent");
        };
    boolean last = flag(message, "final", true);
    listener.transcript(role, within(MAX_TOLD, "text", required(message, "text")), last);
  }

  private static AgentEvent event(JsonObject message) throws Malformed {
    String name = within(MAX_ID, "name", required(message, "name"));
    String data = data(message).encode();
    if (data.length() > MAX_TOLD) {
      throw tooLong("data", MAX_TOLD);
    }
    try {
      return new AgentEvent(name, HandoffData.of(data));
    } catch (HandoffData.RefusedException refusal) {
      throw new Malformed(
          "bad_field",
          "data must be at most %d levels deep and have at most %d members and elements"
              .formatted(HandoffData.MAX_DEPTH, HandoffData.MAX_MEMBERS));
    }
  }

  private static boolean flag(JsonObject message, String field, boolean otherwise)
      throws Malformed {
    Object value = message.getValue(field);
    if (value == null || value instanceof Boolean) {
      return value == null ? otherwise : (Boolean) value;
    }
    throw new Malformed("bad_field", field + " must be true or false");
  }

  private static JsonObject data(JsonObject message) throws Malformed {
    JsonObject data = child(message, "data");
    return data == null ? new JsonObject() : data;
  }

  private static String required(JsonObject message, String field) throws Malformed {
    String value = optional(message, field);
    if (value == null) {
      throw new Malformed("bad_field", field + " is missing");
    }
    return value;
  }

  private static @Nullable String optional(JsonObject message, String field) throws Malformed {
    Object value = message.getValue(field);
    if (value == null || value instanceof String) {
      return (String) value;
    }
    throw new Malformed("bad_field", field + " must be a string");
  }

  private static @Nullable JsonObject child(@Nullable JsonObject parent, String field)
      throws Malformed {
    Object value = parent == null ? null : parent.getValue(field);
    if (value == null || value instanceof JsonObject) {
      return (JsonObject) value;
    }
    throw new Malformed("bad_field", field + " must be an object");
  }

  /** The first message of a session. */
  static JsonObject sessionStart(SessionStart start) {
    OpenSession open = start.open();
    Connector connector = start.connector();
    JsonObject message =
        new JsonObject()
            .put("type", "session.start")
            .put("conversation_id", open.conversationId())
            .put("call_sid", open.callSid())
            .put("account_id", connector.accountId())
            .put("project_id", connector.projectId())
            .put("connector_id", connector.connectorId())
            .put("client_env", connector.clientEnv())
            .put("variant_id", connector.variantId())
            .put("asr_lang_code", connector.asrLangCode())
            .put("tts_lang_code", connector.ttsLangCode())
            .put("voice_name", connector.voiceName())
            .put("from", open.from())
            .put("to", open.to())
            .put("audio", audio(start.audio()))
            .put("custom_parameters", parameters(open.customParameters()))
            .put("resume", start.resume());
    if (!start.resumeReason().isEmpty()) {
      message.put("resume_reason", start.resumeReason());
    }
    String sharedId = start.sharedId();
    return sharedId == null ? message : message.put("shared_id", sharedId);
  }

  private static JsonObject audio(AudioFormat format) {
    return new JsonObject()
        .put("encoding", format.encoding().text())
        .put("sample_rate", format.sampleRate());
  }

  private static JsonObject parameters(Map<String, String> parameters) {
    JsonObject json = new JsonObject();
    new TreeMap<>(parameters).forEach(json::put);
    return json;
  }

  static JsonObject dtmf(String digit) {
    return new JsonObject().put("type", "dtmf").put("digit", digit);
  }

  static JsonObject mark(String name, boolean played, long heardMs) {
    return new JsonObject()
        .put("type", "mark")
        .put("name", name)
        .put("played", played)
        .put("heard_ms", heardMs);
  }

  static JsonObject handoffResult(HandoffResult result) {
    JsonObject message =
        new JsonObject().put("type", "handoff.result").put("accepted", result.accepted());
    if (result.reason() != null) {
      message.put("reason", result.reason());
    }
    if (result.message() != null) {
      message.put("message", result.message());
    }
    return result.inline() ? message.put("transfer", "inline") : message;
  }

  static JsonObject sessionEnd(SessionEnd reason) {
    return new JsonObject().put("type", "session.end").put("reason", reason.text());
  }

  static JsonObject error(String code, String message) {
    return new JsonObject().put("type", "error").put("code", code).put("message", message);
  }
}
