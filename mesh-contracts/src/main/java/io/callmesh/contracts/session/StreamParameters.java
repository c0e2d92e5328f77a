package io.callmesh.contracts.session;

import java.util.Map;

/**
 * The {@code <Parameter>} names that are ours. routing-service writes them into the stream's TwiML
 * because Twilio's {@code start} does not tell them; stream-ingress takes them out again.
 */
public final class StreamParameters {
  /** The caller's number. */
  public static final String FROM = "callmeshFrom";

  /** The called number. */
  public static final String TO = "callmeshTo";

  /** Why a conversation comes back to its agent. */
  public static final String RESUME_REASON = "callmeshResumeReason";

  /** The conversation's shared id. */
  public static final String SHARED_ID = "callmeshSharedId";

  private StreamParameters() {}

  /** Takes a parameter out of the map; empty when it is not there. */
  public static String take(Map<String, String> parameters, String name) {
    String value = parameters.remove(name);
    return value == null ? "" : value;
  }
}
