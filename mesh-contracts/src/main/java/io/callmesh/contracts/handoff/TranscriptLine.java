package io.callmesh.contracts.handoff;

import io.vertx.core.json.JsonObject;
import java.time.Instant;

/**
 * One thing that the caller or the agent said, as the agent tells it.
 *
 * @param role who said it
 * @param text the words
 * @param last whether the words will not change any more; one that is not is replaced by the next
 *     one of the same role
 * @param at when the worker was told
 */
public record TranscriptLine(Role role, String text, boolean last, Instant at) {
  /** Who speaks. */
  public enum Role {
    /** The person on the telephone. */
    CALLER("caller"),
    /** The voice agent. */
    AGENT("agent");

    private final String text;

    Role(String text) {
      this.text = text;
    }

    /** The name in events and in the API. */
    public String text() {
      return text;
    }
  }

  /** The same with no more than the first so many characters of the words. */
  public TranscriptLine within(int characters) {
    if (text.length() <= characters) {
      return this;
    }
    boolean splits = characters > 0 && Character.isHighSurrogate(text.charAt(characters - 1));
    return new TranscriptLine(
        role, text.substring(0, splits ? characters - 1 : characters), last, at);
  }

  /** The form on the wire, in Kafka and in the API. */
  public JsonObject toJson() {
    return new JsonObject()
        .put("role", role.text())
        .put("text", text)
        .put("final", last)
        .put("at", at.toString());
  }

  /** Reads it. */
  public static TranscriptLine fromJson(JsonObject json) {
    return new TranscriptLine(
        "caller".equals(json.getString("role")) ? Role.CALLER : Role.AGENT,
        json.getString("text"),
        json.getBoolean("final", true),
        Instant.parse(json.getString("at")));
  }

  /** Leaves out the words, which belong to no log. */
  @Override
  public String toString() {
    return "TranscriptLine[" + role + ", " + text.length() + " characters]";
  }
}
