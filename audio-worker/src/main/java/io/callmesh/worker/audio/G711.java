package io.callmesh.worker.audio;

/**
 * The two laws of ITU-T G.711 (11/88), between bytes and linear samples of 16 bits and between each
 * other.
 *
 * <p>Encoding looks up tables of 2 and 4 KiB, which stay in the first-level cache beside a frame:
 * no decision value of A-law is finer than 16 on the 16-bit scale, nor one of mu-law than 8 once
 * the bias is added, so the bits below can go without any error.
 */
final class G711 {
  private static final int MULAW_BIAS = 132;
  private static final int MULAW_CLIP = 32_635;
  private static final int MULAW_STEP_BITS = 3;
  private static final int ALAW_STEP_BITS = 4;
  private static final int ALAW_INVERTED_BITS = 0x55;
  private static final int POSITIVE = 0x80;

  private static final short[] MULAW_LINEAR = mulawLinear();
  private static final short[] ALAW_LINEAR = alawLinear();
  private static final byte[] MULAW_POSITIVE = mulawPositive();
  private static final byte[] ALAW_POSITIVE = alawPositive();
  private static final byte[] MULAW_TO_ALAW = table3();
  private static final byte[] ALAW_TO_MULAW = table4();

  private G711() {}

  /** Decodes {@code count} bytes of mu-law from {@code offset} to the start of {@code samples}. */
  static void decodeMulaw(byte[] mulaw, int offset, short[] samples, int count) {
    decode(MULAW_LINEAR, mulaw, offset, samples, count);
  }

  /** Decodes {@code count} bytes of A-law from {@code offset} to the start of {@code samples}. */
  static void decodeAlaw(byte[] alaw, int offset, short[] samples, int count) {
    decode(ALAW_LINEAR, alaw, offset, samples, count);
  }

  private static void decode(short[] table, byte[] codes, int offset, short[] samples, int count) {
    for (int i = 0; i < count; i++) {
      samples[i] = table[codes[offset + i] & 0xff];
    }
  }

  /**
   * Encodes the first {@code count} samples to {@code mulaw} from {@code offset}. A sample on a
   * decision value belongs to the louder code.
   */
  static void encodeMulaw(short[] samples, byte[] mulaw, int offset, int count) {
    byte[] table = MULAW_POSITIVE;
    for (int i = 0; i < count; i++) {
      int sample = samples[i];
      int code = table[(Math.abs(sample) + MULAW_BIAS) >> MULAW_STEP_BITS];
      mulaw[offset + i] = (byte) (code & ~((sample >>> 24) & POSITIVE));
    }
  }

  /**
   * Encodes the first {@code count} samples to {@code alaw} from {@code offset}. A sample on a
   * decision value belongs to the code above it, for which the ITU's own software (G.191) decides.
   */
  static void encodeAlaw(short[] samples, byte[] alaw, int offset, int count) {
    byte[] table = ALAW_POSITIVE;
    for (int i = 0; i < count; i++) {
      int sample = samples[i];
      int code = table[(sample ^ (sample >> 31)) >> ALAW_STEP_BITS];
      alaw[offset + i] = (byte) (code & ~((sample >>> 24) & POSITIVE));
    }
  }

  /** The same codes in A-law, by table 3 of the recommendation. */
  static byte[] mulawToAlaw(byte[] mulaw) {
    return translate(MULAW_TO_ALAW, mulaw);
  }

  /** The same codes in mu-law, by table 4 of the recommendation. */
  static byte[] alawToMulaw(byte[] alaw) {
    return translate(ALAW_TO_MULAW, alaw);
  }

  private static byte[] translate(byte[] table, byte[] codes) {
    byte[] translated = new byte[codes.length];
    for (int i = 0; i < codes.length; i++) {
      translated[i] = table[codes[i] & 0xff];
    }
    return translated;
  }

  private static short[] mulawLinear() {
    short[] linear = new short[256];
    for (int code = 0; code < linear.length; code++) {
      int bits = ~code;
      int segment = (bits >> 4) & 0x07;
      int magnitude = ((((bits & 0x0f) << 3) + MULAW_BIAS) << segment) - MULAW_BIAS;
      linear[code] = signed(code, magnitude);
    }
    return linear;
  }

  private static short[] alawLinear() {
    short[] linear = new short[256];
    for (int code = 0; code < linear.length; code++) {
      int bits = code ^ ALAW_INVERTED_BITS;
      int segment = (bits >> 4) & 0x07;
      int interval = ((bits & 0x0f) << 4) + 8;
      int magnitude = segment == 0 ? interval : (interval + 256) << (segment - 1);
      linear[code] = signed(code, magnitude);
    }
    return linear;
  }

  private static short signed(int code, int magnitude) {
    return (short) ((code & POSITIVE) == 0 ? -magnitude : magnitude);
  }

  private static byte[] mulawPositive() {
    byte[] codes = new byte[((-Short.MIN_VALUE + MULAW_BIAS) >> MULAW_STEP_BITS) + 1];
    for (int i = MULAW_BIAS >> MULAW_STEP_BITS; i < codes.length; i++) {
      int biased = Math.min(i << MULAW_STEP_BITS, MULAW_CLIP + MULAW_BIAS);
      int segment = 31 - Integer.numberOfLeadingZeros(biased) - 7;
      int mantissa = (biased >> (segment + 3)) & 0x0f;
      codes[i] = (byte) ~((segment << 4) | mantissa);
    }
    return codes;
  }

  private static byte[] alawPositive() {
    byte[] codes = new byte[(Short.MAX_VALUE >> ALAW_STEP_BITS) + 1];
    for (int i = 0; i < codes.length; i++) {
      int segment = Math.max(0, 31 - Integer.numberOfLeadingZeros(i | 1) - 3);
      int mantissa = (segment < 2 ? i : i >> (segment - 1)) & 0x0f;
      codes[i] = alawCode((segment << 4) | mantissa);
    }
    return codes;
  }

  /**
   * Table 3 is not quite what decoding and encoding again would give: where two codes of A-law are
   * nearly as near, it takes the louder one for some. Converters on the line go by the table, so we
   * do.
   */
  private static byte[] table3() {
    byte[] codes = new byte[256];
    for (int number = 0; number < 128; number++) {
      short linear = MULAW_LINEAR[mulawCode(number) & 0xff];
      int nearest = ALAW_POSITIVE[linear >> ALAW_STEP_BITS] & 0xff;
      boolean louder = number == 48 || number == 49 || number == 64 || (number > 80 && number < 96);
      int alaw = ((nearest ^ ALAW_INVERTED_BITS) & 0x7f) + (louder ? 1 : 0);
      bothSigns(codes, mulawCode(number), alawCode(alaw));
    }
    return codes;
  }

  /** Table 4, which in one segment takes the quieter of two codes that are nearly as near. */
  private static byte[] table4() {
    byte[] codes = new byte[256];
    for (int number = 0; number < 128; number++) {
      int biased = ALAW_LINEAR[alawCode(number) & 0xff] + MULAW_BIAS;
      int nearest = ~MULAW_POSITIVE[biased >> MULAW_STEP_BITS] & 0x7f;
      boolean quieter = number >= 80 && number < 96;
      bothSigns(codes, alawCode(number), mulawCode(quieter ? nearest - 1 : nearest));
    }
    return codes;
  }

  private static void bothSigns(byte[] codes, byte from, byte to) {
    codes[from & 0xff] = to;
    codes[(from & 0xff) ^ POSITIVE] = (byte) (to ^ POSITIVE);
  }

  /** The positive code of a quantised magnitude, 0 to 127. */
  private static byte mulawCode(int number) {
    return (byte) (0xff - number);
  }

  private static byte alawCode(int number) {
    return (byte) ((POSITIVE | number) ^ ALAW_INVERTED_BITS);
  }
}
