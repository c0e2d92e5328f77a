package io.callmesh.contracts.connector;

import io.vertx.core.json.JsonObject;

/**
 * Where a connector's agent is and how it wants to be spoken to.
 *
 * @param protocol the protocol to speak
 * @param url {@code ws://} or {@code wss://}
 * @param audio the format of audio, both ways
 */
public record AgentEndpoint(Protocol protocol, String url, AudioFormat audio) {
  /** The agent protocols that audio-worker speaks. */
  public enum Protocol {
    /** callmesh agent protocol v1 (docs/agent-protocol.md). */
    CALLMESH("callmesh");

    private final String text;

    Protocol(String text) {
      this.text = text;
    }

    /** The name in the API. */
    public String text() {
      return text;
    }
  }

  /** The stored form, which is also the API's. */
  public JsonObject toJson() {
    return new JsonObject()
        .put("protocol", protocol.text())
        .put("url", url)
        .put("audio", audio.toJson());
  }

  /** Reads the stored form. */
  public static AgentEndpoint fromJson(JsonObject json) {
    String name = json.getString("protocol", Protocol.CALLMESH.text());
    for (Protocol protocol : Protocol.values()) {
      if (protocol.text().equals(name)) {
        JsonObject audio = json.getJsonObject("audio");
        return new AgentEndpoint(
            protocol,
            json.getString("url"),
            audio == null ? AudioFormat.MULAW_8000 : AudioFormat.fromJson(audio));
      }
    }
    throw new IllegalArgumentException("agent.protocol must be callmesh, was '" + name + "'");
  }
}
