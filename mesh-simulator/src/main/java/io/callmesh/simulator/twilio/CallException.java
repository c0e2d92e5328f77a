package io.callmesh.simulator.twilio;

/** A call that Twilio would have ended with "an application error has occurred". */
public final class CallException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What went wrong. */
  public enum Problem {
    /** The mesh could not be reached, or not in time. */
    UNREACHABLE,
    /** A webhook was answered with something other than 200. */
    STATUS,
    /** An answer was no TwiML that the simulator can run. */
    TWIML,
    /** The TwiML led from one document to the next without end. */
    LOOP
  }

  private final Problem problem;
  private final int status;

  private CallException(Problem problem, int status, String message) {
    super(message);
    this.problem = problem;
    this.status = status;
  }

  static CallException unreachable(String url, Throwable cause) {
    CallException failure =
        new CallException(Problem.UNREACHABLE, 0, url + " cannot be reached: " + reason(cause));
    failure.initCause(cause);
    return failure;
  }

  static CallException status(String url, int status, String firstLine) {
    return new CallException(
        Problem.STATUS, status, url + " answered " + status + (": " + firstLine).stripTrailing());
  }

  static CallException twiml(String message) {
    return new CallException(Problem.TWIML, 200, message);
  }

  static CallException loop(int documents) {
    return new CallException(
        Problem.LOOP, 200, "the call went through " + documents + " documents without an end");
  }

  private static String reason(Throwable cause) {
    String message = cause.getMessage();
    return message == null ? cause.getClass().getSimpleName() : message;
  }

  /** What went wrong. */
  public Problem problem() {
    return problem;
  }

  /** The HTTP status of the answer; 0 when there was none. */
  public int status() {
    return status;
  }
}
