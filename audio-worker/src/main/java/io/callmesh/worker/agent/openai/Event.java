package io.callmesh.worker.agent.openai;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * An event of the server, or a part of one, which is taken as it is: what is not there, or is of
 * another type than it should be, reads as empty.
 */
record Event(JsonObject json) {
  /** Reads a text that must be one JSON object. */
  static Event parse(String text) throws MalformedEventException {
    return parse(Buffer.buffer(text));
  }

  /** Reads UTF-8 that must be one JSON object. */
  static Event parse(Buffer utf8) throws MalformedEventException {
    try {
      if (Json.decodeValue(utf8) instanceof JsonObject object) {
        return new Event(object);
      }
    } catch (DecodeException e) {
      // answered like any other text that is not an object
    }
    throw new MalformedEventException("not one JSON object");
  }

  String text(String field) {
    return json.getValue(field) instanceof String text ? text : "";
  }

  boolean flag(String field, boolean otherwise) {
    return json.getValue(field) instanceof Boolean flag ? flag : otherwise;
  }

  Event child(String field) {
    return json.getValue(field) instanceof JsonObject child
        ? new Event(child)
        : new Event(new JsonObject());
  }

  List<Event> children(String field) {
    return json.getValue(field) instanceof JsonArray array
        ? array.stream()
            .filter(JsonObject.class::isInstance)
            .map(child -> new Event((JsonObject) child))
            .toList()
        : List.of();
  }

  /** Leaves out what was said, which belongs to no log. */
  @Override
  public String toString() {
    return "Event";
  }
}
