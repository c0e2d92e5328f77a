package io.callmesh.contracts.connector;

import io.callmesh.contracts.connector.AudioFormat.Encoding;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Where a connector's agent is and how it wants to be spoken to.
 *
 * @param protocol the protocol to speak
 * @param url {@code ws://} or {@code wss://}
 * @param audio the format of audio, both ways
 * @param headers of the request that opens the WebSocket
 * @param session the protocol's own settings of a session, not to be changed; empty for a protocol
 *     that has none
 * @param speaksFirst whether the agent is asked to speak before the caller has; for protocols whose
 *     agents wait to be asked
 */
public record AgentEndpoint(
    Protocol protocol,
    String url,
    AudioFormat audio,
    Map<String, AgentHeader> headers,
    JsonObject session,
    boolean speaksFirst) {
  /** Refuses audio that the protocol has not, with an {@link IllegalArgumentException}. */
  public AgentEndpoint {
    if (protocol == Protocol.TWILIO_MEDIA_STREAMS && audio.encoding() != Encoding.MULAW) {
      throw new IllegalArgumentException(
          "agent.audio.encoding must be mulaw for twilio-media-streams, was '%s'"
              .formatted(audio.encoding().text()));
    }
    headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
  }

  /** An agent without settings of a session. */
  public AgentEndpoint(
      Protocol protocol, String url, AudioFormat audio, Map<String, AgentHeader> headers) {
    this(protocol, url, audio, headers, new JsonObject(), true);
  }

  /** An agent that wants no headers. */
  public AgentEndpoint(Protocol protocol, String url, AudioFormat audio) {
    this(protocol, url, audio, Map.of());
  }

  /** The agent protocols that audio-worker speaks. */
  public enum Protocol {
    /** callmesh agent protocol v1 (docs/agent-protocols.md). */
    CALLMESH("callmesh"),
    /** OpenAI's Realtime API over WebSocket (docs/agent-openai-realtime.md). */
    OPENAI_REALTIME("openai-realtime"),
    /** Twilio Media Streams, with the worker in Twilio's place; mu-law only. */
    TWILIO_MEDIA_STREAMS("twilio-media-streams");

    private final String text;

    Protocol(String text) {
      this.text = text;
    }

    /** The name in the API. */
    public String text() {
      return text;
    }

    /** Whether audio of this format can go through the protocol. */
    public boolean carries(AudioFormat format) {
      return this != OPENAI_REALTIME
          || format.encoding() != AudioFormat.Encoding.PCM_S16LE
          || format.sampleRate() == 24_000;
    }

    /**
     * Whether {@link AgentEndpoint#session} and {@link AgentEndpoint#speaksFirst} mean anything.
     */
    public boolean hasSession() {
      return this == OPENAI_REALTIME;
    }

    private static String names() {
      return Arrays.stream(values()).map(Protocol::text).collect(Collectors.joining(" or "));
    }
  }

  /** The stored form, which is also the API's. */
  public JsonObject toJson() {
    JsonObject json =
        new JsonObject()
            .put("protocol", protocol.text())
            .put("url", url)
            .put("audio", audio.toJson());
    if (!headers.isEmpty()) {
      JsonObject object = new JsonObject();
      headers.forEach((name, header) -> object.put(name, header.toJson()));
      json.put("headers", object);
    }
    if (!session.isEmpty()) {
      json.put("session", session);
    }
    return speaksFirst ? json : json.put("speaksFirst", false);
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
            audio == null ? AudioFormat.MULAW_8000 : AudioFormat.fromJson(audio),
            headers(json),
            session(json),
            json.getBoolean("speaksFirst", true));
      }
    }
    throw new IllegalArgumentException(
        "agent.protocol must be %s, was '%s'".formatted(Protocol.names(), name));
  }

  private static JsonObject session(JsonObject json) {
    Object session = json.getValue("session");
    if (session == null || session instanceof JsonObject) {
      return session == null ? new JsonObject() : (JsonObject) session;
    }
    throw new IllegalArgumentException("agent.session must be an object");
  }

  private static Map<String, AgentHeader> headers(JsonObject json) {
    Map<String, AgentHeader> headers = new LinkedHashMap<>();
    json.getJsonObject("headers", new JsonObject())
        .forEach(header -> headers.put(header.getKey(), AgentHeader.fromJson(header.getValue())));
    return headers;
  }
}
