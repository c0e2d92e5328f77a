package io.callmesh.ingress.stream;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Writes the three messages that Twilio takes (reference/twilio.md 4.2), exactly: missing or
 * additional members are errors there. Made for one stream, whose parts of the text are prepared
 * once.
 */
final class TwilioMessageWriter {
  private static final byte[] MEDIA_END = utf8("\"}}");

  private final byte[] mediaStart;
  private final String streamSid;

  TwilioMessageWriter(String streamSid) {
    this.streamSid = streamSid;
    // Through a JSON writer once: the SID came over the wire.
    String quoted = new JsonObject().put("streamSid", streamSid).encode();
    this.mediaStart =
        utf8(
            "{\"event\":\"media\","
                + quoted.substring(1, quoted.length() - 1)
                + ",\"media\":{\"payload\":\"");
  }

  /**
   * Audio to play.
   *
   * @param mulaw any length
   * @param scratch takes the message from its start
   * @return the message's length in bytes
   */
  int media(byte[] mulaw, Scratch scratch) {
    byte[] base64 = scratch.base64((mulaw.length + 2) / 3 * 4);
    int letters = Base64.getEncoder().encode(mulaw, base64);
    int length = mediaStart.length + letters + MEDIA_END.length;
    byte[] message = scratch.message(length);
    System.arraycopy(mediaStart, 0, message, 0, mediaStart.length);
    System.arraycopy(base64, 0, message, mediaStart.length, letters);
    System.arraycopy(MEDIA_END, 0, message, length - MEDIA_END.length, MEDIA_END.length);
    return length;
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

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
