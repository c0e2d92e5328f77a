package io.callmesh.worker.agent.openai;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * Writes the event that carries the caller's audio, fifty times a second for each session: the text
 * around it is prepared, and nothing is allocated. For one connection.
 */
final class AudioWriter {
  private static final byte[] BEFORE =
      "{\"type\":\"input_audio_buffer.append\",\"audio\":\"".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] AFTER = "\"}".getBytes(StandardCharsets.US_ASCII);
  private static final Base64.Encoder ENCODER = Base64.getEncoder();

  private byte[] base64;
  private byte[] event;

  /** A writer for frames of about this many bytes; others need not be shorter. */
  AudioWriter(int frameBytes) {
    base64 = new byte[encodedLength(frameBytes)];
    event = room(base64.length);
  }

  private static int encodedLength(int bytes) {
    return 4 * ((bytes + 2) / 3);
  }

  private static byte[] room(int base64Length) {
    return Arrays.copyOf(BEFORE, BEFORE.length + base64Length + AFTER.length);
  }

  /** Writes the event with this audio, and returns how many bytes of {@link #utf8} it has. */
  int append(byte[] audio) {
    int length = encodedLength(audio.length);
    if (base64.length < length) {
      base64 = new byte[length];
      event = room(length);
    }
    int encoded = ENCODER.encode(audio, base64);
    System.arraycopy(base64, 0, event, BEFORE.length, encoded);
    System.arraycopy(AFTER, 0, event, BEFORE.length + encoded, AFTER.length);
    return BEFORE.length + encoded + AFTER.length;
  }

  /** Where the last event was written; the next one goes there too. */
  byte[] utf8() {
    return event;
  }
}
