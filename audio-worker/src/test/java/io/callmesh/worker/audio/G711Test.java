package io.callmesh.worker.audio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.IntStream;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioFormat.Encoding;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.Test;

class G711Test {
  private static final AudioFormat ULAW =
      new AudioFormat(Encoding.ULAW, 8000, 8, 1, 1, 8000, false);
  private static final AudioFormat ALAW =
      new AudioFormat(Encoding.ALAW, 8000, 8, 1, 1, 8000, false);
  private static final AudioFormat PCM =
      new AudioFormat(Encoding.PCM_SIGNED, 8000, 16, 1, 2, 8000, false);

  /** For each decoder output value number of mu-law the one of A-law, both from 0. */
  private static final int[] TABLE_3 =
      numbers(
          "0 0 1 1 2 2 3 3 4 4 5 5 6 6 7 7 8-24 26 28 30 32-43 45 47-61 63-78 79 81-127"
              .split(" "));

  /** The other way. */
  private static final int[] TABLE_4 =
      numbers(
          "1 3 5 7 9 11 13 15 16-31 32 32 33 33 34 34 35 35 36-47 48 48 49 49 50-63 64 64 65-79 80 80-127"
              .split(" "));

  @Test
  void decodesEveryCodeAsTheJdkDoes() throws IOException {
    byte[] codes = allCodes();
    byte[] expected = convert(codes, ULAW, PCM);

    short[] samples = new short[256];
    G711.decodeMulaw(codes, 0, samples, 256);

    assertThat(littleEndian(samples)).isEqualTo(expected);
  }

  @Test
  void encodesEverySampleByTheDecisionValuesOfTheRecommendation() {
    short[] samples = allSamples();
    byte[] codes = new byte[samples.length];
    G711.encodeMulaw(samples, codes, 0, samples.length);

    byte[] expected = new byte[samples.length];
    for (int i = 0; i < samples.length; i++) {
      expected[i] = reference(samples[i]);
    }
    assertThat(codes).isEqualTo(expected);
  }

  /** Without the loudest: beyond the clipping level the JDK's codec overflows into silence. */
  @Test
  void encodesAsTheJdkDoesUpToTheClippingLevel() throws IOException {
    short[] samples = new short[2 * 32_635 + 1];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (short) (i - 32_635);
    }
    byte[] codes = new byte[samples.length];
    G711.encodeMulaw(samples, codes, 0, samples.length);

    assertThat(codes).isEqualTo(convert(littleEndian(samples), PCM, ULAW));
  }

  @Test
  void bringsEveryCodeBack() {
    byte[] codes = allCodes();
    short[] samples = new short[256];
    G711.decodeMulaw(codes, 0, samples, 256);
    byte[] again = new byte[256];
    G711.encodeMulaw(samples, again, 0, 256);

    byte[] expected = codes.clone();
    expected[0x7f] = (byte) 0xff; // there are two zeros; encoding gives the positive one
    assertThat(again).isEqualTo(expected);
  }

  @Test
  void decodesEveryCodeOfAlawToTheMiddleOfItsInterval() {
    short[] samples = new short[256];
    G711.decodeAlaw(allCodes(), 0, samples, 256);

    int[] decisions = alawDecisions();
    for (int number = 0; number < 128; number++) {
      int middle = (decisions[number] + decisions[number + 1]) / 2;
      assertThat(samples[alawCode(number) & 0xff]).as("code %s", number).isEqualTo((short) middle);
      assertThat(samples[alawCode(number) & 0x7f]).isEqualTo((short) -middle);
    }
  }

  @Test
  void encodesEverySampleInAlawByTheDecisionValuesOfTheRecommendation() {
    short[] samples = allSamples();
    byte[] codes = new byte[samples.length];
    G711.encodeAlaw(samples, codes, 0, samples.length);

    byte[] expected = new byte[samples.length];
    int[] decisions = alawDecisions();
    for (int number = 0; number < 128; number++) {
      for (int sample = decisions[number]; sample < decisions[number + 1]; sample++) {
        expected[sample] = alawCode(number);
        expected[(-sample - 1) & 0xffff] = (byte) (alawCode(number) & 0x7f);
      }
    }
    assertThat(codes).isEqualTo(expected);
  }

  @Test
  void decodesAlawAsTheJdkDoes() throws IOException {
    short[] samples = new short[256];
    G711.decodeAlaw(allCodes(), 0, samples, 256);

    assertThat(littleEndian(samples)).isEqualTo(convert(allCodes(), ALAW, PCM));
  }

  @Test
  void bringsEveryCodeOfAlawBack() {
    short[] samples = new short[256];
    G711.decodeAlaw(allCodes(), 0, samples, 256);
    byte[] again = new byte[256];
    G711.encodeAlaw(samples, again, 0, 256);

    assertThat(again).isEqualTo(allCodes());
  }

  @Test
  void convertsMulawByTable3() {
    byte[] expected = new byte[256];
    for (int number = 0; number < 128; number++) {
      byte alaw = alawCode(TABLE_3[number]);
      expected[0xff - number] = alaw;
      expected[0x7f - number] = (byte) (alaw & 0x7f);
    }
    assertThat(G711.mulawToAlaw(allCodes())).isEqualTo(expected);
  }

  @Test
  void convertsAlawByTable4() {
    byte[] expected = new byte[256];
    for (int number = 0; number < 128; number++) {
      expected[alawCode(number) & 0xff] = (byte) (0xff - TABLE_4[number]);
      expected[alawCode(number) & 0x7f] = (byte) (0x7f - TABLE_4[number]);
    }
    assertThat(G711.alawToMulaw(allCodes())).isEqualTo(expected);
  }

  /** Of the finest segment of mu-law A-law can only hold every other code. */
  @Test
  void alawBringsBackAllOfMulawButTheQuietest() {
    byte[] again = G711.alawToMulaw(G711.mulawToAlaw(allCodes()));

    for (int code = 0; code < 256; code++) {
      int number = 0x7f - (code & 0x7f);
      int expected = number < 16 && number % 2 == 0 ? code - 1 : code;
      assertThat(again[code] & 0xff).isEqualTo(expected);
    }
  }

  @Test
  void worksAtAnOffset() {
    short[] samples = new short[2];
    G711.decodeMulaw(new byte[] {0, (byte) 0xff, (byte) 0x80}, 1, samples, 2);
    byte[] codes = new byte[3];
    G711.encodeMulaw(samples, codes, 1, 2);

    assertThat(samples).containsExactly(0, 32124);
    assertThat(codes).containsExactly(0, 0xff, 0x80);
  }

  /** Segment by segment, from the decision values of table 2, on the 14-bit scale times four. */
  private static byte reference(short sample) {
    int magnitude = Math.min(Math.abs((int) sample), 32635) + 132;
    int segment = 0;
    while (magnitude >= 256 << segment) {
      segment++;
    }
    int interval = (magnitude - (128 << segment)) / (8 << segment);
    int code = 0xff - (segment * 16 + interval);
    return (byte) (sample < 0 ? code - 128 : code);
  }

  /** Table 1 of the recommendation: how wide the intervals are, on the 16-bit scale. */
  private static int[] alawDecisions() {
    int[] decisions = new int[129];
    for (int i = 0; i < 128; i++) {
      int width = i < 32 ? 16 : 16 << (i / 16 - 1);
      decisions[i + 1] = decisions[i] + width;
    }
    return decisions;
  }

  /** The positive character signal, its even bits inverted. */
  private static byte alawCode(int number) {
    return (byte) ((0x80 + number) ^ 0x55);
  }

  private static int[] numbers(String... ranges) {
    return Arrays.stream(ranges)
        .map(range -> range.split("-"))
        .flatMapToInt(
            ends ->
                IntStream.rangeClosed(
                    Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1])))
        .toArray();
  }

  private static byte[] allCodes() {
    byte[] codes = new byte[256];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) i;
    }
    return codes;
  }

  private static short[] allSamples() {
    short[] samples = new short[65_536];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (short) i;
    }
    return samples;
  }

  private static byte[] littleEndian(short[] samples) {
    ByteBuffer bytes = ByteBuffer.allocate(samples.length * 2).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asShortBuffer().put(samples);
    return bytes.array();
  }

  private static byte[] convert(byte[] bytes, AudioFormat from, AudioFormat to) throws IOException {
    long frames = bytes.length / from.getFrameSize();
    try (AudioInputStream source =
            new AudioInputStream(new ByteArrayInputStream(bytes), from, frames);
        AudioInputStream converted = AudioSystem.getAudioInputStream(to, source)) {
      return converted.readAllBytes();
    }
  }
}
