package io.callmesh.contracts.handoff;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The handoff state: a JSON object, kept as the text that the agent sent, so that it is served
 * digit for digit and takes little memory. Immutable.
 */
public final class HandoffData {
  /** Bytes of the largest, as UTF-8. */
  public static final int MAX_BYTES = 64 * 1024;

  /** Objects and arrays within each other, the outermost counted. */
  public static final int MAX_DEPTH = 16;

  /** Members of all objects and elements of all arrays together. */
  public static final int MAX_MEMBERS = 2_000;

  /** No data. */
  public static final HandoffData EMPTY = new HandoffData("{}");

  /** What is shown in the place of a value that the reader may not see. */
  public static final String MASK = "[masked]";

  private static final JsonFactory JSON = new JsonFactory();

  private final String text;

  private HandoffData(String text) {
    this.text = text;
  }

  /** Data that may not be stored; the message is for whoever wrote the agent. */
  public static final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String code;

    RefusedException(String code, String message) {
      super(message);
      this.code = code;
    }

    /** One machine-readable word. */
    public String code() {
      return code;
    }
  }

  /**
   * Takes the text of a JSON object.
   *
   * @throws RefusedException when it is none, or exceeds a bound
   */
  public static HandoffData of(String json) {
    if (utf8Bytes(json) > MAX_BYTES) {
      throw new RefusedException(
          "state_too_large", "the handoff state must have at most 64 KiB as JSON in UTF-8");
    }
    try (JsonParser parser = JSON.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new RefusedException("state_not_an_object", "the handoff state must be an object");
      }
      check(parser);
    } catch (IOException e) {
      throw new RefusedException(
          "state_not_an_object", "the handoff state must be JSON, which has no comments");
    }
    return new HandoffData(json);
  }

  /** The same for an object that has been read already. */
  public static HandoffData of(JsonObject json) {
    return json.isEmpty() ? EMPTY : of(json.encode());
  }

  /** Takes the stored form, which was checked when it was stored. */
  static HandoffData stored(String text) {
    return new HandoffData(text);
  }

  private static int utf8Bytes(String json) {
    return json.length() > MAX_BYTES ? json.length() : json.getBytes(StandardCharsets.UTF_8).length;
  }

  private static void check(JsonParser parser) throws IOException {
    int depth = 1;
    int members = 0;
    while (depth > 0) {
      JsonToken token = parser.nextToken();
      if (token == null) {
        throw new RefusedException("state_not_an_object", "the handoff state must be JSON");
      }
      if (token.isStructEnd()) {
        depth--;
      } else if (token != JsonToken.FIELD_NAME && ++members > MAX_MEMBERS) {
        throw new RefusedException(
            "state_too_many_members",
            "the handoff state must have at most " + MAX_MEMBERS + " members and elements");
      }
      if (token.isStructStart() && ++depth > MAX_DEPTH) {
        throw new RefusedException(
            "state_too_deep", "the handoff state must be at most " + MAX_DEPTH + " levels deep");
      }
    }
    if (parser.nextToken() != null) {
      throw new RefusedException("state_not_an_object", "the handoff state must be one object");
    }
  }

  /** The JSON, as it came. */
  public String text() {
    return text;
  }

  /** Whether there is no member. */
  public boolean isEmpty() {
    return text.equals("{}") || toJson().isEmpty();
  }

  /** The object; a new one at each call. */
  public JsonObject toJson() {
    return new JsonObject(text);
  }

  /**
   * The same with {@value #MASK} for the value of every member with one of these names, at any
   * depth.
   */
  public HandoffData masked(Set<String> names) {
    if (names.isEmpty()) {
      return this;
    }
    StringWriter masked = new StringWriter(text.length());
    try (JsonParser from = JSON.createParser(text);
        JsonGenerator to = JSON.createGenerator(masked)) {
      for (JsonToken token = from.nextToken(); token != null; token = from.nextToken()) {
        if (token == JsonToken.FIELD_NAME && names.contains(from.currentName())) {
          to.writeStringField(from.currentName(), MASK);
          from.nextToken();
          from.skipChildren();
        } else if (token.isNumeric()) {
          to.writeNumber(from.getText()); // digit for digit
        } else {
          to.copyCurrentEvent(from);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new HandoffData(masked.toString());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof HandoffData data && data.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** Leaves out what the agent said, which belongs to no log. */
  @Override
  public String toString() {
    return "HandoffData[" + text.length() + " characters]";
  }
}
