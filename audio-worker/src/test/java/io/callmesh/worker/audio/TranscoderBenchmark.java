package io.callmesh.worker.audio;

import io.callmesh.contracts.connector.AudioFormat;
import io.callmesh.contracts.connector.AudioFormat.Encoding;
import java.util.Random;
import java.util.function.Consumer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** A frame of 20 ms from Twilio to the agent and one from the agent to Twilio, in each format. */
@State(Scope.Thread)
public class TranscoderBenchmark {
  /** The agent's format. */
  public enum Format {
    MULAW(Encoding.MULAW, 8_000),
    ALAW(Encoding.ALAW, 8_000),
    PCM_8000(Encoding.PCM_S16LE, 8_000),
    PCM_16000(Encoding.PCM_S16LE, 16_000),
    PCM_24000(Encoding.PCM_S16LE, 24_000),
    PCM_48000(Encoding.PCM_S16LE, 48_000);

    private final Encoding encoding;
    private final int sampleRate;

    Format(Encoding encoding, int sampleRate) {
      this.encoding = encoding;
      this.sampleRate = sampleRate;
    }

    private AudioFormat audio() {
      return new AudioFormat(encoding, sampleRate);
    }
  }

  @Param Format format = Format.MULAW;

  private Transcoder transcoder = Transcoder.of(AudioFormat.MULAW_8000);
  private byte[] caller = new byte[0];
  private byte[] agent = new byte[0];

  /** Speech is as good as noise here: nothing depends on the values. */
  @Setup
  public void noise() {
    transcoder = Transcoder.of(format.audio());
    Random random = new Random(1);
    caller = new byte[160];
    random.nextBytes(caller);
    agent = transcoder.toAgent(caller).clone();
  }

  /** Mu-law in, the agent's format out. */
  @Benchmark
  public byte[] toAgent() {
    return transcoder.toAgent(caller);
  }

  /** The agent's format in, a frame of mu-law out. */
  @Benchmark
  public void fromAgent(Blackhole frames) {
    Consumer<byte[]> taken = frames::consume;
    transcoder.fromAgent(agent, taken);
  }

  /** Both. */
  @Benchmark
  public void thereAndBack(Blackhole frames) {
    frames.consume(transcoder.toAgent(caller));
    transcoder.fromAgent(agent, frames::consume);
  }
}
