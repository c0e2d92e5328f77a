package io.callmesh.standalone.bench;

import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** A way that audio takes from a simulated Twilio to an agent that echoes, and back. */
enum AudioPath {
  /** Straight to the agent: what the machine, the load and the agent take by themselves. */
  DIRECT("", "mulaw", 8_000),
  /** Over the bare relay in C: the floor. */
  RELAY("", "mulaw", 8_000),
  MULAW("callmesh", "mulaw", 8_000),
  PCM8("callmesh", "pcm_s16le", 8_000),
  PCM16("callmesh", "pcm_s16le", 16_000),
  PCM24("callmesh", "pcm_s16le", 24_000),
  TWILIO("twilio-media-streams", "mulaw", 8_000),
  OPENAI("openai-realtime", "mulaw", 8_000);

  private final String protocol;
  private final String encoding;
  private final int sampleRate;

  AudioPath(String protocol, String encoding, int sampleRate) {
    this.protocol = protocol;
    this.encoding = encoding;
    this.sampleRate = sampleRate;
  }

  /** The name on the command line. */
  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  static AudioPath of(String text) {
    return Arrays.stream(values())
        .filter(path -> path.text().equals(text))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("--only must be some of " + names()));
  }

  static String names() {
    return Arrays.stream(values()).map(AudioPath::text).collect(Collectors.joining(", "));
  }

  /** Whether it goes through the mesh. */
  boolean throughMesh() {
    return !protocol.isEmpty();
  }

  /**
   * Whether frames may come back in other mu-law codes than they went: even at 8 kHz PCM has one
   * zero where mu-law has two.
   */
  boolean transcoded() {
    return !encoding.equals("mulaw");
  }

  /** The body of the request that creates its connector. */
  JsonObject connector(String agentUrl) {
    JsonObject audio = new JsonObject().put("encoding", encoding).put("sampleRate", sampleRate);
    return new JsonObject()
        .put("name", text())
        .put("accountId", "benchmark")
        .put("clientEnv", "sandbox")
        .put("asrLangCode", "en-US")
        .put("ttsLangCode", "en-US")
        .put(
            "agent",
            new JsonObject().put("protocol", protocol).put("url", agentUrl).put("audio", audio));
  }
}
