package io.callmesh.simulator.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Finds in a server's messages what a load needs, without parsing them whole. One event loop's own.
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
    return start < 0 ? 0 : decode(start, end(start, length));
  }

  private int decode(int start, int end) {
    try {
      if (end - start == USUAL) {
        System.arraycopy(text, start, usualText, 0, USUAL);
        return Base64.getDecoder().decode(usualText, roomy(FrameStamp.FRAME + 2));
      }
      byte[] decoded = Base64.getDecoder().decode(Arrays.copyOfRange(text, start, end));
      System.arraycopy(decoded, 0, roomy(decoded.length), 0, decoded.length);
      return decoded.length;
    } catch (IllegalArgumentException notBase64) {
      return -1;
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
    return start < 0 ? null : new String(text, start, end(start, length) - start, ISO_8859_1);
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
