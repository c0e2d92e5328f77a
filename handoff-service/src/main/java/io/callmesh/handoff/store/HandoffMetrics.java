package io.callmesh.handoff.store;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What handoff-service counts. Safe on any thread. */
public final class HandoffMetrics {
  /** What a reader was answered. */
  public enum Read {
    /** The handoff state. */
    FOUND,
    /** It expired, was deleted or replaced. */
    GONE,
    /** The call is with an agent. */
    TOO_EARLY,
    /** There never was one. */
    ABSENT,
    /** Nobody could say. */
    FAILED
  }

  /** What became of an outcome that a worker could not have stored. */
  enum Offer {
    /** It is kept in memory. */
    KEPT,
    /** Kafka has it now. */
    STORED,
    /** It was given up: too many, or for too long. */
    DROPPED
  }

  private static final Duration[] READ_AFTER =
      Arrays.stream(
              new long[] {100, 250, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000})
          .mapToObj(Duration::ofMillis)
          .toArray(Duration[]::new);

  private final MeterRegistry meters;
  private final Map<Read, Counter> reads;
  private final Map<Offer, Counter> offers;
  private final Counter deletions;
  private final Counter expired;
  private final Timer storedToRead;

  /** Counts into this registry. */
  public HandoffMetrics(MeterRegistry meters) {
    this.meters = meters;
    reads = counters(Read.class, each -> counter("callmesh.handoff.reads", each));
    offers = counters(Offer.class, each -> counter("callmesh.handoff.offers", each));
    deletions = meters.counter("callmesh.handoff.deletions");
    expired = meters.counter("callmesh.handoff.expired");
    storedToRead =
        Timer.builder("callmesh.handoff.stored.to.read")
            .serviceLevelObjectives(READ_AFTER)
            .register(meters);
  }

  private Counter counter(String name, Enum<?> result) {
    return meters.counter(name, "result", result.name().toLowerCase(Locale.ROOT));
  }

  private static <E extends Enum<E>> Map<E, Counter> counters(
      Class<E> type, Function<E, Counter> counter) {
    return Arrays.stream(type.getEnumConstants())
        .collect(Collectors.toMap(each -> each, counter, (a, b) -> a, () -> new EnumMap<>(type)));
  }

  /** A reader was answered. */
  public void read(Read result) {
    Objects.requireNonNull(reads.get(result)).increment();
  }

  /** A handoff was read for the first time, so long after it was stored. */
  void firstRead(Duration afterStored) {
    storedToRead.record(afterStored);
  }

  /** What became of an offered outcome. */
  void offer(Offer result) {
    Objects.requireNonNull(offers.get(result)).increment();
  }

  /** An outcome was deleted on request. */
  void deleted() {
    deletions.increment();
  }

  /** An outcome whose lifetime is shorter than the topic's was removed. */
  void expired() {
    expired.increment();
  }

  /** Requests that would have waited for a handoff, had not too many done so already. */
  public Counter waitsRefused() {
    return meters.counter("callmesh.handoff.waits.refused");
  }

  /** How many requests wait for a handoff now. */
  public void waits(Supplier<Number> now) {
    Gauge.builder("callmesh.handoff.waits", now).register(meters);
  }
}
