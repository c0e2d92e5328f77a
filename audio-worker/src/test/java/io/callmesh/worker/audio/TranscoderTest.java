package io.callmesh.worker.audio;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.connector.AudioFormat;
import io.callmesh.contracts.connector.AudioFormat.Encoding;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TranscoderTest {
  private final List<byte[]> frames = new ArrayList<>();

  @Test
  void passesMulawFramesWithoutCopying() {
    Transcoder transcoder = Transcoder.of(AudioFormat.MULAW_8000);
    byte[] frame = noise(160);

    transcoder.fromAgent(frame, frames::add);

    assertThat(frames).singleElement().isSameAs(frame);
    assertThat(transcoder.toAgent(frame)).isSameAs(frame);
  }

  @Test
  void cutsMulawOfAnyLengthIntoFrames() {
    Transcoder transcoder = Transcoder.of(AudioFormat.MULAW_8000);
    byte[] audio = noise(500);

    transcoder.fromAgent(Arrays.copyOf(audio, 70), frames::add);
    transcoder.fromAgent(Arrays.copyOfRange(audio, 70, 500), frames::add);
    assertThat(frames).hasSize(3).allMatch(frame -> frame.length == 160);
    transcoder.flush(frames::add);
    transcoder.flush(frames::add);

    assertThat(frames).hasSize(4);
    assertThat(joined()).isEqualTo(audio);
  }

  @ParameterizedTest
  @ValueSource(ints = {8_000, 16_000, 24_000})
  void makesPcmOfAFixedLength(int rate) {
    Transcoder transcoder = pcm(rate);

    assertThat(transcoder.toAgent(noise(160))).hasSize(320 * rate / 8_000);
    assertThat(transcoder.toAgent(noise(330))).hasSize(660 * rate / 8_000);
  }

  @Test
  void writesPcmLittleEndian() {
    assertThat(pcm(8_000).toAgent(new byte[] {0, (byte) 0x80}))
        .containsExactly(0x84, 0x82, 0x7c, 0x7d); // -32124, 32124
  }

  @ParameterizedTest
  @ValueSource(ints = {8_000, 16_000, 24_000})
  void takesPcmCutAnywhere(int rate) {
    byte[] audio = noise(rate / 2);
    pcm(rate).fromAgent(audio, frames::add);
    byte[] expected = joined();
    frames.clear();

    Transcoder transcoder = pcm(rate);
    Random random = new Random(3);
    for (int done = 0; done < audio.length; ) {
      int piece = Math.min(audio.length - done, random.nextInt(1_001));
      transcoder.fromAgent(Arrays.copyOfRange(audio, done, done + piece), frames::add);
      done += piece;
    }

    assertThat(joined()).isEqualTo(expected);
    assertThat(frames).allMatch(frame -> frame.length == 160);
  }

  @Test
  void keepsWhatItCarriesAtEightKilohertz() {
    byte[] mulaw = noise(160);
    Transcoder transcoder = pcm(8_000);

    transcoder.fromAgent(transcoder.toAgent(mulaw), frames::add);

    assertThat(joined()).isEqualTo(positiveZeros(mulaw));
  }

  @Test
  void forgetsHalfASampleAndThePartOfAFrame() {
    Transcoder transcoder = pcm(8_000);
    transcoder.fromAgent(noise(33), frames::add);

    transcoder.discard();
    transcoder.fromAgent(new byte[320], frames::add);

    assertThat(frames).singleElement().satisfies(frame -> assertThat(frame).containsOnly(0xff));
  }

  private static Transcoder pcm(int rate) {
    return Transcoder.of(new AudioFormat(Encoding.PCM_S16LE, rate));
  }

  private static byte[] positiveZeros(byte[] mulaw) {
    byte[] result = mulaw.clone();
    for (int i = 0; i < result.length; i++) {
      result[i] = result[i] == 0x7f ? (byte) 0xff : result[i];
    }
    return result;
  }

  private byte[] joined() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    frames.forEach(all::writeBytes);
    return all.toByteArray();
  }

  private static byte[] noise(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }
}
