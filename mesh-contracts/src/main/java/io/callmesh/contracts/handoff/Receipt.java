package io.callmesh.contracts.handoff;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One step of a handoff's way from the agent to a person.
 *
 * @param step what happened
 * @param at when, to the millisecond
 * @param by who did it: for {@code READ} and {@code DELETED} the id of the API key or the SID of
 *     the Flex worker ({@code WK…}); null when nobody in particular
 * @param destination the destination's name, for those steps that have one
 * @param detail more: the method and attempt of {@code ROUTED}, why it {@code FAILED} and at which
 *     attempt
 */
public record Receipt(
    Step step,
    Instant at,
    @Nullable String by,
    @Nullable String destination,
    @Nullable String detail) {
  /** What can happen to a handoff, in the order in which it does. */
  public enum Step {
    /** The agent, or whoever acts for it, asked for it. */
    REQUESTED,
    /** Kafka has it. */
    STORED,
    /** The call was sent to a destination. */
    ROUTED,
    /** Somebody has fetched the handoff state, for the first time. */
    READ,
    /** A person, or whoever the destination is, has talked to the caller. */
    ACCEPTED,
    /** The caller hung up before anybody took the call. */
    ABANDONED,
    /** The destination did not take the call. */
    FAILED,
    /** The handoff state was deleted on request. */
    DELETED;

    /** The name in the API. */
    public String text() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }

    static @Nullable Step of(String text) {
      return Arrays.stream(values())
          .filter(step -> step.text().equals(text))
          .findFirst()
          .orElse(null);
    }
  }

  /** A step that needs no more words. */
  public static Receipt of(Step step, Instant at) {
    return new Receipt(step, at, null, null, null);
  }

  /** A step of somebody's. */
  public static Receipt by(Step step, Instant at, String by) {
    return new Receipt(step, at, by, null, null);
  }

  /** What makes two receipts the same one, told twice: everything but the time. */
  String identity() {
    return step + "/" + by + "/" + destination + "/" + detail;
  }

  /** The stored form, and that of the API. */
  public JsonObject toJson() {
    JsonObject json = new JsonObject().put("step", step.text()).put("at", at.toString());
    putPresent(json, "by", by);
    putPresent(json, "destination", destination);
    putPresent(json, "detail", detail);
    return json;
  }

  private static void putPresent(JsonObject json, String name, @Nullable String value) {
    if (value != null) {
      json.put(name, value);
    }
  }

  /** Reads the stored form; null for a step that a newer version has written. */
  static @Nullable Receipt fromJson(JsonObject json) {
    Step step = Step.of(json.getString("step"));
    return step == null
        ? null
        : new Receipt(
            step,
            Instants.parse(json.getString("at")),
            json.getString("by"),
            json.getString("destination"),
            json.getString("detail"));
  }
}
