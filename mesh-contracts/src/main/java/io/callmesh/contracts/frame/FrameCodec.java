package io.callmesh.contracts.frame;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;

/**
 * A frame on the bus: as it is inside a JVM; between nodes a fixed header and the bytes.
 *
 * <pre>
 * offset  0  kind, 8 bits
 *         1  stream key, 64 bits big-endian
 *         9  sequence number, 32 bits
 *        13  media timestamp in ms, 64 bits
 *        21  payload length in bytes, 32 bits
 *        25  payload
 * </pre>
 */
public final class FrameCodec implements MessageCodec<Frame, Frame> {
  /** The one instance; it has no state. */
  public static final FrameCodec INSTANCE = new FrameCodec();

  static final int HEADER_BYTES = 25;

  private FrameCodec() {}

  @Override
  public void encodeToWire(Buffer buffer, Frame frame) {
    buffer
        .appendByte(frame.kind().code())
        .appendLong(frame.streamKey())
        .appendInt(frame.sequence())
        .appendLong(frame.timestampMs())
        .appendInt(frame.payload().length)
        .appendBytes(frame.payload());
  }

  /**
   * @throws IllegalArgumentException when it is no frame
   * @throws IndexOutOfBoundsException when it ends within the header
   */
  @Override
  public Frame decodeFromWire(int pos, Buffer buffer) {
    int payload = pos + HEADER_BYTES;
    int length = length(buffer, pos);
    return new Frame(
        buffer.getLong(pos + 1),
        FrameKind.ofCode(buffer.getByte(pos)),
        buffer.getInt(pos + 9),
        buffer.getLong(pos + 13),
        buffer.getBytes(payload, payload + length));
  }

  /** Checked before anything of that length is allocated. */
  private static int length(Buffer buffer, int pos) {
    int length = buffer.getInt(pos + 21);
    int there = buffer.length() - pos - HEADER_BYTES;
    if (length < 0 || length > there) {
      throw new IllegalArgumentException(
          "a frame of " + length + " bytes, of which " + there + " are there");
    }
    return length;
  }

  @Override
  public Frame transform(Frame frame) {
    return frame;
  }

  @Override
  public String name() {
    return "frame.v1";
  }

  @Override
  public byte systemCodecID() {
    return -1;
  }
}
