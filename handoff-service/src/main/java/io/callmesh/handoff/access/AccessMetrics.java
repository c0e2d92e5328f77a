package io.callmesh.handoff.access;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Locale;

/** What is counted at the door. Safe on any thread. */
final class AccessMetrics {
  /** What Twilio said of a Flex token. */
  enum Validation {
    /** It is good. */
    VALID,
    /** It is not. */
    INVALID,
    /** Nothing, or nothing that we understand. */
    UNANSWERED
  }

  /** Why a request was not let pass. */
  enum Refusal {
    /** No credentials, or none that are good. */
    UNKNOWN,
    /** A key without the right, a Flex worker without the role. */
    FORBIDDEN,
    /** An API key over its rate. */
    KEY_RATE,
    /** A Flex worker over its rate. */
    WORKER_RATE,
    /** An address from which too many tokens come that Twilio must be asked about. */
    TOKEN_RATE,
    /** Nobody can say whether the credentials are good. */
    UNDECIDED
  }

  private final MeterRegistry meters;

  AccessMetrics(MeterRegistry meters) {
    this.meters = meters;
  }

  /** One question about a token was answered, or given up. */
  void validated(Validation result, Duration took) {
    meters.timer("callmesh.handoff.token.validations", "result", tag(result)).record(took);
  }

  /** A request was refused. */
  void refused(Refusal reason) {
    meters.counter("callmesh.handoff.requests.refused", "reason", tag(reason)).increment();
  }

  private static String tag(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
