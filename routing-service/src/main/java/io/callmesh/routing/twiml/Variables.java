package io.callmesh.routing.twiml;

import io.vertx.core.json.JsonObject;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code $variables} stand for: what we know of the call, and what the agent handed over. The
 * call's names win, so that no agent can pose as another caller. For one thread.
 */
public final class Variables {
  /** Longer values are cut, in characters. */
  static final int MAX_VALUE = 1_024;

  private final Map<String, String> call;
  private final JsonObject handoff;
  private final Runnable unknown;
  private final Map<String, String> used = new LinkedHashMap<>();

  /**
   * Variables of one call.
   *
   * @param call by name
   * @param handoff by name; {@code a.b} is the member b of the object a
   * @param unknown run for each name that is asked for and not known, once
   */
  public Variables(Map<String, String> call, JsonObject handoff, Runnable unknown) {
    this.call = Map.copyOf(call);
    this.handoff = handoff;
    this.unknown = unknown;
  }

  /**
   * The value of a name: without what XML cannot carry, of at most 1,024 characters, empty when it
   * is unknown. Objects and arrays are their JSON.
   */
  public String value(String name) {
    String known = used.get(name);
    if (known != null) {
      return known;
    }
    String value = find(name);
    if (value == null) {
      unknown.run();
    }
    String bounded = value == null ? "" : Markup.clean(bounded(value));
    used.put(name, bounded);
    return bounded;
  }

  /** The names asked for so far, in order, with their values. */
  public Map<String, String> used() {
    return Collections.unmodifiableMap(used);
  }

  private @Nullable String find(String name) {
    String[] path = name.split("\\.", -1);
    if (call.containsKey(path[0])) {
      return path.length == 1 ? call.get(name) : null;
    }
    Object found = handoff;
    for (String member : path) {
      found = found instanceof JsonObject object ? object.getValue(member) : null;
    }
    return found == null ? null : found.toString();
  }

  private static String bounded(String value) {
    if (value.length() <= MAX_VALUE) {
      return value;
    }
    boolean splits = Character.isLowSurrogate(value.charAt(MAX_VALUE));
    return value.substring(0, splits ? MAX_VALUE - 1 : MAX_VALUE);
  }
}
