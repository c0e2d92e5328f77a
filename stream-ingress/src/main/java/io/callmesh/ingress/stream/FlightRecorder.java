package io.callmesh.ingress.stream;

import io.callmesh.contracts.frame.DelayHistogram;
import io.callmesh.contracts.frame.Frame;
import io.callmesh.ingress.IngressMetrics;
import io.callmesh.ingress.IngressMetrics.Offence;
import io.vertx.core.json.JsonObject;
import java.util.EnumMap;
import java.util.Map;

/**
 * What a stream leaves behind about itself: counts and times, never audio, words or numbers of
 * people. Of fixed size, under 1 KiB with all its parts, and nothing is allocated until it is read;
 * for one thread.
 */
final class FlightRecorder {
  private final GapWatch gaps = new GapWatch();
  private final RoundTrips trips = new RoundTrips();
  private final DelayHistogram delay = new DelayHistogram();
  private final Map<Offence, Integer> offences = new EnumMap<>(Offence.class);
  private long framesIn;
  private long bytesIn;
  private long droppedInMs;
  private long framesOut;
  private long bytesOut;
  private long droppedOutMs;

  /** Watches what Twilio sends. */
  GapWatch gaps() {
    return gaps;
  }

  /** Times what Twilio answers. */
  RoundTrips trips() {
    return trips;
  }

  /** Caller audio came. */
  void frameIn(int bytes) {
    framesIn++;
    bytesIn += bytes;
  }

  /**
   * Agent audio was written, at this time of the clock by which frames know when they were made.
   */
  void frameOut(Frame frame, long nanos) {
    framesOut++;
    bytesOut += frame.payload().length;
    delay.record(nanos - frame.madeNanos());
    trips.audio(frame.payload().length, nanos);
  }

  /** Caller audio was dropped. */
  void droppedIn(int ms) {
    droppedInMs += ms;
  }

  /** Agent audio was dropped. */
  void droppedOut(int ms) {
    droppedOutMs += ms;
  }

  /** The peer got something wrong. */
  void offence(Offence kind) {
    offences.merge(kind, 1, Integer::sum);
  }

  /** How often the peer got something wrong. */
  int offences() {
    return offences.values().stream().mapToInt(Integer::intValue).sum();
  }

  long framesIn() {
    return framesIn;
  }

  long framesOut() {
    return framesOut;
  }

  long droppedMs() {
    return droppedInMs + droppedOutMs;
  }

  /**
   * The record so far, as docs/operations.md explains it.
   *
   * @param highInMs the most audio that has waited for a worker
   * @param highOutMs the most audio that has waited for the socket
   */
  JsonObject toJson(int highInMs, int highOutMs) {
    JsonObject in = new JsonObject().put("frames", framesIn).put("bytes", bytesIn);
    gaps.addTo(in);
    in.put("droppedMs", droppedInMs).put("queueHighMs", highInMs);
    JsonObject out =
        new JsonObject()
            .put("frames", framesOut)
            .put("bytes", bytesOut)
            .put("droppedMs", droppedOutMs)
            .put("queueHighMs", highOutMs)
            .put("delay", delay.toJson());
    return new JsonObject()
        .put("in", in)
        .put("out", out)
        .put("marks", trips.marks())
        .put("clears", trips.clears())
        .put("offences", offencesByKind());
  }

  /** Adds to the meters what is known at the end only; the same queues as in {@link #toJson}. */
  void tell(IngressMetrics metrics, int highInMs, int highOutMs) {
    metrics.arrived(gaps.lost(), gaps.turns(), gaps.late(), gaps.jitterUs());
    metrics.queued(highInMs, highOutMs);
  }

  private JsonObject offencesByKind() {
    JsonObject kinds = new JsonObject();
    offences.forEach((kind, count) -> kinds.put(kind.tag(), count));
    return kinds;
  }
}
