package io.callmesh.worker.agent;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of a JSON text, character for character as it was written: a tree of it would forget how
 * numbers were spelled. No state.
 */
public final class Excerpt {
  /** Comments are passed over, as Vert.x does when it makes a tree of the same text. */
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonReadFeature.ALLOW_JAVA_COMMENTS).build();

  private Excerpt() {}

  /**
   * The object to which this path of members leads, from its first brace to its last; null when
   * there is none. Of members with the same name the last one counts, as in a tree.
   *
   * @param json an object; of a text that is none, or no JSON at all, there is no part
   */
  public static @Nullable String object(String json, String... path) {
    try (JsonParser parser = JSON.createParser(json)) {
      return parser.nextToken() == JsonToken.START_OBJECT
          ? object(json, parser, List.of(path))
          : null;
    } catch (IOException notJson) {
      return null;
    }
  }

  private static @Nullable String object(String json, JsonParser parser, List<String> path)
      throws IOException {
    if (path.isEmpty()) {
      return whole(json, parser);
    }
    String found = null;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean wanted = parser.currentName().equals(path.get(0));
      boolean object = parser.nextToken() == JsonToken.START_OBJECT;
      if (wanted) {
        found = object ? object(json, parser, path.subList(1, path.size())) : null;
      }
      parser.skipChildren(); // of what is not wanted; behind an end there are none
    }
    return found;
  }

  private static String whole(String json, JsonParser parser) throws IOException {
    int start = offset(parser) - 1;
    parser.skipChildren();
    return json.substring(start, offset(parser));
  }

  /** Characters that are read; behind a brace that is the place next to it. */
  private static int offset(JsonParser parser) {
    return (int) parser.currentLocation().getCharOffset();
  }
}
