package io.callmesh.worker.agent;

import io.callmesh.contracts.handoff.HandoffData;
import org.jspecify.annotations.Nullable;

/**
 * What became of an agent's wish to hand the call off, as the agent is told.
 *
 * @param accepted whether the handoff is stored for good
 * @param reason why it is not, in one word; null when it is
 * @param message the same for people; null when the word says it all
 * @param inline whether the call moves on although it is not stored, and takes the handoff with it
 */
public record HandoffResult(
    boolean accepted, @Nullable String reason, @Nullable String message, boolean inline) {
  /** The handoff is stored, and the call moves on. */
  public static final HandoffResult ACCEPTED = new HandoffResult(true, null, null, false);

  /** The handoff could not be stored in time, and the call moves on with it. */
  public static final HandoffResult INLINE = new HandoffResult(false, "not_stored", null, true);

  /** The call does not move on. */
  public static HandoffResult refused(String reason, @Nullable String message) {
    return new HandoffResult(false, reason, message, false);
  }

  /** The call does not move on, because of what the agent wants it to take along. */
  public static HandoffResult refused(HandoffData.RefusedException refusal) {
    return refused(refusal.code(), refusal.getMessage());
  }

  /** Whether the agent's part of the call is over. */
  public boolean movesOn() {
    return accepted || inline;
  }
}
