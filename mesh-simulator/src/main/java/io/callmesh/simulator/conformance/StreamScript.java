package io.callmesh.simulator.conformance;

import io.callmesh.simulator.twilio.StreamInvitation;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Base64;

/**
 * Writes Twilio's messages of one stream (reference/twilio.md 4.1), and numbers them. For one
 * thread at a time.
 */
final class StreamScript {
  private final StreamInvitation call;
  private final String accountSid;
  private final String streamSid;
  private final Dialect dialect;
  private long sequence;
  private long chunk;
  private long timestampMs;

  /** The liberties that Twilio might take one day. */
  enum Dialect {
    /** As documented. */
    USUAL,
    /** JSON numbers where texts are documented. */
    NUMBERS,
    /** Members that nobody knows, in every object. */
    MORE_MEMBERS
  }

  StreamScript(StreamInvitation call, String accountSid, String streamSid, Dialect dialect) {
    this.call = call;
    this.accountSid = accountSid;
    this.streamSid = streamSid;
    this.dialect = dialect;
  }

  static JsonObject connected() {
    return new JsonObject()
        .put("event", "connected")
        .put("protocol", "Call")
        .put("version", "1.0.0");
  }

  JsonObject start() {
    JsonObject parameters = new JsonObject();
    call.parameters().forEach(parameters::put);
    return event(
        "start",
        ids()
            .put("streamSid", streamSid)
            .put("tracks", new JsonArray().add("inbound"))
            .put(
                "mediaFormat",
                new JsonObject()
                    .put("encoding", "audio/x-mulaw")
                    .put("sampleRate", 8_000)
                    .put("channels", 1))
            .put("customParameters", parameters));
  }

  /** Audio, of any length; the clock goes on by as much. */
  JsonObject media(byte[] mulaw) {
    JsonObject media =
        new JsonObject()
            .put("track", "inbound")
            .put("chunk", number(++chunk))
            .put("timestamp", number(timestampMs))
            .put("payload", Base64.getEncoder().encodeToString(mulaw));
    timestampMs += mulaw.length / 8;
    return event("media", media);
  }

  JsonObject dtmf(String digit) {
    return event("dtmf", new JsonObject().put("track", "inbound_track").put("digit", digit));
  }

  JsonObject mark(String name) {
    return event("mark", new JsonObject().put("name", name));
  }

  JsonObject stop() {
    return event("stop", ids());
  }

  /** An event with what belongs to it. */
  JsonObject event(String name, JsonObject body) {
    JsonObject message =
        new JsonObject()
            .put("event", name)
            .put("sequenceNumber", number(++sequence))
            .put("streamSid", streamSid)
            .put(name, body);
    if (dialect == Dialect.MORE_MEMBERS) {
      JsonObject more = new JsonObject().put("deep", new JsonArray().add(1).addNull());
      body.put("later", more);
      message.put("trace", more.copy()).put("flag", true);
    }
    return message;
  }

  private Object number(long value) {
    return dialect == Dialect.NUMBERS ? (Object) value : String.valueOf(value);
  }

  private JsonObject ids() {
    return new JsonObject().put("accountSid", accountSid).put("callSid", call.callSid());
  }

  /** Lets the clock of the audio jump. */
  void skip(long ms) {
    timestampMs += ms;
  }

  /** Leaves numbers out, as if messages had been lost. */
  void lose(int messages) {
    sequence += messages;
    chunk += messages;
  }
}
