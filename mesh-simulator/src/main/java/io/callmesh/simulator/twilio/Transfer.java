package io.callmesh.simulator.twilio;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Somewhere the call was sent.
 *
 * @param noun the element that named it: {@code Number}, {@code Sip}, {@code Refer}, …
 * @param target a number or URI, as written; a SIP address without its headers
 * @param headers the SIP address's headers, percent-decoded
 * @param callerId the number shown to the other side; null for the caller's own
 * @param timeoutSeconds how long it may ring; null when Twilio's 30 s were not changed
 * @param answerOnBridge whether the caller's leg is answered only when the other side is
 */
public record Transfer(
    String noun,
    String target,
    Map<String, String> headers,
    @Nullable String callerId,
    @Nullable Integer timeoutSeconds,
    boolean answerOnBridge) {
  /** One with nothing but a target. */
  public Transfer(String noun, String target) {
    this(noun, target, Map.of(), null, null, false);
  }
}
