package io.callmesh.simulator.audio;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioFormat.Encoding;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import javax.sound.sampled.UnsupportedAudioFileException;

/**
 * WAV files as telephone audio. Reads whatever the JDK reads (linear PCM of 8 to 32 bits, G.711,
 * any rate and number of channels) as 8 kHz mono; writes 8 kHz linear PCM of 16 bits.
 */
public final class WavFile {
  /** The rate of everything that is returned, in Hz. */
  public static final int RATE = 8_000;

  /** The longest file that is read, in seconds. */
  public static final int LONGEST_SECONDS = 600;

  private static final int LOWEST_RATE = 4_000;
  private static final int HIGHEST_RATE = 192_000;
  private static final int HEADER_BYTES = 44;
  private static final int CHUNK_FRAMES = 4_096;

  private WavFile() {}

  /**
   * Reads a file as 8 kHz mono; channels are averaged. Blocks.
   *
   * @throws WavException when the file is missing, unreadable, empty, longer than {@value
   *     #LONGEST_SECONDS} s, or no WAV that the JDK understands
   */
  public static short[] readMono8k(Path file) throws WavException {
    if (Files.isDirectory(file)) {
      throw new WavException(file + " is a directory, not a WAV file.");
    }
    try (InputStream in = Files.newInputStream(file)) {
      return readMono8k(in, file.toString());
    } catch (WavException e) {
      throw e;
    } catch (NoSuchFileException e) {
      throw new WavException(file + " does not exist.", e);
    } catch (IOException e) {
      throw new WavException(file + " cannot be read: " + e.getMessage() + ".", e);
    }
  }

  /**
   * Reads a stream as 8 kHz mono. Blocks; the caller closes the stream.
   *
   * @param name of the source, for messages
   */
  public static short[] readMono8k(InputStream in, String name) throws WavException {
    try (AudioInputStream audio = AudioSystem.getAudioInputStream(new BufferedInputStream(in))) {
      return convert(audio, name);
    } catch (UnsupportedAudioFileException e) {
      throw new WavException(name + " is not a WAV file that can be read.", e);
    } catch (WavException e) {
      throw e;
    } catch (IOException | IllegalArgumentException e) {
      throw new WavException(name + " cannot be read: " + e.getMessage() + ".", e);
    }
  }

  private static short[] convert(AudioInputStream audio, String name) throws IOException {
    AudioFormat format = audio.getFormat();
    int rate = Math.round(format.getSampleRate());
    if (rate < LOWEST_RATE || rate > HIGHEST_RATE) {
      throw new WavException(
          name + " has a sample rate of " + rate + " Hz; 4000 to 192000 Hz can be read.");
    }
    short[] mono = mono(linear(audio, format), format.getChannels(), rate, name);
    if (mono.length == 0) {
      throw new WavException(name + " holds no audio.");
    }
    return SincConverter.convert(mono, rate, RATE);
  }

  private static AudioInputStream linear(AudioInputStream audio, AudioFormat format) {
    int channels = format.getChannels();
    float rate = format.getSampleRate();
    return AudioSystem.getAudioInputStream(
        new AudioFormat(Encoding.PCM_SIGNED, rate, 16, channels, 2 * channels, rate, false), audio);
  }

  private static short[] mono(AudioInputStream audio, int channels, int rate, String name)
      throws IOException {
    int limit = rate * LONGEST_SECONDS;
    short[] mono = new short[Math.min(limit, rate * 10)];
    int length = 0;
    byte[] chunk = new byte[CHUNK_FRAMES * channels * Short.BYTES];
    int read;
    while ((read = audio.readNBytes(chunk, 0, chunk.length)) > 0) {
      int frames = read / (channels * Short.BYTES);
      if (length + frames > limit) {
        throw new WavException(name + " is longer than " + LONGEST_SECONDS / 60 + " minutes.");
      }
      if (length + frames > mono.length) {
        mono = Arrays.copyOf(mono, Math.min(limit, mono.length * 2));
      }
      mix(ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN), channels, mono, length, frames);
      length += frames;
    }
    return Arrays.copyOf(mono, length);
  }

  private static void mix(ByteBuffer samples, int channels, short[] mono, int at, int frames) {
    for (int frame = 0; frame < frames; frame++) {
      int sum = 0;
      for (int channel = 0; channel < channels; channel++) {
        sum += samples.getShort();
      }
      mono[at + frame] = (short) (sum / channels);
    }
  }

  /** Writes one channel at 8 kHz. Blocks. */
  public static void writeMono8k(Path file, short[] samples) throws IOException {
    write(file, new short[][] {samples});
  }

  /**
   * Writes two channels at 8 kHz; the shorter one ends in silence. Blocks.
   *
   * @param left the first channel
   * @param right the second channel
   */
  public static void writeStereo8k(Path file, short[] left, short[] right) throws IOException {
    int length = Math.max(left.length, right.length);
    write(file, new short[][] {Arrays.copyOf(left, length), Arrays.copyOf(right, length)});
  }

  private static void write(Path file, short[][] channels) throws IOException {
    int length = channels[0].length;
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      out.write(header(channels.length, length));
      for (int i = 0; i < length; i++) {
        for (short[] channel : channels) {
          out.write(channel[i]);
          out.write(channel[i] >> 8);
        }
      }
    }
  }

  private static byte[] header(int channels, int frames) {
    int frameBytes = channels * Short.BYTES;
    int dataBytes = frames * frameBytes;
    return ByteBuffer.allocate(HEADER_BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put("RIFF".getBytes(StandardCharsets.US_ASCII))
        .putInt(HEADER_BYTES - 8 + dataBytes)
        .put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII))
        .putInt(16)
        .putShort((short) 1)
        .putShort((short) channels)
        .putInt(RATE)
        .putInt(RATE * frameBytes)
        .putShort((short) frameBytes)
        .putShort((short) Short.SIZE)
        .put("data".getBytes(StandardCharsets.US_ASCII))
        .putInt(dataBytes)
        .array();
  }
}
