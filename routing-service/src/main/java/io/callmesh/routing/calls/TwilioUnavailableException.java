package io.callmesh.routing.calls;

import io.callmesh.runtime.web.Problem;
import java.time.Duration;

/** Twilio did not do what it was asked for a reason that passes: the same may succeed later. */
final class TwilioUnavailableException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Problem problem;
  private final Duration notBefore;

  /**
   * A failure worth a retry.
   *
   * @param problem what the client is told when there is none
   * @param notBefore how long Twilio wants to be left alone; zero when it did not say
   */
  TwilioUnavailableException(Problem problem, Duration notBefore) {
    super(problem.getMessage(), null, false, false);
    this.problem = problem;
    this.notBefore = notBefore;
  }

  Problem problem() {
    return problem;
  }

  Duration notBefore() {
    return notBefore;
  }
}
