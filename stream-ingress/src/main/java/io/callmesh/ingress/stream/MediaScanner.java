package io.callmesh.ingress.stream;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * Reads {@code media} messages of one stream, of which there are fifty a second, in one pass over
 * their bytes and without an object but the payload.
 *
 * <p>It understands what Twilio sends: members in any order, numbers as strings or numbers, unknown
 * members that are strings or numbers. Whatever else there is, from an escaped character to another
 * stream's SID, it leaves to {@link TwilioMessageReader}, which decides what a message is; here
 * nothing is refused. Used again and again, by one thread.
 */
final class MediaScanner {
  private static final byte[] EVENT = ascii("event");
  private static final byte[] STREAM_SID = ascii("streamSid");
  private static final byte[] SEQUENCE_NUMBER = ascii("sequenceNumber");
  private static final byte[] MEDIA = ascii("media");
  private static final byte[] TIMESTAMP = ascii("timestamp");
  private static final byte[] PAYLOAD = ascii("payload");

  /** Digits that certainly fit a long. */
  private static final int MAX_DIGITS = 18;

  private static final int SEEN_EVENT = 1;
  private static final int SEEN_STREAM_SID = 2;
  private static final int SEEN_SEQUENCE_NUMBER = 4;
  private static final int SEEN_MEDIA = 8;
  private static final int SEEN_TIMESTAMP = 16;
  private static final int SEEN_PAYLOAD = 32;
  private static final int NEEDED = SEEN_EVENT | SEEN_STREAM_SID | SEEN_MEDIA | SEEN_PAYLOAD;

  private byte[] json = new byte[0];
  private int end;
  private int at;

  /** Where the last text or number began, and where it ended. */
  private int tokenStart;

  private int tokenEnd;
  private int usualLetters;
  private int seen;
  private long sequenceNumber;
  private long timestampMs;
  private byte[] payload = new byte[0];

  /**
   * Whether the bytes are a {@code media} message of this stream in its usual form; if so, its
   * members can be asked for until the next call.
   *
   * @param message UTF-8; its first {@code length} bytes count
   * @param streamSid ASCII
   */
  boolean scan(byte[] message, int length, byte[] streamSid) {
    json = message;
    end = length;
    at = 0;
    seen = 0;
    sequenceNumber = 0;
    timestampMs = 0;
    return enter() && topLevel(streamSid) && (seen & NEEDED) == NEEDED && nothingLeft();
  }

  /** 0 when there was none. */
  long sequenceNumber() {
    return sequenceNumber;
  }

  /** Since the stream began; 0 when there was none. */
  long timestampMs() {
    return timestampMs;
  }

  /** Mu-law; the caller's own. */
  byte[] payload() {
    return payload;
  }

  private boolean topLevel(byte[] streamSid) {
    do {
      if (!key()) {
        return false;
      }
      int start = tokenStart;
      int stop = tokenEnd;
      if (is(start, stop, MEDIA)) {
        if (!first(SEEN_MEDIA) || !enter() || !media()) {
          return false;
        }
      } else if (!value()
          || !known(start, stop, EVENT, SEEN_EVENT, MEDIA)
          || !known(start, stop, STREAM_SID, SEEN_STREAM_SID, streamSid)) {
        return false;
      } else if (is(start, stop, SEQUENCE_NUMBER)) {
        sequenceNumber = number();
        if (sequenceNumber < 0 || !first(SEEN_SEQUENCE_NUMBER)) {
          return false;
        }
      }
    } while (another());
    return leave();
  }

  /** False when this is the member of that name and it is not, once, what it must be. */
  private boolean known(int start, int stop, byte[] name, int bit, byte[] wanted) {
    return !is(start, stop, name) || (first(bit) && is(tokenStart, tokenEnd, wanted));
  }

  private boolean media() {
    do {
      if (!key()) {
        return false;
      }
      int start = tokenStart;
      int stop = tokenEnd;
      boolean isPayload = is(start, stop, PAYLOAD);
      if (!(isPayload && usualPayload()) && !value()) {
        return false;
      }
      if (is(start, stop, TIMESTAMP)) {
        timestampMs = number();
        if (timestampMs < 0 || !first(SEEN_TIMESTAMP)) {
          return false;
        }
      } else if (isPayload && (!first(SEEN_PAYLOAD) || !decode())) {
        return false;
      }
    } while (another());
    return leave();
  }

  /**
   * Takes a text as long as the payload before, without looking at each of its letters: the decoder
   * does, and refuses a quote among them.
   */
  private boolean usualPayload() {
    int quote = peek() == '"' ? at + 1 + usualLetters : end;
    if (quote >= end || json[quote] != '"') {
      return false;
    }
    tokenStart = at + 1;
    tokenEnd = quote;
    at = quote + 1;
    return true;
  }

  private boolean first(int bit) {
    boolean before = (seen & bit) != 0;
    seen |= bit;
    return !before;
  }

  private boolean decode() {
    int length = tokenEnd - tokenStart;
    usualLetters = length;
    if (length % 4 != 0 || json[tokenStart - 1] != '"') {
      return false;
    }
    try {
      ByteBuffer decoded = Base64.getDecoder().decode(ByteBuffer.wrap(json, tokenStart, length));
      payload =
          decoded.remaining() == decoded.array().length
              ? decoded.array()
              : Arrays.copyOf(decoded.array(), decoded.remaining());
      return true;
    } catch (IllegalArgumentException notBase64) {
      return false;
    }
  }

  /** The last token as a number; -1 when it is none that we need to understand. */
  private long number() {
    int digits = tokenEnd - tokenStart;
    if (digits == 0 || digits > MAX_DIGITS) {
      return -1;
    }
    long number = 0;
    for (int i = tokenStart; i < tokenEnd; i++) {
      int digit = json[i] - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      number = number * 10 + digit;
    }
    return number;
  }

  private boolean key() {
    return peek() == '"' && text() && take(':');
  }

  private boolean value() {
    return peek() == '"' ? text() : digits();
  }

  /** A text without escapes, of ASCII alone. */
  private boolean text() {
    at++;
    tokenStart = at;
    while (at < end) {
      int c = json[at];
      if (c == '"') {
        tokenEnd = at++;
        return true;
      }
      if (c < 0x20 || c == '\\') { // beyond ASCII bytes are negative
        return false;
      }
      at++;
    }
    return false;
  }

  /** A whole number that is not negative, as JSON writes one. */
  private boolean digits() {
    tokenStart = at;
    while (at < end && json[at] >= '0' && json[at] <= '9') {
      at++;
    }
    tokenEnd = at;
    int digits = tokenEnd - tokenStart;
    return digits == 1 || (digits > 1 && json[tokenStart] != '0');
  }

  private boolean enter() {
    return take('{');
  }

  private boolean leave() {
    return take('}');
  }

  private boolean another() {
    return take(',');
  }

  private boolean take(int wanted) {
    if (peek() != wanted) {
      return false;
    }
    at++;
    return true;
  }

  /** The next byte that is no white space; -1 at the end. */
  private int peek() {
    while (at < end) {
      int c = json[at];
      if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
        return c;
      }
      at++;
    }
    return -1;
  }

  private boolean nothingLeft() {
    return peek() == -1;
  }

  private boolean is(int start, int stop, byte[] wanted) {
    return Arrays.equals(json, start, stop, wanted, 0, wanted.length);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
