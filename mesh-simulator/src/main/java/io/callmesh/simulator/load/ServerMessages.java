package io.callmesh.simulator.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Finds in a server's messages what a load needs, without parsing them whole unless they escape
 * something. One event loop's own.
 */
final class ServerMessages {
  static final int MAX_SIZE = 1 << 20;

  private static final byte[] PAYLOAD = "\"payload\"".getBytes(ISO_8859_1);
  private static final byte[] MARK = "\"mark\"".getBytes(ISO_8859_1);
  private static final byte[] CLEAR = "\"clear\"".getBytes(ISO_8859_1);
  private static final byte[] NAME = "\"name\"".getBytes(ISO_8859_1);
  private static final int USUAL = 216;

  private final byte[] usualText = new byte[USUAL];
  private byte[] audio = new byte[FrameStamp.FRAME];
  private byte[] text = new byte[4096];

  /** Room for a message's text, to be filled before it is read. */
  byte[] room(int length) {
    if (text.length < length) {
      text = new byte[length];
    }
    return text;
  }

  /**
   * The audio of the message in the room, in {@link #audio}.
   *
   * @return how many bytes; 0 when it has none, -1 when it is not base64
   */
  int readAudio(int length) {
    int start = valueOf(PAYLOAD, length);
    if (start < 0) {
      return 0;
    }
    int end = end(start, length);
    int bytes = decode(start, end);
    return bytes < 0 && isEscaped(start, end) ? decode(parsed(length, "media", "payload")) : bytes;
  }

  private int decode(int start, int end) {
    try {
      if (end - start == USUAL) {
        System.arraycopy(text, start, usualText, 0, USUAL);
        return Base64.getDecoder().decode(usualText, roomy(FrameStamp.FRAME + 2));
      }
      return keep(Base64.getDecoder().decode(Arrays.copyOfRange(text, start, end)));
    } catch (IllegalArgumentException notBase64) {
      return -1;
    }
  }

  private int decode(@Nullable String payload) {
    try {
      return payload == null ? -1 : keep(Base64.getDecoder().decode(payload));
    } catch (IllegalArgumentException notBase64) {
      return -1;
    }
  }

  private int keep(byte[] decoded) {
    System.arraycopy(decoded, 0, roomy(decoded.length), 0, decoded.length);
    return decoded.length;
  }

  /** Whether a text has to be parsed to be read: no base64 and no usual name has to. */
  private boolean isEscaped(int start, int end) {
    for (int i = start; i < end; i++) {
      if (text[i] == '\\' || text[i] < 0) {
        return true;
      }
    }
    return false;
  }

  /** A text in an object of the message in the room, the slow way; null when it is not there. */
  private @Nullable String parsed(int length, String object, String member) {
    try {
      return new JsonObject(new String(text, 0, length, UTF_8)).getValue(object)
                  instanceof JsonObject inner
              && inner.getValue(member) instanceof String value
          ? value
          : null;
    } catch (DecodeException notJson) {
      return null;
    }
  }

  private byte[] roomy(int bytes) {
    if (audio.length < bytes) {
      audio = new byte[bytes];
    }
    return audio;
  }

  byte[] audio() {
    return audio;
  }

  /** The name of a mark; null when the message is none. */
  @Nullable String markName(int length) {
    if (find(MARK, 0, length) < 0) {
      return null;
    }
    int start = valueOf(NAME, length);
    if (start < 0) {
      return null;
    }
    int end = end(start, length);
    return isEscaped(start, end)
        ? parsed(length, "mark", "name")
        : new String(text, start, end - start, ISO_8859_1);
  }

  boolean isClear(int length) {
    return find(CLEAR, 0, length) >= 0;
  }

  /** Where the string that follows a key begins; -1 when there is none. */
  private int valueOf(byte[] key, int length) {
    int at = find(key, 0, length);
    if (at < 0) {
      return -1;
    }
    for (int i = at + key.length; i < length; i++) {
      if (text[i] == '"') {
        return i + 1;
      }
    }
    return -1;
  }

  private int end(int start, int length) {
    int end = start;
    while (end < length && text[end] != '"') {
      end++;
    }
    return end;
  }

  private int find(byte[] wanted, int from, int length) {
    for (int i = from; i <= length - wanted.length; i++) {
      if (text[i] == '"' && Arrays.equals(text, i, i + wanted.length, wanted, 0, wanted.length)) {
        return i;
      }
    }
    return -1;
  }
}
