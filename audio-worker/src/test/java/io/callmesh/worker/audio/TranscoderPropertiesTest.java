package io.callmesh.worker.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.callmesh.contracts.connector.AudioFormat;
import io.callmesh.contracts.connector.AudioFormat.Encoding;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** What holds for any audio in any pieces, in every format there is. */
class TranscoderPropertiesTest {
  @Provide
  Arbitrary<AudioFormat> formats() {
    return Arbitraries.of(
        AudioFormat.MULAW_8000,
        new AudioFormat(Encoding.ALAW, 8_000),
        new AudioFormat(Encoding.PCM_S16LE, 8_000),
        new AudioFormat(Encoding.PCM_S16LE, 16_000),
        new AudioFormat(Encoding.PCM_S16LE, 24_000),
        new AudioFormat(Encoding.PCM_S16LE, 48_000));
  }

  @Property(tries = 200)
  void toTheCallerDoesNotDependOnTheCuts(
      @ForAll("formats") AudioFormat format,
      @ForAll @Size(max = 6_000) byte[] audio,
      @ForAll @Size(min = 1, max = 20) List<@IntRange(min = 1, max = 999) Integer> cuts) {
    Transcoder whole = Transcoder.of(format);
    Transcoder inPieces = Transcoder.of(format);
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    ByteArrayOutputStream actual = new ByteArrayOutputStream();

    whole.fromAgent(audio.clone(), expected::writeBytes);
    whole.flush(expected::writeBytes);
    cut(audio, cuts, piece -> inPieces.fromAgent(piece, actual::writeBytes));
    inPieces.flush(actual::writeBytes);

    assertThat(actual.toByteArray()).isEqualTo(expected.toByteArray());
    assertThat(actual.size()).isEqualTo((int) (audio.length * 8_000L / bytesPerSecond(format)));
  }

  @Property(tries = 200)
  void toTheAgentDoesNotDependOnTheCuts(
      @ForAll("formats") AudioFormat format,
      @ForAll @Size(max = 2_000) byte[] mulaw,
      @ForAll @Size(min = 1, max = 20) List<@IntRange(min = 1, max = 399) Integer> cuts) {
    Transcoder inPieces = Transcoder.of(format);
    ByteArrayOutputStream actual = new ByteArrayOutputStream();

    byte[] expected = Transcoder.of(format).toAgent(mulaw.clone());
    cut(mulaw, cuts, piece -> actual.writeBytes(inPieces.toAgent(piece)));

    assertThat(actual.toByteArray()).isEqualTo(expected);
    assertThat(expected).hasSize((int) (mulaw.length * bytesPerSecond(format) / 8_000));
  }

  @Property(tries = 200)
  void framesAreWholeButTheLast(
      @ForAll("formats") AudioFormat format, @ForAll @Size(max = 6_000) byte[] audio) {
    Transcoder transcoder = Transcoder.of(format);

    transcoder.fromAgent(audio, frame -> assertThat(frame).hasSize(160));
    transcoder.flush(frame -> assertThat(frame).hasSizeBetween(1, 159));
    transcoder.flush(frame -> assertThat(frame).as("flushed twice").isEmpty());
  }

  /** Extremes are likely among these samples, and saturate. */
  @Property(tries = 100)
  void resamplingIsTheConvolutionWithTheFilter(
      @ForAll("ratios") int ratio, @ForAll("loud") short[] in) {
    short[] up = new short[in.length * ratio];
    assertThat(Resampler.up(ratio).process(in, 0, in.length, up)).isEqualTo(up.length);
    short[] down = new short[in.length / ratio];
    assertThat(Resampler.down(ratio).process(in, 0, in.length, down)).isEqualTo(down.length);

    for (int i = 0; i < up.length; i++) {
      double sum = sum(LowPass.of(ratio).up()[i % ratio], in, i / ratio, 1);
      assertThat((double) up[i]).isCloseTo(saturated(sum), within(0.51));
    }
    for (int i = 0; i < down.length; i++) {
      double sum = 0;
      for (int phase = 0; phase < ratio; phase++) {
        sum += sum(LowPass.of(ratio).down()[phase], in, i * ratio + phase, ratio);
      }
      assertThat((double) down[i]).isCloseTo(saturated(sum), within(0.51));
    }
  }

  @Provide
  Arbitrary<Integer> ratios() {
    return Arbitraries.of(2, 3, 6);
  }

  @Provide
  Arbitrary<short[]> loud() {
    Arbitrary<Short> extreme = Arbitraries.of(Short.MIN_VALUE, Short.MAX_VALUE);
    return Arbitraries.oneOf(extreme, extreme, Arbitraries.shorts())
        .array(short[].class)
        .ofMaxSize(700);
  }

  /** Taps are for the oldest sample first; before the first there is silence. */
  private static double sum(float[] taps, short[] in, int newest, int step) {
    double sum = 0;
    for (int i = 0; i < taps.length; i++) {
      int at = newest - (taps.length - 1 - i) * step;
      sum += at < 0 ? 0 : (double) taps[i] * in[at];
    }
    return sum;
  }

  private static double saturated(double sum) {
    return Math.max(Short.MIN_VALUE, Math.min(Short.MAX_VALUE, sum));
  }

  private static long bytesPerSecond(AudioFormat format) {
    return (long) format.sampleRate() * format.encoding().bytesPerSample();
  }

  private static void cut(byte[] audio, List<Integer> cuts, Consumer<byte[]> pieces) {
    int at = 0;
    for (int i = 0; at < audio.length; i++) {
      int end = Math.min(audio.length, at + cuts.get(i % cuts.size()));
      pieces.accept(Arrays.copyOfRange(audio, at, end));
      at = end;
    }
  }
}
