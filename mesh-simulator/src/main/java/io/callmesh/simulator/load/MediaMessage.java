package io.callmesh.simulator.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import java.util.Base64;

/**
 * One stream's {@code media} message (reference/twilio.md 4.1) as a client's WebSocket frame, ready
 * to be sent again and again: only its three numbers and its payload are written anew. The mask is
 * 0, as RFC 6455 5.3 does not forbid, so that masking changes nothing.
 */
final class MediaMessage {
  private static final int HEADER = 8;
  private static final int PAYLOAD = 216;

  private final String streamSid;
  private final byte[] base64 = new byte[PAYLOAD];
  private byte[] text = new byte[0];
  private int digits;
  private int sequenceEnd;
  private int chunkEnd;
  private int timestampEnd;
  private int payloadAt;

  MediaMessage(String streamSid) {
    this.streamSid = streamSid;
  }

  /** Changes the message. */
  void set(long sequence, long chunk, long timestampMs, byte[] frame) {
    int needed = 100 * digits(sequence) + 10_000 * digits(chunk) + digits(timestampMs);
    if (needed != digits) {
      digits = needed;
      lay(digits(sequence), digits(chunk), digits(timestampMs));
    }
    put(sequence, sequenceEnd);
    put(chunk, chunkEnd);
    put(timestampMs, timestampEnd);
    int encoded = Base64.getEncoder().encode(frame, base64);
    System.arraycopy(base64, 0, text, payloadAt, encoded);
  }

  /** Appends the whole WebSocket frame. */
  void writeTo(ByteBuf out) {
    out.writeBytes(text);
  }

  int size() {
    return text.length;
  }

  private static int digits(long number) {
    int digits = 1;
    for (long power = 10; number >= power; power *= 10) {
      digits++;
    }
    return digits;
  }

  private void lay(int sequenceDigits, int chunkDigits, int timestampDigits) {
    StringBuilder json = new StringBuilder("{\"event\":\"media\",\"sequenceNumber\":\"");
    sequenceEnd = HEADER + json.append("0".repeat(sequenceDigits)).length();
    json.append("\",\"streamSid\":\"").append(streamSid);
    json.append("\",\"media\":{\"track\":\"inbound\",\"chunk\":\"");
    chunkEnd = HEADER + json.append("0".repeat(chunkDigits)).length();
    json.append("\",\"timestamp\":\"");
    timestampEnd = HEADER + json.append("0".repeat(timestampDigits)).length();
    json.append("\",\"payload\":\"");
    payloadAt = HEADER + json.length();
    json.append("0".repeat(PAYLOAD)).append("\"}}");
    text = new byte[HEADER + json.length()];
    text[0] = (byte) 0x81;
    text[1] = (byte) (0x80 | 126);
    text[2] = (byte) (json.length() >> 8);
    text[3] = (byte) json.length();
    byte[] ascii = json.toString().getBytes(ISO_8859_1);
    System.arraycopy(ascii, 0, text, HEADER, ascii.length);
  }

  /** Over the zeros that are there, from the last digit. */
  private void put(long number, int end) {
    int at = end;
    for (long left = number; at == end || left > 0; left /= 10) {
      text[--at] = (byte) ('0' + left % 10);
    }
  }
}
