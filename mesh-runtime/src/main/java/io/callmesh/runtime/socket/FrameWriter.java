package io.callmesh.runtime.socket;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Writes WebSocket frames (RFC 6455, 5.2): header and payload into one buffer, masked where we are
 * the client (5.3). Safe on any thread.
 */
enum FrameWriter {
  /** As a server writes: plain. */
  SERVER,
  /** As a client writes: masked. */
  CLIENT;

  static final int TEXT = 0x1;
  static final int BINARY = 0x2;

  /** Two bytes, a length of 64 bits, a mask of 32. */
  static final int MAX_HEADER_BYTES = 14;

  private static final int FINAL = 0x80;
  private static final int MASKED = 0x80;
  private static final int LENGTH_IN_16_BITS = 126;
  private static final int LENGTH_IN_64_BITS = 127;
  private static final int CHUNK = 4_096;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** The payload is masked in pieces of this array: in a direct buffer it would take far longer. */
  private static final FastThreadLocal<byte[]> MASKING =
      new FastThreadLocal<>() {
        @Override
        protected byte[] initialValue() {
          return new byte[CHUNK];
        }
      };

  /** Appends a final frame with this payload. */
  void write(ByteBuf frame, int opcode, byte[] payload, int offset, int length) {
    int masked = this == CLIENT ? MASKED : 0;
    frame.writeByte(FINAL | opcode);
    if (length < LENGTH_IN_16_BITS) {
      frame.writeByte(masked | length);
    } else if (length <= 0xffff) {
      frame.writeByte(masked | LENGTH_IN_16_BITS).writeShort(length);
    } else {
      frame.writeByte(masked | LENGTH_IN_64_BITS).writeLong(length);
    }
    if (this == CLIENT) {
      int mask = ThreadLocalRandom.current().nextInt();
      writeMasked(frame.writeInt(mask), mask, payload, offset, length);
    } else {
      frame.writeBytes(payload, offset, length);
    }
  }

  private static void writeMasked(ByteBuf frame, int mask, byte[] payload, int offset, int length) {
    byte[] chunk = MASKING.get();
    for (int done = 0; done < length; done += CHUNK) { // a multiple of four keeps the mask in step
      int count = Math.min(CHUNK, length - done);
      System.arraycopy(payload, offset + done, chunk, 0, count);
      mask(chunk, count, mask);
      frame.writeBytes(chunk, 0, count);
    }
  }

  /** Masks the first {@code count} bytes, or takes the mask off again. */
  static void mask(byte[] bytes, int count, int mask) {
    long twice = ((long) mask << 32) | (mask & 0xffff_ffffL);
    int at = 0;
    for (; at + Long.BYTES <= count; at += Long.BYTES) {
      LONG.set(bytes, at, (long) LONG.get(bytes, at) ^ twice);
    }
    for (; at < count; at++) {
      bytes[at] ^= (byte) (mask >>> (24 - 8 * (at & 3)));
    }
  }
}
