package io.callmesh.routing.voice;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * What routing-service, which keeps no call in memory, must know at a call's next webhook. It
 * travels in the query of the URL that Twilio is given for it, which Twilio signs.
 *
 * @param connectorId the connector that carries the conversation
 * @param conversationId the conversation
 * @param sharedId the conversation's shared id; empty for none
 * @param ownerId the connector whose document the stream was in; empty before there was one
 * @param slot which of the document's {@code <Connect>}s it is, from 0
 * @param resumed when the call was sent back to the agent after an interruption, oldest first: the
 *     end of that minute, in seconds since the epoch; only what counts still
 * @param handled when the outcome was stored that has been acted on, in milliseconds since the
 *     epoch; 0 for none. An agent that takes the call again ends its part with another one. For an
 *     entry that might be taken for another, the time of the entry.
 * @param attempts how often this call was sent to a destination
 * @param destination the one that it was sent to last; empty for none
 * @param routed when that was, in milliseconds since the epoch, while the same webhook is answered;
 *     0 in a state that was read, because a URL with the time in it would differ when Twilio asks
 *     the same again
 * @param withOutcome whether it went there with an outcome, which is the one in {@code handled}
 */
record CallState(
    String connectorId,
    String conversationId,
    String sharedId,
    String ownerId,
    int slot,
    List<Long> resumed,
    long handled,
    int attempts,
    String destination,
    long routed,
    boolean withOutcome) {
  /** What counts of interruptions is what happened within the last minute, and some before. */
  private static final Duration RESUME_WINDOW = Duration.ofMinutes(1);

  private static final int MAX_RESUMED = 100;

  CallState {
    resumed = List.copyOf(resumed);
  }

  /** A conversation that begins. */
  static CallState begin(String connectorId, String conversationId, String sharedId) {
    return new CallState(
        connectorId, conversationId, sharedId, "", 0, List.of(), 0, 0, "", 0, false);
  }

  /** Reads what {@link #query} wrote; what is missing or not ours counts as nothing. */
  static CallState of(TwilioWebhook call) {
    return new CallState(
        call.ours("connector"),
        call.ours("conversation"),
        call.ours("shared"),
        call.ours("document"),
        (int) number(call.ours("slot")),
        times(call.ours("resumed")),
        number(call.ours("handled")),
        (int) Math.min(number(call.ours("attempts")), Integer.MAX_VALUE - 1),
        call.ours("destination"),
        0,
        call.ours("outcome").equals("1"));
  }

  private static List<Long> times(String text) {
    List<Long> times = new ArrayList<>();
    for (String time : text.split("\\.", MAX_RESUMED)) {
      if (number(time) > 0) {
        times.add(number(time));
      }
    }
    return times;
  }

  private static long number(String text) {
    try {
      return text.isEmpty() ? 0 : Math.max(0, Long.parseLong(text));
    } catch (NumberFormatException notOurs) {
      return 0;
    }
  }

  /** The query of a URL; members that say nothing are left out. */
  String query() {
    StringJoiner query = new StringJoiner("&");
    add(query, "connector", connectorId);
    add(query, "conversation", conversationId);
    add(query, "shared", sharedId);
    add(query, "document", ownerId);
    add(query, "slot", slot == 0 ? "" : String.valueOf(slot));
    add(query, "resumed", String.join(".", resumed.stream().map(String::valueOf).toList()));
    add(query, "handled", handled == 0 ? "" : String.valueOf(handled));
    add(query, "attempts", attempts == 0 ? "" : String.valueOf(attempts));
    add(query, "destination", destination);
    add(query, "outcome", withOutcome ? "1" : "");
    return query.toString();
  }

  private static void add(StringJoiner query, String name, String value) {
    if (!value.isEmpty()) {
      query.add(name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8));
    }
  }

  /** The same in a slot of a document. */
  CallState in(String documentOwnerId, int documentSlot) {
    return new CallState(
        connectorId,
        conversationId,
        sharedId,
        documentOwnerId,
        documentSlot,
        resumed,
        handled,
        attempts,
        destination,
        routed,
        withOutcome);
  }

  /** How often the call was interrupted within the last minute, or a little more, and came back. */
  int recentResumes(Instant now) {
    return recent(now).size();
  }

  /**
   * The same after the call is sent back to the agent once more because it was interrupted. Like
   * its ticket it is the same for the rest of a minute, so that a repeated webhook is answered
   * alike; the minute's end it is, so that never more happen in a minute than may.
   */
  CallState resumedAt(Instant now) {
    List<Long> times = new ArrayList<>(recent(now));
    long window = RESUME_WINDOW.toSeconds();
    times.add((now.getEpochSecond() / window + 1) * window);
    return with(times, handled);
  }

  private List<Long> recent(Instant now) {
    long since = now.minus(RESUME_WINDOW).getEpochSecond();
    return resumed.stream().filter(time -> time > since).toList();
  }

  /**
   * The same after the call is sent to a destination.
   *
   * @param outcomeDecidedAt names the outcome that it is sent with; null when there is none
   */
  CallState sentTo(String destinationName, @Nullable Instant outcomeDecidedAt, Instant now) {
    return new CallState(
        connectorId,
        conversationId,
        sharedId,
        ownerId,
        slot,
        resumed,
        outcomeDecidedAt == null ? handled : outcomeDecidedAt.toEpochMilli(),
        attempts + 1,
        destinationName,
        Math.max(now.toEpochMilli(), routed + 1),
        outcomeDecidedAt != null);
  }

  /**
   * The same after the destination did not take the call: the next one gets it later than that,
   * which is how those who read the receipts know which of them has the call.
   */
  CallState failedAt(Instant time) {
    return new CallState(
        connectorId,
        conversationId,
        sharedId,
        ownerId,
        slot,
        resumed,
        handled,
        attempts,
        destination,
        time.toEpochMilli(),
        withOutcome);
  }

  /**
   * A time of what followed upon sending the call to its destination, to the millisecond, and never
   * earlier than that, whatever the clocks of two machines say.
   */
  Instant sinceRouted(Instant time) {
    return Instant.ofEpochMilli(Math.max(routed, time.toEpochMilli()));
  }

  /** When the outcome was decided with which the call was sent to its destination. */
  Optional<Instant> decidedAt() {
    return withOutcome ? Optional.of(Instant.ofEpochMilli(handled)) : Optional.empty();
  }

  /** When the call was sent to its destination; empty in a state that was read. */
  Optional<Instant> routedAt() {
    return routed == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(routed));
  }

  /** Whether the outcome that was stored then has been acted on, or is older than this entry. */
  boolean hasHandled(Instant outcomeStoredAt) {
    return handled != 0 && outcomeStoredAt.toEpochMilli() <= handled;
  }

  /** The same after an outcome was acted on. */
  CallState handled(Instant outcomeStoredAt) {
    return with(resumed, outcomeStoredAt.toEpochMilli());
  }

  private CallState with(List<Long> times, long outcome) {
    return new CallState(
        connectorId,
        conversationId,
        sharedId,
        ownerId,
        slot,
        times,
        outcome,
        attempts,
        destination,
        routed,
        withOutcome);
  }
}
