package io.callmesh.handoff.store;

import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.Receipt;
import io.callmesh.contracts.handoff.ReceiptChain;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  private final Clock clock;
  private final HandoffMetrics metrics;
  private long bytes;

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
    byCallSid.put(outcome.callSid(), offer);
    bytes += offer.bytes();
    makeRoom();
    metrics.offer(HandoffMetrics.Offer.KEPT);
    return true;
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
      bytes -= offer.bytes();
    }
  }

  /** The outcome of a call that is kept here; null when there is none. */
  synchronized @Nullable Outcome get(String callSid) {
    Offer offer = byCallSid.get(callSid);
    return offer == null || isOver(offer) ? null : offer.outcome();
  }

  private boolean isOver(Offer offer) {
    return !offer.until().isAfter(clock.instant());
  }

  /** The outcomes here that have this name. */
  synchronized List<Outcome> named(HandoffName name) {
    List<Outcome> named = new ArrayList<>();
    for (Offer offer : byCallSid.values()) {
      if (name.names(offer.outcome()) && !isOver(offer)) {
        named.add(offer.outcome());
      }
    }
    return named;
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
    for (Iterator<Offer> each = byCallSid.values().iterator(); each.hasNext(); ) {
      Offer offer = each.next();
      if (!isOver(offer)) {
        return Optional.of(offer.outcome());
      }
      each.remove();
      bytes -= offer.bytes();
      metrics.offer(HandoffMetrics.Offer.DROPPED);
    }
    return Optional.empty();
  }

  /** This outcome need not be kept any more. */
  synchronized void forget(Decision decision) {
    Offer offer = byCallSid.get(decision.callSid());
    if (offer != null && decision.names(offer.outcome())) {
      forget(offer);
    }
  }
}
