package io.callmesh.simulator.audio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioFormat.Encoding;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.Test;

class MuLawTest {
  private static final AudioFormat LINEAR = new AudioFormat(8_000, 16, 1, true, false);
  private static final AudioFormat MU_LAW =
      new AudioFormat(Encoding.ULAW, 8_000, 8, 1, 1, 8_000, false);

  @Test
  void decodesEveryByteAsTheJdkDoes() throws IOException {
    byte[] codes = new byte[256];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) i;
    }
    byte[] linear = convert(codes, MU_LAW, LINEAR);
    short[] expected = new short[256];
    ByteBuffer.wrap(linear).order(ByteOrder.LITTLE_ENDIAN).asShortBuffer().get(expected);

    assertThat(MuLaw.decode(codes)).isEqualTo(expected);
  }

  @Test
  void encodesToALevelWithinHalfAStep() {
    short[] levels = new short[256];
    for (int code = 0; code < levels.length; code++) {
      levels[code] = MuLaw.decode((byte) code);
    }
    Arrays.sort(levels);
    for (int i = 1; i < levels.length - 1; i++) {
      int step = Math.max(levels[i + 1] - levels[i], levels[i] - levels[i - 1]);
      for (int sample = levels[i - 1]; sample <= levels[i + 1]; sample++) {
        if (MuLaw.decode(MuLaw.encode((short) sample)) == levels[i]) {
          assertThat(Math.abs(sample - levels[i])).isLessThanOrEqualTo(step / 2);
        }
      }
      assertThat(MuLaw.decode(MuLaw.encode(levels[i]))).isEqualTo(levels[i]);
    }
  }

  @Test
  void encodesSilenceAndTheLoudestSamplesAsG711Says() {
    assertThat(MuLaw.encode((short) 0)).isEqualTo(MuLaw.SILENCE);
    assertThat(MuLaw.encode(Short.MAX_VALUE)).isEqualTo((byte) 0x80);
    assertThat(MuLaw.encode(Short.MIN_VALUE)).isEqualTo((byte) 0x00);
  }

  private static byte[] convert(byte[] bytes, AudioFormat from, AudioFormat to) throws IOException {
    AudioInputStream source =
        new AudioInputStream(
            new ByteArrayInputStream(bytes), from, bytes.length / from.getFrameSize());
    return AudioSystem.getAudioInputStream(to, source).readAllBytes();
  }
}
