package io.callmesh.handoff.store;

import io.callmesh.contracts.handoff.Outcome;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * The outcomes that must be removed before their topic forgets them by itself, by the time at which
 * they are due. Safe on any thread.
 */
final class Removals {
  /** How many are given out at a time. */
  static final int STEP = 200;

  /** Beyond it those that come are left to the topic's retention. */
  private static final int MAX = 1_000_000;

  /** A lifetime that is shorter by less than that is the topic's own. */
  private static final Duration MARGIN = Duration.ofMinutes(1);

  private final PriorityQueue<Due> queue = new PriorityQueue<>(Comparator.comparing(Due::at));
  private final Set<Decision> again = new HashSet<>();
  private final Duration lifetime;
  private final Clock clock;

  /**
   * One outcome.
   *
   * @param removed whether it was removed before and is to be removed once again
   */
  record Due(Decision decision, Instant at, boolean removed) {}

  /**
   * @param lifetime the topic's
   */
  Removals(Duration lifetime, Clock clock) {
    this.lifetime = lifetime;
    this.clock = clock;
  }

  /** An outcome has come to memory that is served no more from then on. */
  void add(Outcome outcome, Instant expiry) {
    boolean isShort = expiry.plus(MARGIN).isBefore(outcome.decidedAt().plus(lifetime));
    if (isShort || !expiry.isAfter(clock.instant())) {
      add(new Due(Decision.of(outcome), expiry, false));
    }
  }

  /** An outcome must go now. */
  void addNow(Decision decision) {
    add(new Due(decision, clock.instant(), false));
  }

  /**
   * An outcome was removed, and is to be removed again at that time; once, however often it is
   * said, and not when the time is over, as it is for what a start finds in the topic.
   */
  void addAgain(Decision decision, Instant at) {
    if (at.isAfter(clock.instant())) {
      add(new Due(decision, at, true));
    }
  }

  /** It could not be removed. */
  synchronized void add(Due due) {
    if (queue.size() < MAX && (!due.removed() || again.add(due.decision()))) {
      queue.add(due);
    }
  }

  /** Takes out those that are due, at most {@value #STEP}. */
  synchronized List<Due> due() {
    List<Due> due = new ArrayList<>();
    Instant now = clock.instant();
    for (Due next = queue.peek();
        next != null && due.size() < STEP && !next.at().isAfter(now);
        next = queue.peek()) {
      due.add(queue.remove());
      forget(next);
    }
    return due;
  }

  private void forget(Due due) {
    if (due.removed()) {
      again.remove(due.decision());
    }
  }
}
