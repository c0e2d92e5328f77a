package io.callmesh.simulator.conformance;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a server sends on one stream: strictly, to note what Twilio would not take (31951,
 * 31924), and then leniently, so that one fault does not look like ten. Lives on the stream's
 * reading thread.
 */
final class Inspection {
  private static final boolean[] ALPHABET = new boolean[128];
  private static final int SHOWN = 40;

  static {
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        .chars()
        .forEach(letter -> ALPHABET[letter] = true);
  }

  private final String streamSid;
  private final Findings findings;
  private boolean firstAudio = true;

  Inspection(String streamSid, Findings findings) {
    this.streamSid = streamSid;
    this.findings = findings;
  }

  /** What a message comes to. */
  sealed interface Said {
    @SuppressWarnings("ArrayRecordComponent") // nobody compares two of these
    record Media(byte[] audio) implements Said {}

    record Mark(String name) implements Said {}

    record Clear() implements Said {}
  }

  /** Looks at a frame before anything is made of it. */
  void frame(WireFrame frame) {
    if (frame.masked()) {
      offence(Rule.WELL_FORMED_FRAMES, "a frame is masked, which only a client's may be");
    } else if (frame.reserved() != 0) {
      offence(Rule.WELL_FORMED_FRAMES, "a frame has reserved bits set, as compressed ones have");
    } else if (!frame.isKnown()) {
      offence(Rule.WELL_FORMED_FRAMES, "a frame has the unknown opcode " + frame.opcode());
    } else if (frame.isControl()
        && (!frame.last() || frame.payload().length > WireFrame.MOST_CONTROL_BYTES)) {
      offence(Rule.WELL_FORMED_FRAMES, "a control frame is fragmented or longer than 125 bytes");
    }
  }

  /** Reads a message; null when nothing can be made of it. */
  @Nullable Said message(int opcode, byte[] payload, boolean fragmented) {
    findings.message();
    if (opcode != WireFrame.TEXT) {
      offence(Rule.TEXT_ONLY, "a binary message of " + payload.length + " bytes");
      return null;
    }
    if (fragmented) {
      offence(Rule.UNFRAGMENTED, "a message of " + payload.length + " bytes came in fragments");
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload)).toString();
      return text.isBlank() || text.strip().equals("null")
          ? notJson()
          : message(new JsonObject(text));
    } catch (CharacterCodingException e) {
      offence(Rule.WELL_FORMED_FRAMES, "a text message is not UTF-8");
      return null;
    } catch (DecodeException e) {
      return notJson();
    }
  }

  private @Nullable Said notJson() {
    offence(Rule.KNOWN_EVENT, "a message is not a JSON object");
    return null;
  }

  private @Nullable Said message(JsonObject message) {
    Object event = message.getValue("event");
    if (!Set.of("media", "mark", "clear").contains(String.valueOf(event))) {
      offence(Rule.KNOWN_EVENT, "an event " + shown(event));
      return null;
    }
    if (!streamSid.equals(message.getValue("streamSid"))) {
      offence(Rule.STREAM_SID, "a " + event + " has the streamSid " + sid(message));
    }
    return switch (String.valueOf(event)) {
      case "media" -> media(message);
      case "mark" -> mark(message);
      default -> clear(message);
    };
  }

  private static String sid(JsonObject message) {
    return message.containsKey("streamSid") ? shown(message.getValue("streamSid")) : "left out";
  }

  private @Nullable Said media(JsonObject message) {
    String payload = only(message, "media", "payload");
    if (payload == null) {
      return null;
    }
    if (!isStandard(payload)) {
      offence(Rule.BASE64, "a payload is not base64 of the standard alphabet with padding");
    }
    byte[] audio = lenient(payload);
    if (firstAudio && hasHeader(audio)) {
      offence(Rule.NO_HEADER, "the audio begins with the header of a file");
    }
    firstAudio = firstAudio && audio.length == 0;
    findings.media(audio);
    return new Said.Media(audio);
  }

  private static boolean isStandard(String payload) {
    int end = payload.length();
    for (int padding = 0; padding < 2 && end > 0 && payload.charAt(end - 1) == '='; padding++) {
      end--;
    }
    boolean standard = payload.length() % 4 == 0;
    for (int i = 0; i < end && standard; i++) {
      char letter = payload.charAt(i);
      standard = letter < ALPHABET.length && ALPHABET[letter];
    }
    return standard;
  }

  private static byte[] lenient(String payload) {
    try {
      String standard = payload.replace('-', '+').replace('_', '/').replace("=", "");
      return Base64.getMimeDecoder().decode(standard);
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }

  private static boolean hasHeader(byte[] audio) {
    String first = new String(audio, 0, Math.min(4, audio.length), StandardCharsets.ISO_8859_1);
    return Set.of("RIFF", "RIFX", ".snd", "OggS", "fLaC", "FORM").contains(first)
        || first.startsWith("ID3");
  }

  private @Nullable Said mark(JsonObject message) {
    String name = only(message, "mark", "name");
    findings.mark();
    return name == null ? null : new Said.Mark(name);
  }

  private Said clear(JsonObject message) {
    if (!message.fieldNames().equals(Set.of("event", "streamSid")) && !missesOnlySid(message, 1)) {
      offence(Rule.EXACT_MEMBERS, "a clear has the members " + names(message));
    }
    findings.clear();
    return new Said.Clear();
  }

  /** The one text that an event's object is to have; noted when there is more or less. */
  private @Nullable String only(JsonObject message, String object, String member) {
    boolean outer =
        message.fieldNames().equals(Set.of("event", "streamSid", object))
            || missesOnlySid(message, 2);
    if (!outer) {
      offence(Rule.EXACT_MEMBERS, "a " + object + " has the members " + names(message));
    }
    if (!(message.getValue(object) instanceof JsonObject inner)
        || !(inner.getValue(member) instanceof String text)) {
      offence(Rule.EXACT_MEMBERS, "a " + object + " has no text in " + object + "." + member);
      return null;
    }
    if (inner.size() > 1) {
      offence(Rule.EXACT_MEMBERS, "a " + object + " has the members " + names(inner));
    }
    return text;
  }

  /** A missing {@code streamSid} is an offence of its own. */
  private static boolean missesOnlySid(JsonObject message, int others) {
    return !message.containsKey("streamSid") && message.size() == others;
  }

  private static String names(JsonObject object) {
    return Printable.of(String.join(", ", object.fieldNames()));
  }

  private void offence(Rule rule, String what) {
    findings.offence(rule, what);
  }

  private static String shown(@Nullable Object value) {
    String text = Printable.of(String.valueOf(value));
    return "'" + text.substring(0, Math.min(SHOWN, text.length())) + "'";
  }
}
