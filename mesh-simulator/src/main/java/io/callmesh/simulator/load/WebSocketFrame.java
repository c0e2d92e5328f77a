package io.callmesh.simulator.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * The frames of a WebSocket (RFC 6455 5.2): a client's, masked with 0, and the heads of a server's.
 */
final class WebSocketFrame {
  static final int TEXT = 0x81;
  static final int CLOSE = 0x88;
  static final int PING = 0x89;
  static final int PONG = 0x8A;

  private static final int NORMAL = 1000;
  private static final int MASKED = 0x80;
  private static final int SHORT = 125;
  private static final int INT16 = 126;
  private static final int INT64 = 127;

  private WebSocketFrame() {}

  static ByteBuf text(ByteBufAllocator allocator, byte[] text) {
    return frame(allocator, TEXT, text);
  }

  static ByteBuf pong(ByteBufAllocator allocator, byte[] data) {
    return frame(allocator, PONG, data);
  }

  /** Normal closure. */
  static ByteBuf close(ByteBufAllocator allocator) {
    return frame(allocator, CLOSE, new byte[] {(byte) (NORMAL >> 8), (byte) NORMAL});
  }

  private static ByteBuf frame(ByteBufAllocator allocator, int opcode, byte[] data) {
    ByteBuf out = allocator.directBuffer(14 + data.length).writeByte(opcode);
    if (data.length <= SHORT) {
      out.writeByte(MASKED | data.length);
    } else if (data.length <= 0xFFFF) {
      out.writeByte(MASKED | INT16).writeShort(data.length);
    } else {
      out.writeByte(MASKED | INT64).writeLong(data.length);
    }
    return out.writeInt(0).writeBytes(data);
  }

  /** Whether the frame at hand is masked, which a server's must not be. */
  static boolean isMasked(ByteBuf in) {
    return (in.getByte(in.readerIndex() + 1) & MASKED) != 0;
  }

  /** How long the head of the frame at hand is; -1 while that cannot be told. */
  static int headerLength(ByteBuf in) {
    if (in.readableBytes() < 2) {
      return -1;
    }
    int length = in.getByte(in.readerIndex() + 1) & 0xFF;
    return length == INT64 ? 10 : length == INT16 ? 4 : 2;
  }

  /** How much follows the head, which must be there. */
  static long payloadLength(ByteBuf in) {
    int length = in.getByte(in.readerIndex() + 1) & 0xFF;
    return switch (length) {
      case INT64 -> in.getLong(in.readerIndex() + 2);
      case INT16 -> in.getUnsignedShort(in.readerIndex() + 2);
      default -> length;
    };
  }
}
