package io.callmesh.simulator;

import io.callmesh.simulator.audio.WavFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * The recordings that come with the simulator, as 8 kHz mono samples of 16 bits. Where they are
 * from stands beside them in {@code prompts/README.md} and {@code caller/README.md}. Reading blocks
 * for a few milliseconds.
 */
public final class SpokenAudio {
  private SpokenAudio() {}

  /** What a simulated caller says by default: 5.7 s of recorded telephone speech. */
  public static short[] caller() {
    return read("/caller/vm-intro.wav");
  }

  /**
   * A prompt of the scripted agent.
   *
   * @param name of the file in {@code prompts/}, without {@code .wav}
   */
  public static short[] prompt(String name) {
    return read("/prompts/" + name + ".wav");
  }

  private static short[] read(String resource) {
    try (InputStream in = SpokenAudio.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalArgumentException("no such recording: " + resource);
      }
      return WavFile.readMono8k(in, resource);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
