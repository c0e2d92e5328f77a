package io.callmesh.handoff.live;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.function.Supplier;

/** What is counted of live streams. Safe on any thread. */
final class LiveMetrics {
  /** Why a stream ended. */
  enum End {
    /** The client closed it, or is gone. */
    CLIENT,
    /** The client did not read. */
    SLOW,
    /** There is nothing more to show. */
    GONE,
    /** It has lasted for as long as one may, or its token is over. */
    TIME,
    /** The process is told to stop. */
    DRAIN
  }

  private final MeterRegistry meters;

  LiveMetrics(MeterRegistry meters) {
    this.meters = meters;
  }

  /** How many streams are open. */
  void streams(Supplier<Number> now) {
    Gauge.builder("callmesh.handoff.live.streams", now).register(meters);
  }

  /** A stream has ended. */
  void ended(End reason) {
    String tag = reason.name().toLowerCase(Locale.ROOT);
    meters.counter("callmesh.handoff.live.ended", "reason", tag).increment();
  }

  /** A stream was refused, because there are too many. */
  void refused() {
    meters.counter("callmesh.handoff.live.refused").increment();
  }
}
