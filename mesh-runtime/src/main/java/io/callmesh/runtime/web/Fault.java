package io.callmesh.runtime.web;

import io.vertx.core.json.JsonObject;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * One thing that is wrong with a request's body.
 *
 * @param pointer where: a JSON pointer as a URI fragment (RFC 6901, 6), {@code #} for the body
 * @param detail what: goes on from the name of the place, such as {@code must be true or false}
 * @param line in a document that the place holds, from 1; 0 when there is none
 * @param column likewise
 */
public record Fault(String pointer, String detail, int line, int column) {
  private static final String BODY = "#";

  /** A fault of a place as a whole. */
  public static Fault at(String pointer, String detail) {
    return new Fault(pointer, detail, 0, 0);
  }

  /** The same fault of something that is only a part of the body. */
  public Fault below(String parent) {
    return new Fault(parent + pointer.substring(BODY.length()), detail, line, column);
  }

  /** The fault in a sentence: {@code destinations[0].route must be …}. */
  String sentence() {
    return name() + " " + detail;
  }

  private String name() {
    if (pointer.equals(BODY)) {
      return "the body";
    }
    StringBuilder name = new StringBuilder();
    for (String raw : pointer.substring(BODY.length() + 1).split("/", -1)) {
      String part = unescaped(raw);
      boolean index = !part.isEmpty() && part.chars().allMatch(Character::isDigit);
      name.append(index ? "[" + part + "]" : name.isEmpty() ? part : "." + part);
    }
    return name.toString();
  }

  /** A member's name as a pointer has it. */
  public static String escaped(String name) {
    String escaped = name.replace("~", "~0").replace("/", "~1");
    return URLEncoder.encode(escaped, StandardCharsets.UTF_8)
        .replace("+", "%20")
        .replace("%7E", "~");
  }

  /** A member's name from its place in a pointer; as it stands there when it is malformed. */
  public static String unescaped(String part) {
    return decoded(part).replace("~1", "/").replace("~0", "~");
  }

  /** The schema library writes a control character with one digit only. */
  private static String decoded(String part) {
    try {
      String plus = part.replace("+", "%2B"); // a plus is a space to the decoder
      return URLDecoder.decode(plus, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException malformed) {
      return part;
    }
  }

  JsonObject toJson() {
    JsonObject json = new JsonObject().put("pointer", pointer).put("detail", detail);
    if (line > 0) {
      json.put("line", line);
    }
    if (column > 0) {
      json.put("column", column);
    }
    return json;
  }
}
