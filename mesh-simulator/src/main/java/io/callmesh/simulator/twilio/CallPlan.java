package io.callmesh.simulator.twilio;

import io.callmesh.contracts.Ids;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A call to be made.
 *
 * @param callSid {@code CA…}
 * @param from the caller's number
 * @param to the number called
 * @param caller what the caller does while a stream is open
 * @param limit when the caller hangs up at the latest; at most an hour
 * @param voicePath the voice webhook's path and query at the mesh
 * @param statusPath the call status callback's path; null when the number has none
 */
public record CallPlan(
    String callSid,
    String from,
    String to,
    List<CallerStep> caller,
    Duration limit,
    String voicePath,
    @Nullable String statusPath) {
  /** The mesh's webhook that finds the connector by the called number. */
  public static final String VOICE_PATH = "/twilio/voice";

  private static final Duration LONGEST = Duration.ofHours(1);

  /** Refuses a limit that would not bound the recording. */
  public CallPlan {
    if (limit.isNegative() || limit.isZero() || limit.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("a call's limit is 1 ms to 1 h, was " + limit);
    }
    caller = List.copyOf(caller);
  }

  /** A call to the mesh's usual webhook, with a random CallSid and no status callback. */
  public static CallPlan of(String from, String to, List<CallerStep> caller, Duration limit) {
    return new CallPlan(newCallSid(), from, to, caller, limit, VOICE_PATH, null);
  }

  /** The same call to another webhook, for example {@code /twilio/connectors/conn-1/voice}. */
  public CallPlan at(String voicePath) {
    return new CallPlan(callSid, from, to, caller, limit, voicePath, statusPath);
  }

  /** The same call with a call status callback. */
  public CallPlan reportingTo(String statusPath) {
    return new CallPlan(callSid, from, to, caller, limit, voicePath, statusPath);
  }

  /** A CallSid that no call has had. */
  public static String newCallSid() {
    return "CA" + Ids.hex(16);
  }
}
