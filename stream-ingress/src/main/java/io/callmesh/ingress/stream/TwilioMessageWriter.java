package io.callmesh.ingress.stream;

import io.vertx.core.json.JsonObject;
import java.util.Base64;

/**
 * Writes the three messages that Twilio takes (reference/twilio.md 4.2), exactly: missing or
 * additional members are errors there. Made for one stream, whose parts of the text are prepared
 * once.
 */
final class TwilioMessageWriter {
  private final String mediaStart;
  private final String streamSid;

  TwilioMessageWriter(String streamSid) {
    this.streamSid = streamSid;
    // Through a JSON writer once: the SID came over the wire.
    String quoted = new JsonObject().put("streamSid", streamSid).encode();
    this.mediaStart =
        "{\"event\":\"media\","
            + quoted.substring(1, quoted.length() - 1)
            + ",\"media\":{\"payload\":\"";
  }

  /** Audio to play, mu-law. */
  String media(byte[] payload) {
    return mediaStart + Base64.getEncoder().encodeToString(payload) + "\"}}";
  }

  /** A mark behind the audio so far. */
  String mark(String name) {
    return new JsonObject()
        .put("event", "mark")
        .put("streamSid", streamSid)
        .put("mark", new JsonObject().put("name", name))
        .encode();
  }

  /** Drop what has not been played. */
  String clear() {
    return new JsonObject().put("event", "clear").put("streamSid", streamSid).encode();
  }
}
