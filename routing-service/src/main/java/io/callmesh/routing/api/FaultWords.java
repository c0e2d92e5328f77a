package io.callmesh.routing.api;

import io.callmesh.runtime.web.Fault;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.OutputUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells what a schema did not like in words for people: the schema's own ({@code x-must}), or those
 * that its keyword has here. Values are cut, and left out where the schema says {@code x-secret}.
 */
final class FaultWords {
  private static final int SHOWN = 60;

  /** Keywords that only say that something deeper is wrong. */
  private static final Set<String> CONTAINERS =
      Set.of(
          "$ref",
          "allOf",
          "if",
          "items",
          "patternProperties",
          "prefixItems",
          "properties",
          "propertyNames");

  private static final Set<String> UNKNOWN =
      Set.of("additionalProperties", "unevaluatedProperties");

  private final JsonObject document;

  FaultWords(JsonObject document) {
    this.document = document;
  }

  /** One fault for each place, in the order in which they were found. */
  List<Fault> faults(String schema, JsonObject value, List<OutputUnit> errors) {
    Map<String, Fault> faults = new LinkedHashMap<>();
    for (OutputUnit error : errors) {
      for (Fault fault : faults(schema, value, error)) {
        faults.putIfAbsent(fault.pointer(), fault);
      }
    }
    return List.copyOf(faults.values());
  }

  private List<Fault> faults(String schema, JsonObject value, OutputUnit error) {
    List<String> place = parts(error.getAbsoluteKeywordLocation());
    String keyword = last(place);
    JsonObject node = node(schema, place.subList(0, place.size() - 1));
    String pointer = error.getInstanceLocation();
    if (isContainer(keyword, node) || isKnown(keyword, node, last(parts(pointer)))) {
      return List.of();
    }
    Object found = step(value, parts(pointer));
    if (keyword.equals("required")) {
      return missing(node, pointer, found);
    }
    boolean aboutName = place.contains("propertyNames");
    Object shown = aboutName ? last(parts(pointer)) : found;
    return List.of(Fault.at(pointer, words(keyword, node, shown)));
  }

  private static boolean isContainer(String keyword, JsonObject node) {
    boolean schemaOfOthers =
        keyword.equals("additionalProperties") && node.getValue(keyword) instanceof JsonObject;
    return CONTAINERS.contains(keyword) || schemaOfOthers;
  }

  /** To the library a member that is known and wrong is an additional one too. */
  private static boolean isKnown(String keyword, JsonObject node, String name) {
    return UNKNOWN.contains(keyword)
        && node.getJsonObject("properties", new JsonObject()).containsKey(name);
  }

  private static List<Fault> missing(JsonObject node, String pointer, @Nullable Object found) {
    List<Fault> faults = new ArrayList<>();
    for (Object name : node.getJsonArray("required")) {
      if (found instanceof JsonObject object && !object.containsKey((String) name)) {
        faults.add(Fault.at(pointer + "/" + name, "is required"));
      }
    }
    return faults;
  }

  private static String words(String keyword, JsonObject node, @Nullable Object found) {
    return switch (keyword) {
      case "additionalProperties", "unevaluatedProperties" -> "is unknown here";
      case "minLength" -> "must not be empty";
      case "maxLength" -> bound("at most", keyword, node, "characters", found);
      case "minItems" -> bound("at least", keyword, node, "entries", found);
      case "maxItems" -> bound("at most", keyword, node, "entries", found);
      case "maxProperties" -> bound("at most", keyword, node, "members", found);
      default -> "must " + must(keyword, node) + was(keyword, node, found);
    };
  }

  private static String bound(
      String how, String keyword, JsonObject node, String what, @Nullable Object found) {
    return "must have %s %s %s, has %d".formatted(how, node.getValue(keyword), what, size(found));
  }

  private static int size(@Nullable Object found) {
    if (found instanceof String text) {
      return text.codePointCount(0, text.length());
    }
    if (found instanceof JsonArray array) {
      return array.size();
    }
    return found instanceof JsonObject object ? object.size() : 0;
  }

  private static String must(String keyword, JsonObject node) {
    Object own = node.getValue("x-must");
    if (own != null) {
      return own.toString();
    }
    return switch (keyword) {
      case "type" -> "be " + either(types(node.getValue("type")));
      case "enum" ->
          "be " + either(node.getJsonArray("enum").stream().map(String::valueOf).toList());
      case "const" -> "be " + node.getValue("const");
      case "minimum", "maximum" -> range(node);
      case "pattern" -> "match " + node.getString("pattern");
      default -> "be valid by " + keyword;
    };
  }

  private static String range(JsonObject node) {
    Object least = node.getValue("minimum");
    Object most = node.getValue("maximum");
    if (least == null) {
      return "be at most " + most;
    }
    return most == null ? "be at least " + least : "be %s..%s".formatted(least, most);
  }

  private static List<String> types(Object type) {
    return type instanceof JsonArray several
        ? several.stream().map(one -> named(one.toString())).toList()
        : List.of(named(type.toString()));
  }

  private static String named(String type) {
    return switch (type) {
      case "object" -> "an object";
      case "array" -> "an array";
      case "boolean" -> "true or false";
      case "integer" -> "a whole number";
      case "null" -> "null";
      default -> "a " + type;
    };
  }

  private static String either(List<String> values) {
    int end = values.size() - 1;
    return end == 0
        ? values.get(0)
        : String.join(", ", values.subList(0, end)) + " or " + values.get(end);
  }

  private static String was(String keyword, JsonObject node, @Nullable Object found) {
    boolean forbidden = keyword.equals("not") && node.getJsonObject("not").isEmpty();
    return forbidden || node.getBoolean("x-secret", false) ? "" : ", was " + shown(found);
  }

  /** A value as an answer may have it: short. */
  static String shown(@Nullable Object value) {
    if (value instanceof JsonObject) {
      return "an object";
    }
    if (value instanceof JsonArray) {
      return "an array";
    }
    String text = String.valueOf(value);
    String cut = text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text;
    return value instanceof String ? "'" + cut + "'" : cut;
  }

  /** Errors name a schema that was referred to by its place in the document, others by theirs. */
  private JsonObject node(String schema, List<String> place) {
    boolean whole = !place.isEmpty() && place.get(0).equals("components");
    Object start = whole ? document : step(document, List.of("components", "schemas", schema));
    return step(start, place) instanceof JsonObject node ? node : new JsonObject();
  }

  private static @Nullable Object step(@Nullable Object start, List<String> place) {
    Object found = start;
    for (String part : place) {
      if (found instanceof JsonObject object) {
        found = object.getValue(part);
      } else if (found instanceof JsonArray array) {
        found = array.getValue(Integer.parseInt(part));
      } else {
        return null;
      }
    }
    return found;
  }

  private static List<String> parts(String pointer) {
    String path = pointer.substring(pointer.indexOf('#') + 1);
    return path.isEmpty()
        ? List.of()
        : Arrays.stream(path.substring(1).split("/", -1)).map(Fault::unescaped).toList();
  }

  private static String last(List<String> parts) {
    return parts.isEmpty() ? "" : parts.get(parts.size() - 1);
  }
}
