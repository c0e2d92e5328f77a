package io.callmesh.simulator.twilio;

import org.jspecify.annotations.Nullable;

/**
 * How a {@code <Refer>} goes (reference/twilio.md 3.5); what is null is left out of the action's
 * fields.
 *
 * @param callStatus the {@code ReferCallStatus}
 * @param response the {@code ReferSipResponseCode}: the answer to the REFER itself
 * @param notified the {@code NotifySipResponseCode}: what the other side said became of it
 */
public record ReferAnswer(
    @Nullable String callStatus, @Nullable String response, @Nullable String notified) {
  /** Accepted, and the new target answered. */
  public static final ReferAnswer ACCEPTED = new ReferAnswer("in-progress", "202", "200");

  /** The other side takes no REFER; without a NOTIFY Twilio tells no status. */
  public static final ReferAnswer REFUSED = new ReferAnswer(null, "405", null);

  /** Accepted, but the new target is engaged. */
  public static final ReferAnswer BUSY = new ReferAnswer("busy", "202", "486");

  /** Accepted, but the new target cannot be reached. */
  public static final ReferAnswer FAILED = new ReferAnswer("failed", "202", "503");

  /** Accepted, and nobody ever says what became of it: no status. */
  public static final ReferAnswer UNTOLD = new ReferAnswer(null, "202", null);

  /**
   * The REFER that comes to the same as a {@code <Dial>} that goes so. Of one that nobody answers
   * nothing more is heard, and one that is taken back was never accepted.
   */
  public static ReferAnswer like(DialAnswer answer) {
    return switch (answer) {
      case COMPLETED -> ACCEPTED;
      case BUSY -> BUSY;
      case NO_ANSWER -> UNTOLD;
      case FAILED -> FAILED;
      case CANCELED -> REFUSED;
    };
  }
}
