package io.callmesh.worker.audio;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.connector.AudioFormat;
import io.callmesh.contracts.connector.AudioFormat.Encoding;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Speech through the transcoders against what sox makes of it; see the resources' README. */
class SpeechTest {
  /** The difference is noise of mu-law above 3.6 kHz, which sox leaves and we do not. */
  @ParameterizedTest
  @ValueSource(ints = {16, 24, 48})
  void agentHearsWhatSoxWouldMakeOfIt(int khz) throws IOException {
    short[] sox = Recording.samples("caller-mulaw-to-" + khz + "k.wav");

    Recording.Likeness likeness = Recording.compare(sox, toAgent(khz, 160), delayUp(khz));

    assertThat(likeness.signalToNoise()).isGreaterThan(53);
    assertThat(likeness.largestError()).isLessThan(60);
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 24, 48})
  void callerHearsWhatSoxWouldMakeOfIt(int khz) throws IOException {
    short[] sox = Recording.samples("agent-" + khz + "k-to-8k.wav");

    Recording.Likeness likeness = Recording.compare(sox, toCaller(khz), delayDown(khz));

    assertThat(likeness.signalToNoise()).isGreaterThan(57);
    assertThat(likeness.largestError()).isLessThan(25);
  }

  /**
   * What a recogniser gets, against what was said before mu-law, whose noise is nearly all that
   * there is. Measured: 37.69 dB for ours, 37.40 dB for sox's. The margin is for a filter that
   * takes as little as sox's off the noise.
   */
  @ParameterizedTest
  @ValueSource(ints = {160, 37, 1_000})
  void recogniserGetsAsGoodSpeechAsFromSox(int frame) throws IOException {
    short[] said = Recording.samples("caller-16k.wav");
    double sox =
        Recording.compare(said, Recording.samples("caller-mulaw-to-16k.wav"), 0).signalToNoise();

    double ours = Recording.compare(said, toAgent(16, frame), delayUp(16)).signalToNoise();

    assertThat(ours).isGreaterThan(sox - 0.1).isGreaterThan(37.5);
  }

  private static double delayUp(int khz) {
    return (LowPass.TAPS * khz / 8 - 1) / 2.0;
  }

  /** In samples at 8 kHz; each stands for the last of the group that it is made of. */
  private static double delayDown(int khz) {
    int ratio = khz / 8;
    return (delayUp(khz) - (ratio - 1)) / ratio;
  }

  private static short[] toCaller(int khz) throws IOException {
    short[] high = Recording.samples("agent-" + khz + "k.wav");
    short[] low = new short[high.length];
    int count = Resampler.down(khz / 8).process(high, 0, high.length, low);
    return Arrays.copyOf(low, count);
  }

  private static short[] toAgent(int khz, int frame) throws IOException {
    Transcoder transcoder = Transcoder.of(new AudioFormat(Encoding.PCM_S16LE, khz * 1_000));
    byte[] mulaw = Recording.bytes("caller-mulaw-8k.wav");
    ByteArrayOutputStream pcm = new ByteArrayOutputStream();
    for (int done = 0; done < mulaw.length; done += frame) {
      pcm.writeBytes(
          transcoder.toAgent(
              Arrays.copyOfRange(mulaw, done, Math.min(mulaw.length, done + frame))));
    }
    return Recording.samples(pcm.toByteArray());
  }
}
