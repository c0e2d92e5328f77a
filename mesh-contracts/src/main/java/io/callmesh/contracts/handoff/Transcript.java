package io.callmesh.contracts.handoff;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The end of what was said in a conversation before its outcome, as JSON text: it is kept for many
 * calls and read for few. Immutable.
 */
public final class Transcript {
  /** Lines at most; the latest. */
  public static final int MAX_LINES = 60;

  /** Characters of all lines' words together; the latest lines that fit. */
  public static final int MAX_CHARACTERS = 8 * 1024;

  /** Nothing was said, or the agent does not tell. */
  public static final Transcript EMPTY = new Transcript("[]");

  private final String text;

  private Transcript(String text) {
    this.text = text;
  }

  /** The latest of these lines, within the bounds. */
  public static Transcript of(List<TranscriptLine> lines) {
    Deque<JsonObject> latest = new ArrayDeque<>();
    int left = MAX_CHARACTERS;
    for (int i = lines.size() - 1; i >= 0 && latest.size() < MAX_LINES; i--) {
      left -= lines.get(i).text().length();
      if (left < 0) {
        break;
      }
      latest.addFirst(lines.get(i).toJson());
    }
    return latest.isEmpty() ? EMPTY : new Transcript(new JsonArray(List.copyOf(latest)).encode());
  }

  static Transcript stored(@Nullable String text) {
    return text == null ? EMPTY : new Transcript(text);
  }

  /** A JSON array of {@link TranscriptLine#toJson()}, the oldest first. */
  public String text() {
    return text;
  }

  /** Whether there is no line. */
  public boolean isEmpty() {
    return text.equals("[]");
  }

  /** The lines, the oldest first. */
  public List<TranscriptLine> lines() {
    return new JsonArray(text)
        .stream().map(line -> TranscriptLine.fromJson((JsonObject) line)).toList();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Transcript transcript && transcript.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** Leaves out the words, which belong to no log. */
  @Override
  public String toString() {
    return "Transcript[" + text.length() + " characters]";
  }
}
