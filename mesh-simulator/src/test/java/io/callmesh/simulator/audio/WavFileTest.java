package io.callmesh.simulator.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioFormat.Encoding;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WavFileTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "PCM_UNSIGNED, 8, 1, 8000",
    "PCM_SIGNED, 16, 1, 8000",
    "PCM_SIGNED, 16, 2, 44100",
    "PCM_SIGNED, 24, 2, 48000",
    "PCM_SIGNED, 32, 1, 16000",
    "ULAW, 8, 1, 8000",
    "ALAW, 8, 2, 16000",
  })
  void readsWhateverTheJdkReads(String encoding, int bits, int channels, int rate)
      throws IOException {
    Path file = folder.resolve("any.wav");
    write(
        file,
        new AudioFormat(
            new Encoding(encoding), rate, bits, channels, bits / 8 * channels, rate, false));

    short[] samples = WavFile.readMono8k(file);

    assertThat(samples).hasSize(8_000);
    assertThat(Loudness.rms(samples, 400, 7_200)).isBetween(6_900.0, 7_200.0);
  }

  @Test
  void mixesChannels() throws IOException {
    Path file = folder.resolve("stereo.wav");
    WavFile.writeStereo8k(file, new short[] {100, 200, 300}, new short[] {300, -200});

    assertThat(WavFile.readMono8k(file)).containsExactly(200, 0, 150);
  }

  @Test
  void readsWhatItWrote() throws IOException {
    Path file = folder.resolve("mono.wav");
    short[] samples = {0, 1, -1, Short.MAX_VALUE, Short.MIN_VALUE};
    WavFile.writeMono8k(file, samples);

    assertThat(WavFile.readMono8k(file)).isEqualTo(samples);
  }

  @Test
  void namesTheFileThatIsMissing() {
    assertThatThrownBy(() -> WavFile.readMono8k(folder.resolve("no.wav")))
        .isInstanceOf(WavException.class)
        .hasMessage(folder.resolve("no.wav") + " does not exist.");
  }

  @Test
  void refusesDirectory() {
    assertThatThrownBy(() -> WavFile.readMono8k(folder))
        .isInstanceOf(WavException.class)
        .hasMessage(folder + " is a directory, not a WAV file.");
  }

  @Test
  void refusesWhatIsNoWav() throws IOException {
    Path file = Files.writeString(folder.resolve("text.wav"), "This is not a sound.".repeat(9));

    assertThatThrownBy(() -> WavFile.readMono8k(file))
        .isInstanceOf(WavException.class)
        .hasMessage(file + " is not a WAV file that can be read.");
  }

  @Test
  void refusesFileWithoutAudio() throws IOException {
    Path file = folder.resolve("empty.wav");
    WavFile.writeMono8k(file, new short[0]);

    assertThatThrownBy(() -> WavFile.readMono8k(file))
        .isInstanceOf(WavException.class)
        .hasMessage(file + " holds no audio.");
  }

  @Test
  void refusesEmptyFile() throws IOException {
    Path file = Files.createFile(folder.resolve("zero.wav"));

    assertThatThrownBy(() -> WavFile.readMono8k(file))
        .isInstanceOf(WavException.class)
        .hasMessageContaining("zero.wav");
  }

  @Test
  void refusesMoreThanTenMinutes() throws IOException {
    Path file = folder.resolve("long.wav");
    WavFile.writeMono8k(file, new short[8_000 * 600 + 1]);

    assertThatThrownBy(() -> WavFile.readMono8k(file))
        .isInstanceOf(WavException.class)
        .hasMessage(file + " is longer than 10 minutes.");
  }

  /** A second of a 1 kHz tone of amplitude 10 000 in a given format, made by the JDK. */
  private static void write(Path file, AudioFormat format) throws IOException {
    int rate = (int) format.getSampleRate();
    int channels = format.getChannels();
    ByteBuffer tone = ByteBuffer.allocate(2 * rate * channels).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < rate * channels; i++) {
      int frame = i / channels;
      double phase = 2 * Math.PI * 1_000 * frame / rate;
      tone.putShort((short) Math.round(10_000 * Math.sin(phase)));
    }
    AudioFormat linear = new AudioFormat(rate, 16, channels, true, false);
    AudioInputStream source =
        new AudioInputStream(new ByteArrayInputStream(tone.array()), linear, rate);
    AudioInputStream converted = AudioSystem.getAudioInputStream(format, source);
    AudioSystem.write(
        new AudioInputStream(converted, format, rate), AudioFileFormat.Type.WAVE, file.toFile());
  }
}
