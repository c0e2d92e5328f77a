package io.callmesh.worker.agent;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads what Twilio takes from a bot: {@code media}, {@code mark} and {@code clear}
 * (reference/twilio.md 4.2). No tree is built, and audio goes from base64 into the array that is
 * handed on. Members may come in any order, and those that nobody knows are skipped. No state.
 */
final class MediaStreamsReader {
  private static final int MAX_DEPTH = 8;
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(AgentDialer.MAX_MESSAGE_BYTES)
                  .build())
          .build();
  private static final Message INVALID = new Message("", "", null, null);

  private MediaStreamsReader() {}

  /**
   * A message as it came.
   *
   * @param audio of a {@code media} message, else null
   * @param mark the name of a {@code mark}, else null
   */
  @SuppressWarnings("ArrayRecordComponent") // handed on, not compared
  record Message(String event, String streamSid, byte @Nullable [] audio, @Nullable String mark) {
    /** Whether it is a message at all, and of this stream. */
    boolean isFor(String sid) {
      return !event.isEmpty() && streamSid.equals(sid);
    }

    boolean isClear() {
      return event.equals("clear");
    }

    /** Leaves the audio out. */
    @Override
    public String toString() {
      return "Message[" + event.length() + " characters of event]";
    }
  }

  /** The message in these bytes of UTF-8; one of no event when it is none. */
  static Message read(byte[] utf8) {
    try (JsonParser json = JSON.createParser(utf8)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        return INVALID;
      }
      Message message = message(json);
      return json.nextToken() == null ? message : INVALID;
    } catch (IOException notJson) {
      return INVALID;
    }
  }

  private static Message message(JsonParser json) throws IOException {
    String event = "";
    String streamSid = "";
    byte[] payload = null;
    String name = null;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "event" -> event = text(json);
        case "streamSid" -> streamSid = text(json);
        case "media" -> payload = payload(json);
        case "mark" -> name = name(json);
        default -> {}
      }
      json.skipChildren(); // of what nobody knows, and of an object where a text should be
    }
    return new Message(
        event,
        streamSid,
        event.equals("media") ? payload : null,
        event.equals("mark") ? name : null);
  }

  private static String text(JsonParser json) throws IOException {
    return json.currentToken() == JsonToken.VALUE_STRING ? json.getText() : "";
  }

  private static byte @Nullable [] payload(JsonParser json) throws IOException {
    byte[] payload = null;
    boolean object = json.isExpectedStartObjectToken();
    while (object && json.nextToken() == JsonToken.FIELD_NAME) {
      boolean wanted = json.currentName().equals("payload");
      if (json.nextToken() == JsonToken.VALUE_STRING && wanted) {
        payload = json.getBinaryValue();
      }
      json.skipChildren();
    }
    return payload;
  }

  private static @Nullable String name(JsonParser json) throws IOException {
    String name = "";
    boolean object = json.isExpectedStartObjectToken();
    while (object && json.nextToken() == JsonToken.FIELD_NAME) {
      boolean wanted = json.currentName().equals("name");
      if (json.nextToken() == JsonToken.VALUE_STRING && wanted) {
        name = json.getText();
      }
      json.skipChildren();
    }
    return name.isEmpty() || name.length() > CallmeshMessages.MAX_MARK_NAME ? null : name;
  }
}
