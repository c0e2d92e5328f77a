package io.callmesh.contracts.connector;

import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * A header of the request that opens an agent's WebSocket. What is secret stays out of the
 * connector: it is named, and audio-worker has it from its configuration.
 *
 * @param text the value, or what stands before the secret, such as {@code "Bearer "}
 * @param secret the name of the secret that follows; null for none
 */
public record AgentHeader(String text, @Nullable String secret) {
  /** The stored form, which is also the API's: a string, or an object that names a secret. */
  public Object toJson() {
    if (secret == null) {
      return text;
    }
    JsonObject json = new JsonObject().put("secret", secret);
    return text.isEmpty() ? json : json.put("prefix", text);
  }

  /** Reads the stored form; throws {@link IllegalArgumentException} for anything else. */
  public static AgentHeader fromJson(@Nullable Object json) {
    if (json instanceof String text) {
      return new AgentHeader(text, null);
    }
    if (json instanceof JsonObject object && object.getValue("secret") instanceof String secret) {
      return new AgentHeader(object.getString("prefix", ""), secret);
    }
    throw new IllegalArgumentException("agent.headers has neither a text nor a secret");
  }
}
