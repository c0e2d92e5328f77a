package io.callmesh.simulator.twilio;

import io.callmesh.contracts.Ids;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A call to be made.
 *
 * @param callSid {@code CA…}
 * @param from the caller's number, or {@code sip:user@host} for a call that comes by SIP
 * @param to the number called, or a SIP address
 * @param caller what the caller does while a stream is open
 * @param limit when the caller hangs up at the latest; at most an hour
 * @param voicePath the voice webhook's path, query and connection overrides at the mesh
 * @param statusPath the call status callback's path; null when the number has none
 * @param fields what webhooks carry beyond the usual fields, or instead of them
 * @param sipHeaders the {@code X-} headers of a SIP caller's INVITE
 * @param habits how webhooks are requested
 * @param farEnd what those do whom the call is sent to
 */
public record CallPlan(
    String callSid,
    String from,
    String to,
    List<CallerStep> caller,
    Duration limit,
    String voicePath,
    @Nullable String statusPath,
    Map<String, String> fields,
    Map<String, String> sipHeaders,
    WebhookHabits habits,
    FarEnd farEnd) {
  /** The mesh's webhook that finds the connector by the called number. */
  public static final String VOICE_PATH = "/twilio/voice";

  /** What Twilio gives as the number of a caller who withholds it. */
  public static final String ANONYMOUS = "anonymous";

  private static final Duration LONGEST = Duration.ofHours(1);

  /** Refuses a limit that would not bound the recording, and SIP headers without SIP. */
  public CallPlan {
    if (limit.isNegative() || limit.isZero() || limit.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("a call's limit is 1 ms to 1 h, was " + limit);
    }
    if (!sipHeaders.isEmpty() && !SipUri.isSip(from)) {
      throw new IllegalArgumentException("a caller with SIP headers is sip:user@host");
    }
    caller = List.copyOf(caller);
    fields = Map.copyOf(fields);
    sipHeaders = Map.copyOf(sipHeaders);
  }

  /** A call to the mesh's usual webhook, with a random CallSid and no status callback. */
  public static CallPlan of(String from, String to, List<CallerStep> caller, Duration limit) {
    return new CallPlan(
        newCallSid(),
        from,
        to,
        caller,
        limit,
        VOICE_PATH,
        null,
        Map.of(),
        Map.of(),
        WebhookHabits.USUAL,
        FarEnd.WILLING);
  }

  /** The same call to another webhook, for example {@code /twilio/connectors/conn-1/voice}. */
  public CallPlan at(String path) {
    return new CallPlan(
        callSid, from, to, caller, limit, path, statusPath, fields, sipHeaders, habits, farEnd);
  }

  /** The same call with a call status callback. */
  public CallPlan reportingTo(String path) {
    return new CallPlan(
        callSid, from, to, caller, limit, voicePath, path, fields, sipHeaders, habits, farEnd);
  }

  /** The same call by somebody who withholds their number. */
  public CallPlan anonymous() {
    return by(ANONYMOUS, Map.of());
  }

  /**
   * The same call by SIP.
   *
   * @param uri {@code sip:user@host}
   * @param headers the INVITE's {@code X-} headers, which webhooks carry as {@code SipHeader_X-…}
   */
  public CallPlan bySip(String uri, Map<String, String> headers) {
    return by(uri, headers);
  }

  private CallPlan by(String who, Map<String, String> headers) {
    return new CallPlan(
        callSid, who, to, caller, limit, voicePath, statusPath, fields, headers, habits, farEnd);
  }

  /** The same call with one more webhook field, or with another value of a usual one. */
  public CallPlan with(String field, String value) {
    Map<String, String> more = new LinkedHashMap<>(fields);
    more.put(field, value);
    return new CallPlan(
        callSid, from, to, caller, limit, voicePath, statusPath, more, sipHeaders, habits, farEnd);
  }

  /** The same call with other habits of requesting webhooks. */
  public CallPlan requesting(WebhookHabits how) {
    return new CallPlan(
        callSid, from, to, caller, limit, voicePath, statusPath, fields, sipHeaders, how, farEnd);
  }

  /** The same call to others who do this. */
  public CallPlan meeting(FarEnd others) {
    return new CallPlan(
        callSid,
        from,
        to,
        caller,
        limit,
        voicePath,
        statusPath,
        fields,
        sipHeaders,
        habits,
        others);
  }

  /** A CallSid that no call has had. */
  public static String newCallSid() {
    return "CA" + Ids.hex(16);
  }
}
