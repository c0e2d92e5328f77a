package io.callmesh.simulator.conformance;

/** A WebSocket frame as it is on the wire (RFC 6455, section 5.2). */
@SuppressWarnings("ArrayRecordComponent") // nobody compares two of these
record WireFrame(boolean last, int reserved, int opcode, boolean masked, byte[] payload) {
  static final int CONTINUATION = 0x0;
  static final int TEXT = 0x1;
  static final int BINARY = 0x2;
  static final int CLOSE = 0x8;
  static final int PING = 0x9;
  static final int PONG = 0xA;

  /** What a control frame may carry, in bytes. */
  static final int MOST_CONTROL_BYTES = 125;

  boolean isControl() {
    return opcode >= CLOSE;
  }

  /** Whether the opcode is one that the RFC gives a meaning to. */
  boolean isKnown() {
    return opcode <= BINARY || (opcode >= CLOSE && opcode <= PONG);
  }
}
