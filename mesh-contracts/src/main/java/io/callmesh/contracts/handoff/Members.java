package io.callmesh.contracts.handoff;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The members of a stored JSON object. Much cheaper than a {@link JsonObject}: a service that
 * starts reads millions, each for a moment.
 */
final class Members {
  private static final JsonFactory JSON = new JsonFactory();

  private final List<String> names = new ArrayList<>(16);
  private final List<@Nullable Object> values = new ArrayList<>(16);

  private Members() {}

  /**
   * Reads an object.
   *
   * @param json UTF-8
   * @throws IllegalArgumentException when it is none
   */
  static Members of(byte[] json) {
    try (JsonParser parser = JSON.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException("not a JSON object");
      }
      return rest(parser);
    } catch (IOException e) {
      throw new IllegalArgumentException("not JSON", e);
    }
  }

  /** Of what has been read already, on the bus. */
  static Members of(JsonObject json) {
    return of(json.encode().getBytes(StandardCharsets.UTF_8));
  }

  private static Members rest(JsonParser parser) throws IOException {
    Members members = new Members();
    for (JsonToken next = parser.nextToken(); next == JsonToken.FIELD_NAME; ) {
      members.names.add(parser.currentName());
      members.values.add(value(parser, parser.nextToken()));
      next = parser.nextToken();
    }
    return members;
  }

  private static @Nullable Object value(JsonParser parser, JsonToken first) throws IOException {
    return switch (first) {
      case START_OBJECT -> rest(parser);
      case START_ARRAY -> elements(parser);
      case VALUE_TRUE, VALUE_FALSE -> parser.getBooleanValue();
      case VALUE_NULL -> null;
      default -> parser.getText();
    };
  }

  private static List<@Nullable Object> elements(JsonParser parser) throws IOException {
    List<@Nullable Object> elements = new ArrayList<>(4);
    for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; ) {
      elements.add(value(parser, next));
      next = parser.nextToken();
    }
    return elements;
  }

  private @Nullable Object value(String name) {
    int place = names.indexOf(name);
    return place < 0 ? null : values.get(place);
  }

  /** A member that is text; null when it is absent. */
  @Nullable String optional(String name) {
    return (String) value(name);
  }

  /**
   * A member that is text.
   *
   * @throws IllegalArgumentException when it is absent
   */
  String text(String name) {
    String text = optional(name);
    if (text == null) {
      throw new IllegalArgumentException(name + " is missing");
    }
    return text;
  }

  /** Whether a member is true. */
  boolean isTrue(String name) {
    return Boolean.TRUE.equals(value(name));
  }

  /** The objects in a member that is an array; none when it is absent. */
  List<Members> objects(String name) {
    return value(name) instanceof List<?> elements
        ? elements.stream().map(Members.class::cast).toList()
        : List.of();
  }
}
