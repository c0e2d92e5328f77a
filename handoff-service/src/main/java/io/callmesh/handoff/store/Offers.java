package io.callmesh.handoff.store;

import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.Receipt;
import io.callmesh.contracts.handoff.ReceiptChain;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Outcomes that workers could not have stored in time, kept until they are: at most {@value
 * #MAX_OFFERS} and {@value #MAX_BYTES} bytes, of which the oldest go first, each for {@value
 * #MAX_AGE_MINUTES} minutes at most. Safe on any thread.
 */
final class Offers {
  static final int MAX_OFFERS = 1_000;
  static final long MAX_BYTES = 64L << 20;
  private static final long MAX_AGE_MINUTES = 15;
  private static final long FIXED_BYTES = 1_024;

  private final Map<String, Offer> byCallSid = new LinkedHashMap<>();
  private final Map<HandoffName, Set<String>> callSids = new HashMap<>();
  private final Clock clock;
  private final HandoffMetrics metrics;
  private long bytes;

  /** For those who read, who would wait for each other. */
  private volatile boolean empty = true;

  /**
   * An outcome that is kept.
   *
   * @param steps those that are to be stored with it
   */
  record Offer(Outcome outcome, ReceiptChain steps, Instant until) {
    long bytes() {
      // A character of text that is not Latin takes two.
      return FIXED_BYTES
          + 2L
              * (outcome.state().text().length()
                  + outcome.transcript().text().length()
                  + length(outcome.utterance())
                  + length(outcome.reason()));
    }

    private static int length(@Nullable String text) {
      return text == null ? 0 : text.length();
    }

    private Offer plus(Receipt receipt) {
      return new Offer(outcome, steps.plus(ReceiptChain.of(outcome, receipt)), until);
    }
  }

  Offers(Clock clock, HandoffMetrics metrics) {
    this.clock = clock;
    this.metrics = metrics;
  }

  /** Keeps an outcome unless a later one of its call is kept; whether it is new here. */
  synchronized boolean keep(Outcome outcome) {
    Offer here = byCallSid.get(outcome.callSid());
    if (here != null && Decision.of(outcome).isOutdoneBy(here.outcome())) {
      return false;
    }
    forget(here);
    Offer offer = new Offer(outcome, requested(outcome), until(outcome));
    add(offer);
    makeRoom();
    metrics.offer(HandoffMetrics.Offer.KEPT);
    return true;
  }

  private void add(Offer offer) {
    String callSid = offer.outcome().callSid();
    byCallSid.put(callSid, offer);
    names(offer)
        .forEach(name -> callSids.computeIfAbsent(name, n -> new LinkedHashSet<>()).add(callSid));
    bytes += offer.bytes();
    empty = false;
  }

  private static Stream<HandoffName> names(Offer offer) {
    Outcome outcome = offer.outcome();
    return Stream.concat(
        Stream.of(HandoffName.id(outcome.callSid()), HandoffName.id(outcome.conversationId())),
        Stream.ofNullable(outcome.sharedId()).map(HandoffName::sharedId));
  }

  private static ReceiptChain requested(Outcome outcome) {
    return ReceiptChain.of(outcome, Receipt.of(Receipt.Step.REQUESTED, outcome.decidedAt()));
  }

  private Instant until(Outcome outcome) {
    Instant latest = clock.instant().plus(Duration.ofMinutes(MAX_AGE_MINUTES));
    Instant expiry = outcome.expiresAt();
    return expiry == null || expiry.isAfter(latest) ? latest : expiry;
  }

  private void makeRoom() {
    while (byCallSid.size() > MAX_OFFERS || bytes > MAX_BYTES) {
      forget(byCallSid.values().iterator().next());
      metrics.offer(HandoffMetrics.Offer.DROPPED);
    }
  }

  private void forget(@Nullable Offer offer) {
    if (offer != null && byCallSid.remove(offer.outcome().callSid(), offer)) {
      names(offer).forEach(name -> callSids.computeIfPresent(name, (n, of) -> without(offer, of)));
      bytes -= offer.bytes();
      empty = byCallSid.isEmpty();
    }
  }

  private static @Nullable Set<String> without(Offer offer, Set<String> callSids) {
    callSids.remove(offer.outcome().callSid());
    return callSids.isEmpty() ? null : callSids;
  }

  /** The outcome of a call that is kept here; null when there is none. */
  @Nullable Outcome get(String callSid) {
    return empty ? null : kept(callSid);
  }

  private synchronized @Nullable Outcome kept(String callSid) {
    Offer offer = byCallSid.get(callSid);
    return offer == null || isOver(offer) ? null : offer.outcome();
  }

  private boolean isOver(Offer offer) {
    return !offer.until().isAfter(clock.instant());
  }

  /** The outcomes here that have this name. */
  List<Outcome> named(HandoffName name) {
    return empty ? List.of() : kept(name);
  }

  private synchronized List<Outcome> kept(HandoffName name) {
    return callSids.getOrDefault(name, Set.of()).stream()
        .flatMap(callSid -> Stream.ofNullable(kept(callSid)))
        .toList();
  }

  /** Takes note of a step until it can be stored; whether the outcome is kept here. */
  synchronized boolean note(Outcome outcome, Receipt receipt) {
    Offer offer = byCallSid.get(outcome.callSid());
    if (offer == null || !Decision.of(outcome).names(offer.outcome())) {
      return false;
    }
    byCallSid.replace(outcome.callSid(), offer.plus(receipt));
    return true;
  }

  /** The steps that wait with this outcome. */
  synchronized Optional<ReceiptChain> stepsOf(Outcome outcome) {
    return Optional.ofNullable(byCallSid.get(outcome.callSid()))
        .filter(offer -> Decision.of(outcome).names(offer.outcome()))
        .map(Offer::steps);
  }

  /** The one that waits for longest; drops those that have waited for too long. */
  synchronized Optional<Outcome> oldest() {
    while (!byCallSid.isEmpty()) {
      Offer offer = byCallSid.values().iterator().next();
      if (!isOver(offer)) {
        return Optional.of(offer.outcome());
      }
      forget(offer);
      metrics.offer(HandoffMetrics.Offer.DROPPED);
    }
    return Optional.empty();
  }

  /** This outcome need not be kept any more. */
  synchronized void forget(Decision decision) {
    forget(offer(decision));
  }

  private @Nullable Offer offer(Decision decision) {
    Offer offer = byCallSid.get(decision.callSid());
    return offer != null && decision.names(offer.outcome()) ? offer : null;
  }

  /** The same if nothing was noted since these were its steps; whether it is kept no more. */
  synchronized boolean forget(Decision decision, ReceiptChain steps) {
    Offer offer = offer(decision);
    boolean more = offer != null && !offer.steps().equals(steps);
    if (!more) {
      forget(offer);
    }
    return !more;
  }
}
