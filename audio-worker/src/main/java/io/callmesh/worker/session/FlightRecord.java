package io.callmesh.worker.session;

import io.callmesh.contracts.frame.DelayHistogram;
import io.callmesh.contracts.frame.Frame;
import io.callmesh.worker.WorkerMetrics.Dropped;
import io.vertx.core.json.JsonObject;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * What a session was like, in figures: of a fixed size, without a word or a sound of the call. For
 * one thread; what is counted for every frame allocates nothing.
 */
final class FlightRecord {
  private final Map<Dropped, Long> droppedBytes = new EnumMap<>(Dropped.class);
  private final DelayHistogram toAgent = new DelayHistogram();
  private long framesFromCaller;
  private long framesToCaller;
  private long playoutHighBytes;
  private long backlogHighBytes;
  private int marksPlayed;
  private int marksCleared;
  private int clears;
  private int redials;
  private int throttles;
  private int eventsDropped;

  void frameFromCaller() {
    framesFromCaller++;
  }

  void frameToCaller() {
    framesToCaller++;
  }

  /** What our process took from making the frame, or taking it from the wire, to the socket. */
  void toAgent(long nanos) {
    toAgent.record(nanos);
  }

  /** Audio was dropped, in bytes of mu-law. */
  void dropped(Dropped where, long bytes) {
    if (bytes > 0) {
      droppedBytes.merge(where, bytes, Long::sum);
    }
  }

  /** Bytes of the agent's audio wait for their turn. */
  void playoutWaits(long bytes) {
    playoutHighBytes = Math.max(playoutHighBytes, bytes);
  }

  /** Bytes of the caller's audio wait for the agent. */
  void backlogWaits(long bytes) {
    backlogHighBytes = Math.max(backlogHighBytes, bytes);
  }

  void markAnswered(boolean played) {
    if (played) {
      marksPlayed++;
    } else {
      marksCleared++;
    }
  }

  void cleared() {
    clears++;
  }

  void redialled() {
    redials++;
  }

  /** The agent sent too much and was read no further for a while. */
  void throttled() {
    throttles++;
  }

  /** A transcript or event of the agent was one too many. */
  void eventDropped() {
    eventsDropped++;
  }

  /** The form in {@code session.ended}; milliseconds are of audio. */
  JsonObject toJson() {
    JsonObject dropped = new JsonObject();
    droppedBytes.forEach(
        (where, bytes) ->
            dropped.put(where.name().toLowerCase(Locale.ROOT), bytes / Frame.BYTES_PER_MS));
    return new JsonObject()
        .put("framesFromCaller", framesFromCaller)
        .put("framesToCaller", framesToCaller)
        .put("droppedMs", dropped)
        .put("playoutHighMs", playoutHighBytes / Frame.BYTES_PER_MS)
        .put("backlogHighMs", backlogHighBytes / Frame.BYTES_PER_MS)
        .put("marksPlayed", marksPlayed)
        .put("marksCleared", marksCleared)
        .put("clears", clears)
        .put("redials", redials)
        .put("throttles", throttles)
        .put("eventsDropped", eventsDropped)
        .put("toAgentDelay", toAgent.toJson());
  }
}
