package io.callmesh.routing.calls;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Locale;

/** What is counted of live calls. Safe on any thread. */
public final class CallsMetrics {
  /** What Twilio is asked for. */
  enum Operation {
    /** Other TwiML for a call. */
    REDIRECT,
    /** The end of a call. */
    HANG_UP
  }

  /** How one request to Twilio ended. */
  enum Result {
    /** Done. */
    OK,
    /** There is no such call any more. */
    GONE,
    /** Twilio will not do it. */
    REFUSED,
    /** Too many requests. */
    LIMITED,
    /** Twilio failed. */
    ERROR,
    /** No answer. */
    UNREACHABLE
  }

  private final MeterRegistry meters;

  /** Counts into this registry. */
  public CallsMetrics(MeterRegistry meters) {
    this.meters = meters;
  }

  /** One request to Twilio was answered, or given up. */
  void requested(Operation operation, Result result, Duration took) {
    meters
        .timer(
            "callmesh.routing.twilio.requests", "operation", tag(operation), "result", tag(result))
        .record(took);
  }

  private static String tag(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
