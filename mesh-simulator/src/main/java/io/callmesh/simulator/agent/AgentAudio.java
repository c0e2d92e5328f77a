package io.callmesh.simulator.agent;

import io.callmesh.contracts.connector.AudioFormat;
import io.callmesh.simulator.audio.ALaw;
import io.callmesh.simulator.audio.MuLaw;
import io.callmesh.simulator.audio.SincConverter;
import io.callmesh.simulator.audio.WavFile;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Prompts as they are sent, in pieces of 20 ms. A prompt is converted when it is first said in a
 * format, which takes some milliseconds, and kept: an agent that is only ever asked for mu-law
 * starts without converting anything. Thread-safe; holds the prompts of one script in six formats
 * at most.
 */
final class AgentAudio {
  private final Map<Key, List<Buffer>> pieces = new ConcurrentHashMap<>();

  private record Key(String prompt, AudioFormat format) {}

  /** The pieces of a prompt, in order; the last may be shorter. */
  List<Buffer> pieces(Prompt prompt, AudioFormat format) {
    return pieces.computeIfAbsent(
        new Key(prompt.name(), format), missing -> cut(prompt.pcm8k(), format));
  }

  private static List<Buffer> cut(short[] pcm8k, AudioFormat format) {
    byte[] audio =
        switch (format.encoding()) {
          case MULAW -> MuLaw.encode(pcm8k);
          case ALAW -> ALaw.encode(pcm8k);
          case PCM_S16LE ->
              littleEndian(SincConverter.convert(pcm8k, WavFile.RATE, format.sampleRate()));
        };
    int length = format.sampleRate() / 50 * format.encoding().bytesPerSample();
    Buffer whole = Buffer.buffer(audio);
    List<Buffer> cut = new ArrayList<>();
    for (int at = 0; at < audio.length; at += length) {
      cut.add(whole.getBuffer(at, Math.min(audio.length, at + length)));
    }
    return List.copyOf(cut);
  }

  private static byte[] littleEndian(short[] samples) {
    byte[] bytes = new byte[samples.length * Short.BYTES];
    for (int i = 0; i < samples.length; i++) {
      bytes[2 * i] = (byte) samples[i];
      bytes[2 * i + 1] = (byte) (samples[i] >> 8);
    }
    return bytes;
  }
}
