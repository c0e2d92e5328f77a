package io.callmesh.handoff.store;

import io.callmesh.contracts.handoff.Outcome;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What names an outcome: its call, and when it was decided.
 *
 * @param callSid the call
 * @param decidedAt as the outcome has it
 */
record Decision(String callSid, Instant decidedAt) {
  static Decision of(Outcome outcome) {
    return new Decision(outcome.callSid(), outcome.decidedAt());
  }

  /** Whether it is this outcome's name. */
  boolean names(@Nullable Outcome outcome) {
    return outcome != null && equals(of(outcome));
  }

  /** Whether there is this outcome, or one of its call that was decided later. */
  boolean isOutdoneBy(@Nullable Outcome outcome) {
    return outcome != null && !outcome.decidedAt().isBefore(decidedAt);
  }
}
