package io.callmesh.runtime.kafka;

import io.callmesh.contracts.Topic;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The names of what this package measures; Prometheus shows {@code callmesh_table_entries}. */
final class KafkaMetrics {
  /** Why a call event never reached Kafka. */
  enum Drop {
    BUFFER_FULL,
    UNENCODABLE,
    REFUSED,
    CLOSED;

    private String tag() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final MeterRegistry registry;

  KafkaMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  /** Keys in memory. */
  <T> void entries(Topic topic, T of, ToDoubleFunction<T> value) {
    gauge("callmesh.table.entries", topic, of, value);
  }

  /** Records that the broker has and the table does not have yet. */
  <T> void lag(Topic topic, T of, ToDoubleFunction<T> value) {
    gauge("callmesh.table.lag", topic, of, value);
  }

  /** Reads that missed and waited for the topic's end. */
  Counter barriers(Topic topic) {
    return counter("callmesh.table.barriers", topic);
  }

  /** Records skipped because they cannot be read. */
  Counter undecodable(Topic topic) {
    return counter("callmesh.table.undecodable", topic);
  }

  /** Records with new keys that were read and not kept because the table is full. */
  Counter overflow(Topic topic) {
    return counter("callmesh.table.overflow", topic);
  }

  /** Writes that failed or whose end is unknown. */
  Counter writeFailures(Topic topic) {
    return counter("callmesh.table.write.failures", topic);
  }

  Counter eventsSent() {
    return counter("callmesh.events.sent", Topic.CALL_EVENTS);
  }

  Counter eventsDropped(Drop reason) {
    return Counter.builder("callmesh.events.dropped")
        .tag("topic", Topic.CALL_EVENTS.topicName())
        .tag("reason", reason.tag())
        .register(registry);
  }

  /** Events accepted and not acknowledged yet. */
  <T> void eventsWaiting(T of, ToDoubleFunction<T> value) {
    gauge("callmesh.events.waiting", Topic.CALL_EVENTS, of, value);
  }

  private <T> void gauge(String name, Topic topic, T of, ToDoubleFunction<T> value) {
    Gauge gauge =
        Gauge.builder(name, of, value)
            .tag("topic", topic.topicName())
            .strongReference(true)
            .register(registry);
    assert gauge != null;
  }

  private Counter counter(String name, Topic topic) {
    return Counter.builder(name).tag("topic", topic.topicName()).register(registry);
  }
}
