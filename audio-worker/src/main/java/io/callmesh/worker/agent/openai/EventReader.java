package io.callmesh.worker.agent.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads an event as far as its type tells it to: audio goes from base64 into the array that will be
 * played, and no tree is built; of any other event only the type is read. Made for one event, then
 * dropped.
 */
final class EventReader {
  static final String AUDIO = "response.output_audio.delta";

  /** Characters of an identifier; the server's own have about thirty. */
  private static final int MAX_ID = 128;

  private static final JsonFactory JSON = new JsonFactory();

  private String type = "";
  private String responseId = "";
  private String itemId = "";
  private int contentIndex;
  private byte @Nullable [] audio;

  private EventReader() {}

  /** The event in these bytes of UTF-8. */
  static EventReader read(byte[] utf8) throws MalformedEventException {
    EventReader reader = new EventReader();
    reader.pass(utf8);
    if (reader.isAudio() && reader.audio == null) {
      reader.pass(utf8); // the type came behind the audio
    }
    reader.check();
    return reader;
  }

  private void pass(byte[] utf8) throws MalformedEventException {
    try (JsonParser json = JSON.createParser(utf8)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new MalformedEventException("not a JSON object");
      }
      while ((type.isEmpty() || isAudio()) && json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        json.nextToken();
        member(field, json);
        json.skipChildren();
      }
    } catch (IOException notJson) {
      throw new MalformedEventException("not JSON");
    }
  }

  private void member(String field, JsonParser json) throws IOException {
    switch (field) {
      case "type" -> type = json.getValueAsString("");
      case "response_id" -> responseId = json.getValueAsString("");
      case "item_id" -> itemId = json.getValueAsString("");
      case "content_index" -> contentIndex = json.getValueAsInt();
      case "delta" -> {
        if (isAudio() && json.currentToken() == JsonToken.VALUE_STRING) {
          audio = json.getBinaryValue();
        }
      }
      default -> {}
    }
  }

  private void check() throws MalformedEventException {
    if (type.isEmpty()) {
      throw new MalformedEventException("without a type");
    }
    if (isAudio() && (audio == null || tooLong(itemId) || tooLong(responseId))) {
      throw new MalformedEventException("audio that belongs to no item");
    }
  }

  private static boolean tooLong(String id) {
    return id.length() > MAX_ID;
  }

  boolean isAudio() {
    return type.equals(AUDIO);
  }

  String type() {
    return type;
  }

  String responseId() {
    return responseId;
  }

  String itemId() {
    return itemId;
  }

  int contentIndex() {
    return contentIndex;
  }

  /** The audio; empty when this is another event. */
  byte[] audio() {
    return audio == null ? new byte[0] : audio;
  }
}
