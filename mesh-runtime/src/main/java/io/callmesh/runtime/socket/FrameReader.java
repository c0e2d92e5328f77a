package io.callmesh.runtime.socket;

import static io.netty.handler.codec.http.websocketx.WebSocketCloseStatus.MESSAGE_TOO_BIG;
import static io.netty.handler.codec.http.websocketx.WebSocketCloseStatus.PROTOCOL_ERROR;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;

/**
 * Takes WebSocket frames (RFC 6455, 5.2) out of the bytes of a connection. It keeps the bytes of a
 * frame that is not complete and nothing else, and is strict: reserved bits, a mask that is missing
 * or must not be, control frames in pieces, pieces out of order, lengths in more bytes than they
 * need and too long frames are errors, after which nothing is read any more. For one thread.
 */
final class FrameReader {
  static final int CONTINUATION = 0x0;
  static final int TEXT = 0x1;
  static final int BINARY = 0x2;
  static final int CLOSE = 0x8;
  static final int PING = 0x9;
  static final int PONG = 0xa;

  private static final int FINAL = 0x80;
  private static final int RESERVED = 0x70;
  private static final int OPCODE = 0x0f;
  private static final int MASKED = 0x80;
  private static final int LENGTH = 0x7f;
  private static final int LENGTH_IN_16_BITS = 126;
  private static final int LENGTH_IN_64_BITS = 127;
  private static final int MASK_BYTES = 4;
  private static final int MAX_CONTROL_BYTES = 125;
  private static final int USUAL_BYTES = 4_096;

  /** Where a payload is unmasked, used by all sockets of an event loop in turn. */
  private static final FastThreadLocal<byte[]> PAYLOAD = new FastThreadLocal<>();

  /** Takes frames. */
  interface Frames {
    /** A frame, whose payload is the first {@code length} bytes of the array until this returns. */
    void frame(int opcode, boolean last, byte[] payload, int length);
  }

  private final boolean masked;
  private final int maxPayloadBytes;
  private final Frames frames;
  private boolean inPieces;
  private boolean over;

  /**
   * A reader at the beginning of a frame.
   *
   * @param masked whether the peer is a client, whose frames are masked
   */
  FrameReader(boolean masked, int maxPayloadBytes, Frames frames) {
    this.masked = masked;
    this.maxPayloadBytes = maxPayloadBytes;
    this.frames = frames;
  }

  /** Nothing is read any more. */
  void stop() {
    over = true;
  }

  boolean isOver() {
    return over;
  }

  /**
   * Hands on all frames that are complete and leaves the rest in the buffer.
   *
   * @throws CorruptedWebSocketFrameException when the peer broke the protocol, with the code to
   *     close with
   */
  void read(ByteBuf bytes) {
    boolean more = true;
    while (more && !over) {
      more = readOne(bytes);
    }
    if (over) {
      bytes.skipBytes(bytes.readableBytes());
    }
  }

  private boolean readOne(ByteBuf bytes) {
    int start = bytes.readerIndex();
    int available = bytes.readableBytes();
    if (available < 2) {
      return false;
    }
    int first = bytes.getByte(start);
    int second = bytes.getByte(start + 1);
    check(first, second);
    int shortLength = second & LENGTH;
    int mask = 2 + lengthBytes(shortLength);
    if (available < mask) {
      return false;
    }
    int length = length(bytes, start, shortLength);
    int header = mask + (masked ? MASK_BYTES : 0);
    if (available - header < length) {
      return false;
    }
    bytes.skipBytes(header);
    byte[] payload = payload(length);
    bytes.readBytes(payload, 0, length);
    if (masked) {
      FrameWriter.mask(payload, length, bytes.getInt(start + mask));
    }
    deliver(first, payload, length);
    return true;
  }

  private void check(int first, int second) {
    int opcode = first & OPCODE;
    if ((first & RESERVED) != 0) {
      throw broken("reserved bits are set");
    }
    if (((second & MASKED) != 0) != masked) {
      throw broken(masked ? "a frame is not masked" : "a frame is masked");
    }
    if (opcode >= CLOSE) {
      checkControl(opcode, (first & FINAL) != 0, second & LENGTH);
    } else if (opcode > BINARY) {
      throw broken("unknown opcode");
    } else if ((opcode == CONTINUATION) != inPieces) {
      throw broken("pieces of a message are out of order");
    }
  }

  private void checkControl(int opcode, boolean last, int shortLength) {
    if (opcode > PONG) {
      throw broken("unknown opcode");
    }
    if (!last || shortLength > MAX_CONTROL_BYTES) {
      throw broken("a control frame is too long");
    }
    if (opcode == CLOSE && shortLength == 1) {
      throw broken("a close frame has half a code");
    }
  }

  private static int lengthBytes(int shortLength) {
    return switch (shortLength) {
      case LENGTH_IN_16_BITS -> Short.BYTES;
      case LENGTH_IN_64_BITS -> Long.BYTES;
      default -> 0;
    };
  }

  private int length(ByteBuf bytes, int start, int shortLength) {
    long length =
        switch (shortLength) {
          case LENGTH_IN_16_BITS -> bytes.getUnsignedShort(start + 2);
          case LENGTH_IN_64_BITS -> bytes.getLong(start + 2);
          default -> shortLength;
        };
    if (length < 0 || length > maxPayloadBytes) {
      throw corrupted(MESSAGE_TOO_BIG, "a frame must not exceed " + maxPayloadBytes + " bytes");
    }
    if (length < leastLength(shortLength)) {
      throw broken("a length takes more bytes than it needs");
    }
    return (int) length;
  }

  private static int leastLength(int shortLength) {
    return switch (shortLength) {
      case LENGTH_IN_16_BITS -> LENGTH_IN_16_BITS;
      case LENGTH_IN_64_BITS -> 1 << Short.SIZE;
      default -> 0;
    };
  }

  private void deliver(int first, byte[] payload, int length) {
    int opcode = first & OPCODE;
    boolean last = (first & FINAL) != 0;
    if (opcode < CLOSE) {
      inPieces = !last;
    } else if (opcode == CLOSE) {
      checkClose(payload, length);
      over = true; // nothing may follow
    }
    frames.frame(opcode, last, payload, length);
  }

  /** A code that may be sent, and a reason in UTF-8 (RFC 6455, 5.5.1 and 7.4). */
  private void checkClose(byte[] payload, int length) {
    if (length < 2) {
      return;
    }
    int code = (payload[0] & 0xff) << 8 | (payload[1] & 0xff);
    if (!WebSocketCloseStatus.isValidStatusCode(code)) {
      throw broken("a close frame has no valid code");
    }
    try {
      var unused = UTF_8.newDecoder().decode(ByteBuffer.wrap(payload, 2, length - 2));
    } catch (CharacterCodingException notUtf8) {
      throw broken("the reason in a close frame is not UTF-8");
    }
  }

  private static byte[] payload(int length) {
    byte[] payload = PAYLOAD.get();
    if (payload == null || payload.length < length) {
      payload = new byte[Math.max(USUAL_BYTES, length)];
      if (length <= USUAL_BYTES) {
        PAYLOAD.set(payload); // a long one is nothing to keep for the next
      }
    }
    return payload;
  }

  private CorruptedWebSocketFrameException broken(String why) {
    return corrupted(PROTOCOL_ERROR, why);
  }

  private CorruptedWebSocketFrameException corrupted(WebSocketCloseStatus status, String why) {
    over = true;
    return new CorruptedWebSocketFrameException(status, why);
  }
}
