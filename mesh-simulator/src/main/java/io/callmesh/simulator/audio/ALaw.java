package io.callmesh.simulator.audio;

/**
 * ITU-T G.711 A-law: 16-bit linear samples to 8 bits and back, by table. Linear samples are 13-bit
 * values shifted left by three, as usual on computers.
 */
public final class ALaw {
  private static final int EVEN_BITS = 0x55;
  private static final short[] LINEAR = new short[256];
  private static final byte[] COMPANDED = new byte[1 << 16];

  static {
    for (int code = 0; code < LINEAR.length; code++) {
      LINEAR[code] = expand(code);
    }
    for (int sample = Short.MIN_VALUE; sample <= Short.MAX_VALUE; sample++) {
      COMPANDED[sample & 0xFFFF] = compress(sample);
    }
  }

  private ALaw() {}

  /** The linear sample of one byte. */
  public static short decode(byte code) {
    return LINEAR[code & 0xFF];
  }

  /** Encodes all samples. */
  public static byte[] encode(short[] samples) {
    byte[] codes = new byte[samples.length];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = COMPANDED[samples[i] & 0xFFFF];
    }
    return codes;
  }

  private static short expand(int code) {
    int bits = code ^ EVEN_BITS;
    int exponent = (bits >> 4) & 0x07;
    int middle = ((bits & 0x0F) << 4) + (exponent == 0 ? 0x08 : 0x108);
    int magnitude = middle << Math.max(0, exponent - 1);
    return (short) ((bits & 0x80) == 0 ? -magnitude : magnitude);
  }

  private static byte compress(int sample) {
    int magnitude = sample < 0 ? ~sample : sample;
    int exponent = Math.max(0, 24 - Integer.numberOfLeadingZeros(magnitude));
    int mantissa = (magnitude >> Math.max(4, exponent + 3)) & 0x0F;
    int sign = sample < 0 ? 0 : 0x80;
    return (byte) ((sign | exponent << 4 | mantissa) ^ EVEN_BITS);
  }
}
