package io.callmesh.ingress.stream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads Twilio's messages straight from their bytes: no tree is built, and the audio goes from
 * base64 into the array that the frame will carry. Fields may come in any order; numbers may be
 * strings or numbers; unknown fields are skipped (reference/twilio.md 4.1). Made for one message,
 * then dropped.
 */
final class TwilioMessageReader {
  private static final int MAX_DEPTH = 8;
  private static final int MAX_PARAMETERS = 100;
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
          .build();

  private String event = "";
  private String streamSid = "";
  private @Nullable String innerStreamSid;
  private @Nullable String callSid;
  private @Nullable String accountSid;
  private String encoding = "audio/x-mulaw";
  private int sampleRate = 8_000;
  private long sequenceNumber;
  private long timestampMs;
  private byte @Nullable [] payload;
  private @Nullable String digit;
  private @Nullable String markName;
  private final Map<String, String> parameters = new HashMap<>(4);

  private TwilioMessageReader() {}

  /** The message in these bytes of UTF-8 JSON. */
  static TwilioMessage read(byte[] bytes) throws MalformedMessageException {
    TwilioMessageReader reader = new TwilioMessageReader();
    try (JsonParser json = JSON.createParser(bytes)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new MalformedMessageException("not a JSON object");
      }
      reader.topLevel(json);
      if (json.nextToken() != null) {
        throw new MalformedMessageException("more than one JSON object");
      }
    } catch (IOException notJson) {
      throw new MalformedMessageException("not JSON");
    }
    return reader.message();
  }

  private void topLevel(JsonParser json) throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      JsonToken value = json.nextToken();
      switch (field) {
        case "event" -> event = json.getValueAsString("");
        case "streamSid" -> streamSid = json.getValueAsString("");
        case "sequenceNumber" -> sequenceNumber = json.getValueAsLong();
        case "media", "start", "dtmf", "mark" -> object(json, value);
        default -> {}
      }
      json.skipChildren(); // of what nobody knows, and of an object where a text should be
    }
  }

  /**
   * The members of {@code media}, {@code start}, {@code dtmf} and {@code mark} have no name in
   * common.
   */
  private void object(JsonParser json, JsonToken first) throws IOException {
    while (first == JsonToken.START_OBJECT && json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      JsonToken value = json.nextToken();
      switch (field) {
        case "payload" -> payload = json.getBinaryValue();
        case "timestamp" -> timestampMs = json.getValueAsLong();
        case "streamSid" -> innerStreamSid = json.getValueAsString("");
        case "digit" -> digit = json.getValueAsString();
        case "name" -> markName = json.getValueAsString();
        case "callSid" -> callSid = json.getValueAsString();
        case "accountSid" -> accountSid = json.getValueAsString();
        case "mediaFormat" -> mediaFormat(json, value);
        case "customParameters" -> parameters(json, value);
        default -> {}
      }
      json.skipChildren();
    }
  }

  private void mediaFormat(JsonParser json, JsonToken first) throws IOException {
    while (first == JsonToken.START_OBJECT && json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "encoding" -> encoding = json.getValueAsString("");
        case "sampleRate" -> sampleRate = json.getValueAsInt();
        default -> {}
      }
      json.skipChildren();
    }
  }

  private void parameters(JsonParser json, JsonToken first) throws IOException {
    while (first == JsonToken.START_OBJECT && json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      if (parameters.size() < MAX_PARAMETERS) {
        parameters.put(name, json.getValueAsString(""));
      }
      json.skipChildren();
    }
  }

  private TwilioMessage message() throws MalformedMessageException {
    return switch (event) {
      case "media" ->
          new TwilioMessage.Media(streamSid, sequenceNumber, timestampMs, present(payload));
      case "dtmf" -> new TwilioMessage.Dtmf(streamSid, key());
      case "mark" -> new TwilioMessage.Mark(streamSid, present(markName, "mark.name"));
      case "start" ->
          new TwilioMessage.Start(
              outerStreamSid(),
              present(callSid, "start.callSid"),
              present(accountSid, "start.accountSid"),
              encoding,
              sampleRate,
              parameters);
      case "stop" -> new TwilioMessage.Stop(streamSid);
      case "connected" -> new TwilioMessage.Connected();
      case "" -> throw new MalformedMessageException("no event");
      default -> new TwilioMessage.Unknown(event);
    };
  }

  /** {@code start} says it twice; two streams at once would be nobody's. */
  private String outerStreamSid() throws MalformedMessageException {
    if (innerStreamSid != null && !innerStreamSid.equals(streamSid)) {
      throw new MalformedMessageException("start.streamSid is not streamSid");
    }
    return present(streamSid.isEmpty() ? null : streamSid, "streamSid");
  }

  private String key() throws MalformedMessageException {
    String key = present(digit, "dtmf.digit");
    if (key.length() != 1 || "0123456789*#ABCD".indexOf(key.charAt(0)) < 0) {
      throw new MalformedMessageException("dtmf.digit is not one key");
    }
    return key;
  }

  private static byte[] present(byte @Nullable [] payload) throws MalformedMessageException {
    if (payload == null) {
      throw new MalformedMessageException("no media.payload");
    }
    return payload;
  }

  private static String present(@Nullable String value, String field)
      throws MalformedMessageException {
    if (value == null) {
      throw new MalformedMessageException("no " + field);
    }
    return value;
  }
}
