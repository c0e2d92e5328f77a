package io.callmesh.contracts.handoff;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
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
  private static final String AFTER = "after ";
  private static final String SECONDS = " s";

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

    private static final Map<String, Step> BY_TEXT =
        Arrays.stream(values()).collect(Collectors.toMap(Step::text, step -> step));

    private final String text = name().toLowerCase(Locale.ROOT);

    /** The name in the API. */
    public String text() {
      return text;
    }

    static @Nullable Step of(String text) {
      return BY_TEXT.get(text);
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

  /**
   * The acceptance of a call that waited in a queue. Twilio tells of it only when the two have
   * talked, and how long the wait was: a chain that knows when the call was routed moves the time
   * to when the wait ended.
   *
   * @param told when Twilio told of it
   * @param waitedS seconds in the queue
   */
  public static Receipt acceptedAfter(Instant told, String destination, long waitedS) {
    return new Receipt(Step.ACCEPTED, told, null, destination, AFTER + waitedS + SECONDS);
  }

  /** How long the call had waited in the queue, in s; empty when it is not known. */
  OptionalLong waitedS() {
    if (step != Step.ACCEPTED || detail == null || !detail.startsWith(AFTER)) {
      return OptionalLong.empty();
    }
    String seconds = detail.substring(AFTER.length(), detail.length() - SECONDS.length());
    return OptionalLong.of(Long.parseLong(seconds));
  }

  /** The same at another time. */
  Receipt movedTo(Instant time) {
    return new Receipt(step, time, by, destination, detail);
  }

  /** What makes two receipts the same one, told twice: everything but the time. */
  Receipt identity() {
    return movedTo(Instant.EPOCH);
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
  static @Nullable Receipt of(Members members) {
    Step step = Step.of(members.text("step"));
    return step == null
        ? null
        : new Receipt(
            step,
            Instants.parse(members.text("at")),
            Repeated.optional(members.optional("by")),
            Repeated.optional(members.optional("destination")),
            members.optional("detail"));
  }
}
