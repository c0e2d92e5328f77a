package io.callmesh.ingress.stream;

/**
 * Arrays that all streams of an event loop use in turn for one message, so that none has its own.
 * They grow to the longest message there was, which is bounded. What they hold is good until the
 * next message.
 */
final class Scratch {
  private static final int USUAL_BYTES = 1_024;

  private byte[] message = new byte[USUAL_BYTES];
  private byte[] base64 = new byte[USUAL_BYTES];

  /** For a message of at least this many bytes. */
  byte[] message(int bytes) {
    if (message.length < bytes) {
      message = new byte[roomFor(bytes)];
    }
    return message;
  }

  /** For a payload of at least this many letters. */
  byte[] base64(int letters) {
    if (base64.length < letters) {
      base64 = new byte[roomFor(letters)];
    }
    return base64;
  }

  private static int roomFor(int bytes) {
    return Integer.highestOneBit(Math.max(1, bytes - 1)) << 1;
  }
}
