package io.callmesh.worker.audio;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import javax.sound.sampled.UnsupportedAudioFileException;

/** The audio of this package's test resources, and how alike two recordings are. */
final class Recording {
  /** Samples on either side that a shifted sample is made of. */
  private static final int REACH = 200;

  private Recording() {}

  /** The bytes of a WAV file's audio. */
  static byte[] bytes(String name) throws IOException {
    InputStream file = Objects.requireNonNull(Recording.class.getResourceAsStream(name), name);
    try (AudioInputStream audio = AudioSystem.getAudioInputStream(new BufferedInputStream(file))) {
      return audio.readAllBytes();
    } catch (UnsupportedAudioFileException e) {
      throw new IOException(name, e);
    }
  }

  /** The samples of a WAV file of 16 bits. */
  static short[] samples(String name) throws IOException {
    return samples(bytes(name));
  }

  /** Little-endian bytes as samples. */
  static short[] samples(byte[] pcm) {
    short[] samples = new short[pcm.length / 2];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (short) ((pcm[2 * i] & 0xff) | (pcm[2 * i + 1] << 8));
    }
    return samples;
  }

  /**
   * How far a recording is from one that it should be.
   *
   * @param signalToNoise in dB
   * @param largestError of a sample
   */
  record Likeness(double signalToNoise, double largestError) {}

  /**
   * Compares with one that comes {@code delay} samples earlier, not necessarily whole ones. The
   * ends are left out.
   */
  static Likeness compare(short[] expected, short[] actual, double delay) {
    double[] shift = shift(delay);
    double signal = 0;
    double noise = 0;
    double largest = 0;
    int whole = (int) Math.floor(delay);
    for (int i = whole + REACH; i < Math.min(actual.length, expected.length) - REACH; i++) {
      double late = at(expected, i - whole, shift);
      double error = actual[i] - late;
      signal += late * late;
      noise += error * error;
      largest = Math.max(largest, Math.abs(error));
    }
    return new Likeness(10 * Math.log10(signal / noise), largest);
  }

  private static double at(short[] samples, int position, double[] shift) {
    double sum = 0;
    for (int i = 0; i < shift.length; i++) {
      sum += samples[position - REACH + i] * shift[i];
    }
    return sum;
  }

  /** A delay by part of a sample: a sinc under a Hann window, exact up to 0.95 of Nyquist. */
  private static double[] shift(double delay) {
    double[] shift = new double[2 * REACH];
    double fraction = delay - Math.floor(delay);
    for (int i = 0; i < shift.length; i++) {
      double x = REACH - i - fraction;
      double window = 0.5 + 0.5 * Math.cos(Math.PI * x / (REACH + 1));
      shift[i] = window * (x == 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
    }
    return shift;
  }
}
