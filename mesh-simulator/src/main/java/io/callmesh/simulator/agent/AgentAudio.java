package io.callmesh.simulator.agent;

import io.callmesh.contracts.connector.AudioFormat;
import io.callmesh.contracts.connector.AudioFormat.Encoding;
import io.callmesh.simulator.audio.MuLaw;
import io.callmesh.simulator.audio.SincConverter;
import io.callmesh.simulator.audio.WavFile;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A script's prompts, ready to be sent in each format: pieces of 20 ms. Immutable. */
final class AgentAudio {
  private static final List<AudioFormat> FORMATS =
      List.of(
          AudioFormat.MULAW_8000,
          new AudioFormat(Encoding.PCM_S16LE, 8_000),
          new AudioFormat(Encoding.PCM_S16LE, 16_000),
          new AudioFormat(Encoding.PCM_S16LE, 24_000));

  private final Map<AudioFormat, Map<String, List<Buffer>>> pieces = new HashMap<>();

  /** Converts all prompts; takes some 100 ms of computing, so on no event loop. */
  AgentAudio(AgentScript script) {
    for (AudioFormat format : FORMATS) {
      Map<String, List<Buffer>> prompts = new HashMap<>();
      script.prompts().forEach(prompt -> prompts.put(prompt.name(), cut(prompt.pcm8k(), format)));
      pieces.put(format, prompts);
    }
  }

  /** The pieces of a prompt, in order; the last may be shorter. */
  List<Buffer> pieces(Prompt prompt, AudioFormat format) {
    return pieces.getOrDefault(format, Map.of()).getOrDefault(prompt.name(), List.of());
  }

  private static List<Buffer> cut(short[] pcm8k, AudioFormat format) {
    byte[] audio =
        format.encoding() == Encoding.MULAW
            ? MuLaw.encode(pcm8k)
            : littleEndian(SincConverter.convert(pcm8k, WavFile.RATE, format.sampleRate()));
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
