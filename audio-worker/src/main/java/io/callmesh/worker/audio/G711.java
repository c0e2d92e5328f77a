package io.callmesh.worker.audio;

/**
 * Mu-law, as ITU-T G.711 (11/88) table 2 defines it, between bytes and linear samples of 16 bits.
 *
 * <p>Encoding looks up a table of 4 KiB, which stays in the first-level cache beside a frame: with
 * the bias added, no decision value of the law is finer than 8 on the 16-bit scale, so three bits
 * of the magnitude can go without any error.
 */
public final class G711 {
  private static final int BIAS = 132;
  private static final int CLIP = 32_635;
  private static final int FINEST_STEP_BITS = 3;
  private static final short[] LINEAR = linear();
  private static final byte[] POSITIVE_CODES = positiveCodes();

  private G711() {}

  /** Decodes {@code count} bytes of mu-law from {@code offset} to the start of {@code samples}. */
  public static void decode(byte[] mulaw, int offset, short[] samples, int count) {
    short[] table = LINEAR;
    for (int i = 0; i < count; i++) {
      samples[i] = table[mulaw[offset + i] & 0xff];
    }
  }

  /** Encodes the first {@code count} samples to {@code mulaw} from {@code offset}. */
  public static void encode(short[] samples, byte[] mulaw, int offset, int count) {
    byte[] table = POSITIVE_CODES;
    for (int i = 0; i < count; i++) {
      int sample = samples[i];
      int code = table[(Math.min(Math.abs(sample), CLIP) + BIAS) >> FINEST_STEP_BITS];
      mulaw[offset + i] = (byte) (code & ~((sample >>> 24) & 0x80));
    }
  }

  private static short[] linear() {
    short[] linear = new short[256];
    for (int code = 0; code < linear.length; code++) {
      int bits = ~code;
      int segment = (bits >> 4) & 0x07;
      int magnitude = ((((bits & 0x0f) << 3) + BIAS) << segment) - BIAS;
      linear[code] = (short) ((code & 0x80) == 0 ? -magnitude : magnitude);
    }
    return linear;
  }

  private static byte[] positiveCodes() {
    byte[] codes = new byte[((CLIP + BIAS) >> FINEST_STEP_BITS) + 1];
    for (int i = BIAS >> FINEST_STEP_BITS; i < codes.length; i++) {
      int biased = i << FINEST_STEP_BITS;
      int segment = 31 - Integer.numberOfLeadingZeros(biased) - 7;
      int mantissa = (biased >> (segment + 3)) & 0x0f;
      codes[i] = (byte) ~((segment << 4) | mantissa);
    }
    return codes;
  }
}
