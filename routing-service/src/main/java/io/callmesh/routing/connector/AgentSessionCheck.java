package io.callmesh.routing.connector;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.callmesh.runtime.web.Fault;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks the session settings of an {@code openai-realtime} agent as far as audio-worker has to
 * understand them. The rest is OpenAI's to judge, whose settings grow without us.
 */
final class AgentSessionCheck {
  /** As JSON in UTF-8: it is sent anew on each connection, and stored with the connector. */
  static final int MAX_BYTES = 16 * 1024;

  private static final Set<String> OUR_TOOLS = Set.of("handoff", "hangup");

  private final List<Fault> faults = new ArrayList<>();

  private AgentSessionCheck() {}

  /** What is wrong with the settings at this place. */
  static List<Fault> faults(String pointer, JsonObject session) {
    AgentSessionCheck check = new AgentSessionCheck();
    int bytes = session.toBuffer().length();
    if (bytes > MAX_BYTES) {
      check.fault(pointer, "must have at most %d bytes, has %d".formatted(MAX_BYTES, bytes));
    }
    check.text(pointer + "/instructions", session.getValue("instructions"));
    check.audio(pointer + "/audio", session.getValue("audio"));
    check.tools(pointer + "/tools", session.getValue("tools"));
    return check.faults;
  }

  private void fault(String pointer, String detail) {
    faults.add(Fault.at(pointer, detail));
  }

  private void text(String pointer, @Nullable Object value) {
    if (value != null && !(value instanceof String)) {
      fault(pointer, "must be a string");
    }
  }

  private void audio(String pointer, @Nullable Object value) {
    JsonObject audio = object(pointer, value);
    JsonObject input = object(pointer + "/input", audio.getValue("input"));
    JsonObject output = object(pointer + "/output", audio.getValue("output"));
    object(pointer + "/input/transcription", input.getValue("transcription"));
    object(pointer + "/input/turn_detection", input.getValue("turn_detection"));
    ours(pointer + "/input/format", input.getValue("format"));
    ours(pointer + "/output/format", output.getValue("format"));
  }

  /** The object at a place, or an empty one when there is none; anything else is a fault. */
  @CanIgnoreReturnValue
  private JsonObject object(String pointer, @Nullable Object value) {
    if (value instanceof JsonObject object) {
      return object;
    }
    if (value != null) {
      fault(pointer, "must be an object");
    }
    return new JsonObject();
  }

  private void ours(String pointer, @Nullable Object value) {
    if (value != null) {
      fault(pointer, "must be left out: agent.audio says it");
    }
  }

  private void tools(String pointer, @Nullable Object value) {
    if (!(value instanceof JsonArray tools)) {
      if (value != null) {
        fault(pointer, "must be an array");
      }
      return;
    }
    for (int i = 0; i < tools.size(); i++) {
      JsonObject tool = object(pointer + "/" + i, tools.getValue(i));
      if (tool.getValue("name") instanceof String name && OUR_TOOLS.contains(name)) {
        fault(pointer + "/" + i + "/name", "must be another one: '" + name + "' is ours");
      }
    }
  }
}
