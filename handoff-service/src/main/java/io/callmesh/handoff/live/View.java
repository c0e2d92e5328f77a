package io.callmesh.handoff.live;

import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.Receipt;
import io.callmesh.contracts.handoff.ReceiptChain;
import io.callmesh.contracts.handoff.TranscriptLine;
import io.callmesh.contracts.session.SessionNews;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What one reader is shown of a call at one moment.
 *
 * @param handoff the handoff that it is of; null while the caller is with the agent
 * @param subject names the handoff, or the session, among those of the call
 * @param id the conversation
 * @param callSid the call
 * @param sharedId an identifier of the integrator's own
 * @param status where the caller is
 * @param since when that began
 * @param reason why the agent handed over
 * @param destination the name of the destination that has the caller, or will have
 * @param data as this reader may see it
 * @param transcript the oldest line first
 * @param receipts the steps of the handoff so far
 */
record View(
    @Nullable Outcome handoff,
    String subject,
    String id,
    String callSid,
    @Nullable String sharedId,
    Status status,
    Instant since,
    @Nullable String reason,
    @Nullable String destination,
    HandoffData data,
    List<TranscriptLine> transcript,
    List<Receipt> receipts) {
  /** Where the caller is. */
  enum Status {
    /** Talks to the agent. */
    WITH_AGENT,
    /** Was handed over, and nobody has taken the call yet. */
    WAITING,
    /** Talks to a person, or whatever the destination is. */
    ACCEPTED,
    /** Hung up before anybody took the call. */
    ABANDONED,
    /** The destination did not take the call. */
    FAILED;

    /** The word in the API. */
    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  View {
    transcript = List.copyOf(transcript);
    receipts = List.copyOf(receipts);
  }

  /** A caller with the agent. */
  static View of(SessionNews session, HandoffData shown) {
    return new View(
        null,
        subject(session),
        session.conversationId(),
        session.callSid(),
        session.sharedId().isEmpty() ? null : session.sharedId(),
        Status.WITH_AGENT,
        session.openedAt(),
        null,
        null,
        shown,
        session.transcript(),
        List.of());
  }

  private static String subject(SessionNews session) {
    return session.conversationId() + "@" + session.openedAt();
  }

  /** A caller who was handed over. */
  static View of(Outcome outcome, Optional<ReceiptChain> chain, HandoffData shown) {
    List<Receipt> steps = chain.map(ReceiptChain::receipts).orElse(List.of());
    Optional<Receipt> turn = last(steps.stream().filter(View::turns));
    Optional<Receipt> place = last(steps.stream().filter(step -> step.destination() != null));
    Status status = turn.map(step -> after(step.step())).orElse(Status.WAITING);
    return new View(
        outcome,
        ReceiptChain.key(outcome.callSid(), outcome.decidedAt()),
        outcome.conversationId(),
        outcome.callSid(),
        outcome.sharedId(),
        status,
        status == Status.WAITING
            ? outcome.decidedAt()
            : turn.map(Receipt::at).orElse(outcome.decidedAt()),
        outcome.reason(),
        place.map(Receipt::destination).orElse(outcome.destination()),
        shown,
        outcome.transcript().lines(),
        steps);
  }

  private static Optional<Receipt> last(Stream<Receipt> steps) {
    return steps.reduce((earlier, later) -> later);
  }

  /** Whether a step tells where the caller is; a failed destination may be followed by another. */
  private static boolean turns(Receipt receipt) {
    return switch (receipt.step()) {
      case ROUTED, ACCEPTED, ABANDONED, FAILED -> true;
      case REQUESTED, STORED, READ, DELETED -> false;
    };
  }

  private static Status after(Receipt.Step step) {
    return switch (step) {
      case ACCEPTED -> Status.ACCEPTED;
      case ABANDONED -> Status.ABANDONED;
      case FAILED -> Status.FAILED;
      default -> Status.WAITING;
    };
  }

  boolean isWithAgent() {
    return status == Status.WITH_AGENT;
  }

  /** Whether it is of this session. */
  boolean isOf(SessionNews session) {
    return subject.equals(subject(session));
  }

  /** Whether it is of the same session or handoff as the other. */
  boolean isOfSame(View other) {
    return subject.equals(other.subject);
  }

  /** The event {@code status}. */
  JsonObject statusJson() {
    JsonObject json = new JsonObject().put("status", status.text()).put("since", since.toString());
    putPresent(json, "reason", reason);
    putPresent(json, "destination", destination);
    return json;
  }

  private static void putPresent(JsonObject json, String name, @Nullable String value) {
    if (value != null) {
      json.put(name, value);
    }
  }

  /** The event {@code state}, as JSON. */
  String stateText() {
    return withData(new JsonObject());
  }

  /** The snapshot, as JSON. */
  String snapshotText() {
    JsonObject json = new JsonObject().put("id", id).put("call_sid", callSid);
    putPresent(json, "shared_id", sharedId);
    return withData(
        json.mergeIn(statusJson())
            .put(
                "transcript",
                new JsonArray(transcript.stream().map(TranscriptLine::toJson).toList()))
            .put("receipts", new JsonArray(receipts.stream().map(Receipt::toJson).toList())));
  }

  /** The data is its text, so that numbers keep their digits and members their order. */
  private String withData(JsonObject json) {
    String text = json.encode();
    return text.substring(0, text.length() - 1)
        + (json.isEmpty() ? "" : ",")
        + "\"data\":"
        + data.text()
        + "}";
  }

  /** The steps that the other has not. */
  List<Receipt> receiptsBeyond(View other) {
    return receipts.stream().filter(step -> !other.receipts.contains(step)).toList();
  }

  /** Whether the status would be told in the same words. */
  boolean hasStatusOf(View other) {
    return status == other.status
        && since.equals(other.since)
        && Objects.equals(reason, other.reason)
        && Objects.equals(destination, other.destination);
  }
}
