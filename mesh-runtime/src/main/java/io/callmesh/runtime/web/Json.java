package io.callmesh.runtime.web;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON bodies field by field and writes JSON answers. A field of the wrong type is a {@link
 * Problem} with status 400 that names the field.
 */
public final class Json {
  private Json() {}

  /** The request's body, which must be a JSON object. */
  public static JsonObject body(RoutingContext context) {
    try {
      JsonObject body = context.body().asJsonObject();
      if (body != null) {
        return body;
      }
    } catch (DecodeException | ClassCastException malformed) {
      // Told below, in the same words as an empty body.
    }
    throw Problem.badRequest("the body must be a JSON object");
  }

  /** A string field; null when it is absent or null. */
  public static @Nullable String text(JsonObject json, String field) {
    Object value = json.getValue(field);
    if (value == null || value instanceof String) {
      return (String) value;
    }
    throw Problem.badRequest(field + " must be a string");
  }

  /** A string field with a default for when it is absent or null. */
  public static String text(JsonObject json, String field, String otherwise) {
    String value = text(json, field);
    return value == null ? otherwise : value;
  }

  /** A string field that must be there and not blank. */
  public static String required(JsonObject json, String field) {
    String value = text(json, field);
    if (value == null || value.isBlank()) {
      throw Problem.badRequest(field + " is required");
    }
    return value;
  }

  /** A boolean field with a default. */
  public static boolean flag(JsonObject json, String field, boolean otherwise) {
    Object value = json.getValue(field, otherwise);
    if (value instanceof Boolean flag) {
      return flag;
    }
    throw Problem.badRequest(field + " must be true or false");
  }

  /** An object field; null when it is absent or null. */
  public static @Nullable JsonObject object(JsonObject json, String field) {
    Object value = json.getValue(field);
    if (value == null || value instanceof JsonObject) {
      return (JsonObject) value;
    }
    throw Problem.badRequest(field + " must be an object");
  }

  /**
   * An array field whose entries are of one class; empty when it is absent.
   *
   * @param most more entries than this are refused
   */
  public static <T> List<T> list(JsonObject json, String field, Class<T> type, int most) {
    Object value = json.getValue(field);
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof JsonArray array)) {
      throw Problem.badRequest(field + " must be an array");
    }
    if (array.size() > most) {
      throw Problem.badRequest(field + " must have at most " + most + " entries");
    }
    List<T> entries = new ArrayList<>();
    for (Object entry : array) {
      if (!type.isInstance(entry)) {
        throw Problem.badRequest(field + " has an entry of the wrong type");
      }
      entries.add(type.cast(entry));
    }
    return entries;
  }

  /** Answers with JSON. */
  public static void answer(RoutingContext context, int status, JsonObject body) {
    context
        .response()
        .setStatusCode(status)
        .putHeader("content-type", "application/json")
        .end(body.toBuffer());
  }
}
