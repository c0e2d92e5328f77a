package io.callmesh.contracts.connector;

import io.vertx.core.json.JsonObject;
import java.util.Set;

/**
 * A format of audio on the agent's side: one channel, no header.
 *
 * @param encoding how a sample is written
 * @param sampleRate in Hz
 */
public record AudioFormat(Encoding encoding, int sampleRate) {
  /** Twilio's own format, which needs no transcoding. */
  public static final AudioFormat MULAW_8000 = new AudioFormat(Encoding.MULAW, 8_000);

  private static final Set<Integer> PCM_RATES = Set.of(8_000, 16_000, 24_000, 48_000);

  /** How a sample is written. */
  public enum Encoding {
    /** ITU-T G.711 mu-law, one byte. */
    MULAW("mulaw", 1),
    /** ITU-T G.711 A-law, one byte, the even bits inverted. */
    ALAW("alaw", 1),
    /** Linear, signed 16 bits, little-endian. */
    PCM_S16LE("pcm_s16le", 2);

    private final String text;
    private final int bytesPerSample;

    Encoding(String text, int bytesPerSample) {
      this.text = text;
      this.bytesPerSample = bytesPerSample;
    }

    /** The name in the API and in the agent protocol. */
    public String text() {
      return text;
    }

    /** Bytes of one sample. */
    public int bytesPerSample() {
      return bytesPerSample;
    }
  }

  /** Refuses what no worker can transcode, with an {@link IllegalArgumentException}. */
  public AudioFormat {
    if (encoding != Encoding.PCM_S16LE && sampleRate != 8_000) {
      throw new IllegalArgumentException(
          "agent.audio.sampleRate must be 8000 for mulaw and alaw, was " + sampleRate);
    }
    if (encoding == Encoding.PCM_S16LE && !PCM_RATES.contains(sampleRate)) {
      throw new IllegalArgumentException(
          "agent.audio.sampleRate must be 8000, 16000, 24000 or 48000, was " + sampleRate);
    }
  }

  /** The stored form, which is also the API's. */
  public JsonObject toJson() {
    return new JsonObject().put("encoding", encoding.text()).put("sampleRate", sampleRate);
  }

  /**
   * Reads the stored form, null like absent; throws {@link IllegalArgumentException} for what it
   * does not know.
   */
  public static AudioFormat fromJson(JsonObject json) {
    String encodingText = json.getString("encoding");
    String name = encodingText == null ? Encoding.MULAW.text() : encodingText;
    Integer sampleRate = json.getInteger("sampleRate");
    for (Encoding encoding : Encoding.values()) {
      if (encoding.text().equals(name)) {
        return new AudioFormat(encoding, sampleRate == null ? 8_000 : sampleRate);
      }
    }
    throw new IllegalArgumentException(
        "agent.audio.encoding must be mulaw, alaw or pcm_s16le, was '" + name + "'");
  }
}
