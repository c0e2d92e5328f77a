package io.callmesh.standalone;

import io.callmesh.simulator.audio.WavFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import javax.sound.sampled.UnsupportedAudioFileException;

/** A sentence as it was said, and as sox gives it to an agent: audio-worker's test recordings. */
final class SoxSpeech {
  private static final Path FOLDER =
      Path.of("../audio-worker/src/test/resources/io/callmesh/worker/audio");

  /** Samples on either side that one between two samples is made of. */
  private static final int REACH = 100;

  private SoxSpeech() {}

  /** What the caller's telephone sends, 8 kHz. */
  static short[] sent() throws IOException {
    return WavFile.readMono8k(FOLDER.resolve("caller-mulaw-8k.wav"));
  }

  /** What was said, 16 kHz. */
  static short[] said() throws IOException {
    return samples("caller-16k.wav");
  }

  /** The ratio, in dB, of what sox makes of what is sent to what was said. */
  static double signalToNoise() throws IOException {
    short[] said = said();
    short[] sox = samples("caller-mulaw-to-16k.wav");
    double noise = 0;
    for (int i = REACH; i < said.length - REACH; i++) {
      noise += square(sox[i] - said[i]);
    }
    return decibels(said, noise);
  }

  /** The same of a recording that has the sentence somewhere, between two samples. */
  static double signalToNoise(short[] heard) throws IOException {
    short[] said = said();
    int at = Correlation.bestOffset(said, heard, 0, heard.length);
    return Math.max(signalToNoise(said, heard, at), signalToNoise(said, heard, at - 1));
  }

  /** When it comes half a sample after an offset. */
  private static double signalToNoise(short[] said, short[] heard, int offset) {
    double noise = 0;
    for (int i = REACH; i < said.length - REACH; i++) {
      noise += square(halfAfter(heard, offset + i) - said[i]);
    }
    return decibels(said, noise);
  }

  private static double halfAfter(short[] samples, int position) {
    double sum = 0;
    for (int i = 1 - REACH; i <= REACH; i++) {
      int at = position + i;
      if (at >= 0 && at < samples.length) {
        double x = Math.PI * (i - 0.5);
        sum += samples[at] * (0.5 + 0.5 * Math.cos(x / REACH)) * Math.sin(x) / x;
      }
    }
    return sum;
  }

  private static double decibels(short[] said, double noise) {
    double signal = 0;
    for (int i = REACH; i < said.length - REACH; i++) {
      signal += square(said[i]);
    }
    return 10 * Math.log10(signal / noise);
  }

  private static double square(double x) {
    return x * x;
  }

  private static short[] samples(String name) throws IOException {
    try (AudioInputStream in = AudioSystem.getAudioInputStream(FOLDER.resolve(name).toFile())) {
      byte[] bytes = in.readAllBytes();
      short[] samples = new short[bytes.length / Short.BYTES];
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asShortBuffer().get(samples);
      return samples;
    } catch (UnsupportedAudioFileException e) {
      throw new IOException(name, e);
    }
  }
}
