package io.callmesh.ingress;

import io.callmesh.contracts.session.StreamEnd;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
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

  /** What Twilio's end of a stream got wrong. */
  public enum Offence {
    /** Not JSON, or a member is missing or wrong. */
    UNREADABLE,
    /** A message before {@code start}. */
    BEFORE_START,
    /** A second {@code start}. */
    SECOND_START,
    /** A message with another StreamSid. */
    OTHER_STREAM,
    /** A binary message. */
    BINARY,
    /** A message longer than any of Twilio's. */
    TOO_LONG,
    /** Not the framing of RFC 6455. */
    FRAMING;

    /** The form in metrics and records. */
    public String tag() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final AtomicInteger streams = new AtomicInteger();
  private final Map<Refusal, Counter> refused = new EnumMap<>(Refusal.class);
  private final Map<StreamEnd, Counter> ended = new EnumMap<>(StreamEnd.class);
  private final Counter endedByWorker;
  private final Counter framesIn;
  private final Counter framesOut;
  private final Counter droppedInMs;
  private final Counter droppedOutMs;
  private final Map<Offence, Counter> offences = new EnumMap<>(Offence.class);
  private final Counter unknown;
  private final Counter noWorker;
  private final Counter superseded;
  private final Counter cut;
  private final Counter filledMs;
  private final Counter lost;
  private final Counter turns;
  private final Counter late;
  private final DistributionSummary jitterMs;
  private final DistributionSummary highInMs;
  private final DistributionSummary highOutMs;
  private final Timer markRoundTrip;

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
    endedByWorker = meters.counter("callmesh.ingress.streams.ended", "reason", "agent_done");
    framesIn = meters.counter("callmesh.ingress.frames", "direction", "in");
    framesOut = meters.counter("callmesh.ingress.frames", "direction", "out");
    droppedInMs = meters.counter("callmesh.ingress.audio.dropped.ms", "direction", "in");
    droppedOutMs = meters.counter("callmesh.ingress.audio.dropped.ms", "direction", "out");
    for (Offence kind : Offence.values()) {
      offences.put(kind, meters.counter("callmesh.ingress.messages.malformed", "kind", kind.tag()));
    }
    unknown = meters.counter("callmesh.ingress.messages.unknown");
    noWorker = meters.counter("callmesh.ingress.streams.without.worker");
    superseded = meters.counter("callmesh.ingress.streams.superseded");
    cut = meters.counter("callmesh.ingress.sockets.cut");
    filledMs = meters.counter("callmesh.ingress.audio.filled.ms");
    lost = meters.counter("callmesh.ingress.messages.lost");
    turns = meters.counter("callmesh.ingress.clock.turns");
    late = meters.counter("callmesh.ingress.frames.late");
    jitterMs = meters.summary("callmesh.ingress.jitter.ms");
    highInMs = meters.summary("callmesh.ingress.queue.high.ms", "direction", "in");
    highOutMs = meters.summary("callmesh.ingress.queue.high.ms", "direction", "out");
    markRoundTrip = meters.timer("callmesh.ingress.marks.round.trip");
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

  /** A stream is gone since its worker said that the agent's part is over. */
  public void endedByWorker() {
    streams.decrementAndGet();
    endedByWorker.increment();
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
  public void offence(Offence kind) {
    counter(offences, kind).increment();
  }

  /** A stream was closed because its call has a newer one. */
  public void superseded() {
    superseded.increment();
  }

  /** Connections were cut whose peer did not take the close frame in time. */
  public void cut(int sockets) {
    cut.increment(sockets);
  }

  /** Silence was sent for audio that never came, in ms. */
  public void filled(int ms) {
    filledMs.increment(ms);
  }

  /** A stream is over; this is what Twilio's numbers on it said. */
  public void arrived(long lostMessages, long clockTurns, long lateFrames, long jitterUs) {
    lost.increment((double) lostMessages);
    turns.increment((double) clockTurns);
    late.increment((double) lateFrames);
    jitterMs.record(jitterUs / 1_000.0);
  }

  /** A stream is over; this much audio waited at most in its queues, in ms. */
  public void queued(int highIn, int highOut) {
    highInMs.record(highIn);
    highOutMs.record(highOut);
  }

  /** A mark came back, so much later than the audio before it should have been played. */
  public void markReturned(long nanos) {
    markRoundTrip.record(nanos, TimeUnit.NANOSECONDS);
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
