package io.callmesh.simulator.twilio;

import io.callmesh.simulator.audio.MuLaw;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The Media Streams messages of one stream, both ways (reference/twilio.md 4.1 and 4.2). Numbers
 * its own messages.
 */
final class StreamMessages {
  static final String CONNECTED =
      "{\"event\":\"connected\",\"protocol\":\"Call\",\"version\":\"1.0.0\"}";

  private static final Base64.Encoder BASE64 = Base64.getEncoder();
  private static final String SILENCE = BASE64.encodeToString(MuLaw.encode(new short[160]));

  private final String accountSid;
  private final String callSid;
  private final String streamSid;
  private long sequence;
  private long chunk;

  StreamMessages(String accountSid, String callSid, String streamSid) {
    this.accountSid = accountSid;
    this.callSid = callSid;
    this.streamSid = streamSid;
  }

  /** What a mesh may say. */
  sealed interface FromMesh {
    @SuppressWarnings("ArrayRecordComponent") // audio: nobody compares two of these
    record Media(byte[] audio) implements FromMesh {}

    record Mark(String name) implements FromMesh {}

    record Clear() implements FromMesh {}
  }

  String start(Map<String, String> parameters) {
    JsonObject custom = new JsonObject();
    parameters.forEach(custom::put);
    return event("start")
        .put(
            "start",
            ids()
                .put("streamSid", streamSid)
                .put("tracks", new JsonArray().add("inbound"))
                .put("mediaFormat", format())
                .put("customParameters", custom))
        .encode();
  }

  private static JsonObject format() {
    return new JsonObject()
        .put("encoding", "audio/x-mulaw")
        .put("sampleRate", 8_000)
        .put("channels", 1);
  }

  /** 20 ms of the caller; written by hand because there are fifty a second. */
  String media(short @Nullable [] samples, long timestampMs) {
    String payload = samples == null ? SILENCE : BASE64.encodeToString(MuLaw.encode(samples));
    return "{\"event\":\"media\",\"sequenceNumber\":\""
        + ++sequence
        + "\",\"streamSid\":\""
        + streamSid
        + "\",\"media\":{\"track\":\"inbound\",\"chunk\":\""
        + ++chunk
        + "\",\"timestamp\":\""
        + timestampMs
        + "\",\"payload\":\""
        + payload
        + "\"}}";
  }

  String dtmf(char digit) {
    return event("dtmf")
        .put(
            "dtmf",
            new JsonObject().put("track", "inbound_track").put("digit", String.valueOf(digit)))
        .encode();
  }

  String mark(String name) {
    return event("mark").put("mark", new JsonObject().put("name", name)).encode();
  }

  String stop() {
    return event("stop").put("stop", ids()).encode();
  }

  private JsonObject event(String name) {
    return new JsonObject()
        .put("event", name)
        .put("sequenceNumber", String.valueOf(++sequence))
        .put("streamSid", streamSid);
  }

  private JsonObject ids() {
    return new JsonObject().put("accountSid", accountSid).put("callSid", callSid);
  }

  /** Reads a message of the mesh; null when Twilio would not take it. */
  @Nullable FromMesh read(String text) {
    try {
      JsonObject message = new JsonObject(text);
      return streamSid.equals(message.getString("streamSid")) ? read(message) : null;
    } catch (DecodeException | ClassCastException | IllegalArgumentException e) {
      return null;
    }
  }

  private static @Nullable FromMesh read(JsonObject message) {
    String event = message.getString("event", "");
    return switch (event) {
      case "clear" -> message.size() == 2 ? new FromMesh.Clear() : null;
      case "media" -> {
        String payload = only(message, "media", "payload");
        yield payload == null ? null : new FromMesh.Media(Base64.getDecoder().decode(payload));
      }
      case "mark" -> {
        String name = only(message, "mark", "name");
        yield name == null ? null : new FromMesh.Mark(name);
      }
      default -> null;
    };
  }

  /** The one member of the one object beside event and streamSid; null when there is more. */
  private static @Nullable String only(JsonObject message, String object, String member) {
    JsonObject inner = message.getJsonObject(object);
    boolean exact =
        message.size() == 3 && inner != null && inner.fieldNames().equals(Set.of(member));
    return exact ? inner.getString(member) : null;
  }
}
