package io.callmesh.standalone;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/** Prints what a configuration changes, for people. */
final class ConfigDiff {
  private static final int MAX_VALUE = 60;
  private static final String GREEN = "\u001B[32m";
  private static final String YELLOW = "\u001B[33m";
  private static final String RED = "\u001B[31m";
  private static final String PLAIN = "\u001B[0m";

  private final PrintStream out;
  private final boolean coloured;

  ConfigDiff(PrintStream out, boolean coloured) {
    this.out = out;
    this.coloured = coloured;
  }

  void print(JsonArray changes) {
    changes.forEach(change -> print((JsonObject) change));
    out.println(
        "%d to create, %d to change, %d to delete."
            .formatted(
                count(changes, "create"), count(changes, "update"), count(changes, "delete")));
  }

  private static long count(JsonArray changes, String what) {
    return changes.stream()
        .filter(change -> what.equals(((JsonObject) change).getString("change")))
        .count();
  }

  private void print(JsonObject change) {
    String what = change.getString("change");
    String kind = change.getString("kind").equals("connector") ? "connector" : "phone number";
    line(sign(what), "%s %s".formatted(kind, change.getString("name")));
    for (Object field : change.getJsonArray("fields")) {
      JsonObject member = (JsonObject) field;
      line(
          "    ~",
          "%s: %s -> %s"
              .formatted(
                  member.getString("path"),
                  shown(member.getValue("from")),
                  shown(member.getValue("to"))));
    }
  }

  private static String sign(String change) {
    return switch (change) {
      case "create" -> "+";
      case "delete" -> "-";
      default -> "~";
    };
  }

  private void line(String sign, String text) {
    String line = sign + " " + text;
    out.println(coloured ? colour(sign) + line + PLAIN : line);
  }

  private static String colour(String sign) {
    return switch (sign) {
      case "+" -> GREEN;
      case "-" -> RED;
      default -> YELLOW;
    };
  }

  private static String shown(@Nullable Object value) {
    String text = value == null ? "(default)" : Json.encode(value);
    return text.length() > MAX_VALUE ? text.substring(0, MAX_VALUE) + "…" : text;
  }
}
