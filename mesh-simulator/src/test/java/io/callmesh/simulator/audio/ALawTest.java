package io.callmesh.simulator.audio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioFormat.Encoding;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.Test;

class ALawTest {
  private static final AudioFormat LINEAR = new AudioFormat(8_000, 16, 1, true, false);
  private static final AudioFormat A_LAW =
      new AudioFormat(Encoding.ALAW, 8_000, 8, 1, 1, 8_000, false);

  @Test
  void decodesEveryByteAsTheJdkDoesAndBringsItBack() throws IOException {
    byte[] codes = new byte[256];
    short[] decoded = new short[256];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) i;
      decoded[i] = ALaw.decode(codes[i]);
    }
    AudioInputStream source = new AudioInputStream(new ByteArrayInputStream(codes), A_LAW, 256);
    byte[] expected = AudioSystem.getAudioInputStream(LINEAR, source).readAllBytes();

    for (int i = 0; i < decoded.length; i++) {
      int sample = (expected[2 * i] & 0xFF) | (expected[2 * i + 1] << 8);
      assertThat(decoded[i]).isEqualTo((short) sample);
    }
    assertThat(ALaw.encode(decoded)).isEqualTo(codes);
  }

  @Test
  void encodesSilenceAndTheLoudestSamplesAsG711Says() {
    assertThat(ALaw.encode(new short[] {0, -1, Short.MAX_VALUE, Short.MIN_VALUE}))
        .containsExactly(0xD5, 0x55, 0xAA, 0x2A);
  }
}
