package io.callmesh.simulator.twilio;

import java.util.Arrays;
import java.util.stream.Collectors;

/** How a {@code <Dial>} goes (reference/twilio.md 3.3). */
public enum DialAnswer {
  /** The other side answers, talks for a second, and hangs up. */
  COMPLETED("completed", 200),
  /** The other side is engaged. */
  BUSY("busy", 486),
  /** Nobody answers within the timeout, which is not waited for. */
  NO_ANSWER("no-answer", 480),
  /** The other side cannot be reached. */
  FAILED("failed", 503),
  /** The dialling is taken back before there is an answer. */
  CANCELED("canceled", 487);

  private final String status;
  private final int sipResponse;

  DialAnswer(String status, int sipResponse) {
    this.status = status;
    this.sipResponse = sipResponse;
  }

  /**
   * The answer of a {@code DialCallStatus}.
   *
   * @throws IllegalArgumentException with the possible ones when there is none of that status
   */
  public static DialAnswer of(String status) {
    return Arrays.stream(values())
        .filter(answer -> answer.status.equals(status))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "a transfer goes "
                        + Arrays.stream(values())
                            .map(DialAnswer::status)
                            .collect(Collectors.joining(", "))
                        + ", was '"
                        + status
                        + "'"));
  }

  /** The {@code DialCallStatus}, for example {@code no-answer}. */
  public String status() {
    return status;
  }

  /** The {@code DialSipResponseCode} when the other side is a SIP one. */
  public int sipResponse() {
    return sipResponse;
  }
}
