package io.callmesh.simulator.audio;

/**
 * ITU-T G.711 mu-law: 16-bit linear samples to 8 bits and back, by table. Linear samples are 14-bit
 * values shifted left by two, as usual on computers.
 */
public final class MuLaw {
  /** The byte of a silent sample. */
  public static final byte SILENCE = (byte) 0xFF;

  private static final int BIAS = 0x84;
  private static final int CLIP = 32_635;
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

  private MuLaw() {}

  /** The byte of one linear sample. */
  public static byte encode(short sample) {
    return COMPANDED[sample & 0xFFFF];
  }

  /** The linear sample of one byte. */
  public static short decode(byte code) {
    return LINEAR[code & 0xFF];
  }

  /** Encodes all samples. */
  public static byte[] encode(short[] samples) {
    byte[] codes = new byte[samples.length];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = encode(samples[i]);
    }
    return codes;
  }

  /** Decodes all bytes. */
  public static short[] decode(byte[] codes) {
    short[] samples = new short[codes.length];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = decode(codes[i]);
    }
    return samples;
  }

  private static short expand(int code) {
    int inverted = ~code;
    int exponent = (inverted >> 4) & 0x07;
    int magnitude = ((((inverted & 0x0F) << 3) + BIAS) << exponent) - BIAS;
    return (short) ((inverted & 0x80) == 0 ? magnitude : -magnitude);
  }

  private static byte compress(int sample) {
    int magnitude = Math.min(Math.abs(sample), CLIP) + BIAS;
    int exponent = 24 - Integer.numberOfLeadingZeros(magnitude);
    int mantissa = (magnitude >> (exponent + 3)) & 0x0F;
    int sign = sample < 0 ? 0x80 : 0;
    return (byte) ~(sign | exponent << 4 | mantissa);
  }
}
