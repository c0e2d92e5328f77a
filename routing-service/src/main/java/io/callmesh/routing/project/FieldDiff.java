package io.callmesh.routing.project;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which members of two objects differ, as deep as they can be named: {@code agent.url}, {@code
 * destinations[people].route}. The plain values of an agent's headers are not told.
 */
final class FieldDiff {
  private static final String HEADERS = "agent.headers";
  private static final String HIDDEN = "(hidden)";

  private final JsonArray fields = new JsonArray();

  private FieldDiff() {}

  /** {@code [{"path", "from", "to"}]}, null for what is not there. */
  static JsonArray of(JsonObject before, JsonObject after) {
    FieldDiff diff = new FieldDiff();
    diff.objects("", before, after);
    return diff.fields;
  }

  private void objects(String path, JsonObject before, JsonObject after) {
    Set<String> names = new LinkedHashSet<>(before.fieldNames());
    names.addAll(after.fieldNames());
    for (String name : names) {
      String below = path.isEmpty() ? name : path + "." + name;
      values(below, before.getValue(name), after.getValue(name));
    }
  }

  private void values(String path, @Nullable Object before, @Nullable Object after) {
    if (Objects.equals(before, after)) {
      return;
    }
    if (before instanceof JsonObject from && after instanceof JsonObject to) {
      objects(path, from, to);
    } else if (before instanceof JsonArray from
        && after instanceof JsonArray to
        && isNamed(from)
        && isNamed(to)) {
      entries(path, from, to);
    } else {
      fields.add(
          new JsonObject()
              .put("path", path)
              .put("from", shown(path, before))
              .put("to", shown(path, after)));
    }
  }

  /** By name, and their order besides when nothing else differs. */
  private void entries(String path, JsonArray before, JsonArray after) {
    int told = fields.size();
    Set<String> names = names(before);
    names.addAll(names(after));
    for (String name : names) {
      values(path + "[" + name + "]", named(before, name), named(after, name));
    }
    if (fields.size() == told) {
      fields.add(
          new JsonObject()
              .put("path", path)
              .put("from", new JsonArray(names(before).stream().toList()))
              .put("to", new JsonArray(names(after).stream().toList())));
    }
  }

  private static boolean isNamed(JsonArray array) {
    return array.stream().allMatch(one -> one instanceof JsonObject o && o.containsKey("name"));
  }

  private static Set<String> names(JsonArray array) {
    Set<String> names = new LinkedHashSet<>();
    array.forEach(one -> names.add(((JsonObject) one).getString("name")));
    return names;
  }

  private static @Nullable JsonObject named(JsonArray array, String name) {
    return array.stream()
        .map(JsonObject.class::cast)
        .filter(one -> name.equals(one.getString("name")))
        .findFirst()
        .orElse(null);
  }

  private static @Nullable Object shown(String path, @Nullable Object value) {
    if (value instanceof JsonObject agent && path.equals("agent") && agent.containsKey("headers")) {
      return agent.copy().put("headers", HIDDEN);
    }
    boolean hidden =
        path.equals(HEADERS) || (path.startsWith(HEADERS + ".") && value instanceof String);
    return hidden && value != null ? HIDDEN : value;
  }
}
