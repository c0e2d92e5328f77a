package io.callmesh.ingress;

import io.callmesh.contracts.session.StreamEnd;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** What stream-ingress counts. Safe on any thread; one for the process. */
public final class IngressMetrics {
  /** Why a handshake was refused before the 101. */
  public enum Refusal {
    /** No signature, or a wrong one. */
    SIGNATURE,
    /** Not sealed by us, or expired. */
    TICKET,
    /** Used before. */
    TICKET_USED,
    /** Nobody could say whether it was used before. */
    UNKNOWN,
    /** Draining, or at the limit of streams. */
    FULL,
    /** Not a WebSocket handshake. */
    NO_UPGRADE
  }

  private final AtomicInteger streams = new AtomicInteger();
  private final Map<Refusal, Counter> refused = new EnumMap<>(Refusal.class);
  private final Map<StreamEnd, Counter> ended = new EnumMap<>(StreamEnd.class);
  private final Counter framesIn;
  private final Counter framesOut;
  private final Counter droppedInMs;
  private final Counter droppedOutMs;
  private final Counter offences;
  private final Counter unknown;
  private final Counter noWorker;

  /** Registers the meters. */
  public IngressMetrics(MeterRegistry meters) {
    Gauge.builder("callmesh.ingress.streams", streams, AtomicInteger::get)
        .description("Streams that are open")
        .register(meters);
    for (Refusal refusal : Refusal.values()) {
      refused.put(
          refusal, meters.counter("callmesh.ingress.handshakes.refused", "reason", tag(refusal)));
    }
    for (StreamEnd end : StreamEnd.values()) {
      ended.put(end, meters.counter("callmesh.ingress.streams.ended", "reason", end.text()));
    }
    framesIn = meters.counter("callmesh.ingress.frames", "direction", "in");
    framesOut = meters.counter("callmesh.ingress.frames", "direction", "out");
    droppedInMs = meters.counter("callmesh.ingress.audio.dropped.ms", "direction", "in");
    droppedOutMs = meters.counter("callmesh.ingress.audio.dropped.ms", "direction", "out");
    offences = meters.counter("callmesh.ingress.messages.malformed");
    unknown = meters.counter("callmesh.ingress.messages.unknown");
    noWorker = meters.counter("callmesh.ingress.streams.without.worker");
  }

  /** A handshake was refused. */
  public void refused(Refusal reason) {
    counter(refused, reason).increment();
  }

  /** A handshake was given a place; it counts as a stream from now on. */
  public void entered() {
    streams.incrementAndGet();
  }

  /** A handshake came to nothing. */
  public void left() {
    streams.decrementAndGet();
  }

  /** How many streams are open or about to be. */
  public int streams() {
    return streams.get();
  }

  /** A stream is gone. */
  public void ended(StreamEnd reason) {
    streams.decrementAndGet();
    counter(ended, reason).increment();
  }

  /** A piece of caller audio came. */
  public void frameIn() {
    framesIn.increment();
  }

  /** A piece of agent audio went. */
  public void frameOut() {
    framesOut.increment();
  }

  /** Caller audio was dropped, in ms. */
  public void droppedIn(int ms) {
    droppedInMs.increment(ms);
  }

  /** Agent audio was dropped, in ms. */
  public void droppedOut(int ms) {
    droppedOutMs.increment(ms);
  }

  /** A message could not be read or was out of order. */
  public void offence() {
    offences.increment();
  }

  /** A message of a kind that we do not know. */
  public void unknown() {
    unknown.increment();
  }

  /** No worker took a stream. */
  public void withoutWorker() {
    noWorker.increment();
  }

  private static <K extends Enum<K>> Counter counter(Map<K, Counter> counters, K key) {
    Counter counter = counters.get(key);
    if (counter == null) {
      throw new IllegalStateException("no counter for " + key);
    }
    return counter;
  }

  private static String tag(Refusal refusal) {
    return refusal.name().toLowerCase(Locale.ROOT);
  }
}
