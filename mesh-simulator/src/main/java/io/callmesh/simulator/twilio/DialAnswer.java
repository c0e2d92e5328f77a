package io.callmesh.simulator.twilio;

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

  /** The {@code DialCallStatus}, for example {@code no-answer}. */
  public String status() {
    return status;
  }

  /** The {@code DialSipResponseCode} when the other side is a SIP one. */
  public int sipResponse() {
    return sipResponse;
  }
}
