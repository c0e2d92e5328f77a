package io.callmesh.worker.audio;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.callmesh.contracts.connector.AudioFormat;
import io.callmesh.contracts.connector.AudioFormat.Encoding;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TranscoderTest {
  private static final int ARRAY_HEADER = 16;

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

  @Test
  void leavesEveryCodeOfMulawAsItIs() {
    Transcoder transcoder = Transcoder.of(AudioFormat.MULAW_8000);
    byte[] codes = new byte[320];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) i;
    }

    transcoder.fromAgent(transcoder.toAgent(codes.clone()), frames::add);

    assertThat(joined()).isEqualTo(codes).contains(0x7f, 0xff);
  }

  @Test
  void carriesAlawCodeByCode() {
    Transcoder transcoder = Transcoder.of(new AudioFormat(Encoding.ALAW, 8_000));
    byte[] audio = noise(500);

    assertThat(transcoder.toAgent(audio)).isEqualTo(G711.mulawToAlaw(audio));
    transcoder.fromAgent(Arrays.copyOf(audio, 70), frames::add);
    transcoder.fromAgent(Arrays.copyOfRange(audio, 70, 500), frames::add);
    transcoder.flush(frames::add);

    assertThat(frames).hasSize(4);
    assertThat(joined()).isEqualTo(G711.alawToMulaw(audio));
    transcoder.fromAgent(new byte[10], frames::add);
    transcoder.discard();
    transcoder.fromAgent(audio, frames::add);
    assertThat(frames.get(4)).isEqualTo(Arrays.copyOf(G711.alawToMulaw(audio), 160));
  }

  @ParameterizedTest
  @ValueSource(ints = {8_000, 16_000, 24_000, 48_000})
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
  @ValueSource(ints = {8_000, 16_000, 24_000, 48_000})
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

  @ParameterizedTest
  @ValueSource(ints = {8_000, 16_000, 24_000, 48_000})
  void beginsAnewAfterDiscard(int rate) {
    byte[] loud = tone(rate, rate / 7 + 3);
    byte[] next = tone(rate, rate / 5);
    pcm(rate).fromAgent(next, frames::add);
    byte[] expected = joined();
    frames.clear();

    Transcoder transcoder = pcm(rate);
    transcoder.fromAgent(Arrays.copyOf(loud, loud.length - 1), frames::add); // half a sample
    transcoder.discard();
    frames.clear();
    transcoder.fromAgent(next, frames::add);

    assertThat(joined()).isEqualTo(expected);
  }

  /** What was cut off would be up to 3 ms of loud speech, out of nothing. */
  @ParameterizedTest
  @ValueSource(ints = {16_000, 24_000, 48_000})
  void letsNothingOfTheOldAudioClickAfterDiscard(int rate) {
    Transcoder transcoder = pcm(rate);
    byte[] silence = new byte[rate / 50 * 2];
    transcoder.fromAgent(tone(rate, rate / 10), frames::add);
    transcoder.fromAgent(silence, frames::add);
    byte[] rungOut = frames.get(frames.size() - 1);
    assertThat(rungOut[0] & 0x7f).as("what the filter still held is loud").isLessThan(0x20);

    transcoder.fromAgent(tone(rate, rate / 10), frames::add);
    transcoder.discard();
    frames.clear();
    transcoder.fromAgent(silence, frames::add);

    assertThat(frames).singleElement().satisfies(frame -> assertThat(frame).containsOnly(0xff));
  }

  /** The caller's stream is never cut: what is silent for the caller is so for the agent, later. */
  @ParameterizedTest
  @ValueSource(ints = {16_000, 24_000, 48_000})
  void discardLeavesTheWayToTheAgentAlone(int rate) {
    byte[] first = noise(160);
    byte[] second = noise(161);
    Transcoder undisturbed = pcm(rate);
    byte[] ignored = undisturbed.toAgent(first);
    Transcoder transcoder = pcm(rate);
    assertThat(transcoder.toAgent(first)).isEqualTo(ignored);

    transcoder.discard();

    assertThat(transcoder.toAgent(second)).isEqualTo(undisturbed.toAgent(second));
  }

  @ParameterizedTest
  @ValueSource(ints = {8_000, 16_000, 24_000, 48_000})
  void allocatesNothingButItsResults(int rate) {
    ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Transcoder transcoder = pcm(rate);
    byte[] mulaw = noise(160);
    int[] made = new int[1];
    Consumer<byte[]> counter = frame -> made[0] += frame.length + ARRAY_HEADER;
    long before = 0;
    for (int i = 0; i < 600; i++) {
      if (i == 100) { // what is made once is there
        made[0] = 0;
        before = thread.getCurrentThreadAllocatedBytes();
      }
      byte[] pcm = transcoder.toAgent(mulaw);
      made[0] += pcm.length + ARRAY_HEADER;
      transcoder.fromAgent(pcm, counter);
    }

    long allocated = thread.getCurrentThreadAllocatedBytes() - before;
    assertThat(allocated).isBetween((long) made[0], made[0] + 10_000L);
  }

  /** One thread's arrays serve all its sessions. */
  @Test
  void sessionsOfOneThreadDoNotMix() {
    byte[] audio = noise(3_200);
    List<byte[]> alone = new ArrayList<>();
    pcm(16_000).fromAgent(audio, alone::add);
    Transcoder one = pcm(16_000);
    Transcoder other = pcm(48_000);

    for (int done = 0; done < audio.length; done += 100) {
      one.fromAgent(Arrays.copyOfRange(audio, done, done + 100), frames::add);
      other.fromAgent(noise(321), ignored -> {});
      assertThat(other.toAgent(noise(160))).hasSize(1_920);
    }

    assertThat(frames).containsExactlyElementsOf(alone);
  }

  private static byte[] tone(int rate, int samples) {
    byte[] pcm = new byte[samples * 2];
    for (int i = 0; i < samples; i++) {
      int sample = (int) (30_000 * Math.cos(2 * Math.PI * 700 * i / rate));
      pcm[2 * i] = (byte) sample;
      pcm[2 * i + 1] = (byte) (sample >> 8);
    }
    return pcm;
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
