package io.callmesh.worker.audio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioFormat.Encoding;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.Test;

class G711Test {
  private static final AudioFormat ULAW =
      new AudioFormat(Encoding.ULAW, 8000, 8, 1, 1, 8000, false);
  private static final AudioFormat PCM =
      new AudioFormat(Encoding.PCM_SIGNED, 8000, 16, 1, 2, 8000, false);

  @Test
  void decodesEveryCodeAsTheJdkDoes() throws IOException {
    byte[] codes = allCodes();
    byte[] expected = convert(codes, ULAW, PCM);

    short[] samples = new short[256];
    G711.decode(codes, 0, samples, 256);

    assertThat(littleEndian(samples)).isEqualTo(expected);
  }

  @Test
  void encodesEverySampleByTheDecisionValuesOfTheRecommendation() {
    short[] samples = allSamples();
    byte[] codes = new byte[samples.length];
    G711.encode(samples, codes, 0, samples.length);

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
    G711.encode(samples, codes, 0, samples.length);

    assertThat(codes).isEqualTo(convert(littleEndian(samples), PCM, ULAW));
  }

  @Test
  void bringsEveryCodeBack() {
    byte[] codes = allCodes();
    short[] samples = new short[256];
    G711.decode(codes, 0, samples, 256);
    byte[] again = new byte[256];
    G711.encode(samples, again, 0, 256);

    byte[] expected = codes.clone();
    expected[0x7f] = (byte) 0xff; // there are two zeros; encoding gives the positive one
    assertThat(again).isEqualTo(expected);
  }

  @Test
  void worksAtAnOffset() {
    short[] samples = new short[2];
    G711.decode(new byte[] {0, (byte) 0xff, (byte) 0x80}, 1, samples, 2);
    byte[] codes = new byte[3];
    G711.encode(samples, codes, 1, 2);

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
