package io.callmesh.worker.session;

import io.callmesh.contracts.frame.Frame;
import io.callmesh.contracts.frame.FrameKind;
import io.callmesh.worker.WorkerMetrics;
import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.collection.LongObjectMap;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The sessions of one verticle instance by stream key; only its event loop touches it. */
final class SessionTable {
  private final LongObjectMap<Session> sessions = new LongObjectHashMap<>();

  /**
   * By CallSid and by conversation id. A call that came back may have two sessions for a moment:
   * the newer one is where it is.
   */
  private final Map<String, Session> newest = new HashMap<>();

  /** Streams whose sessions wait for their connector; they count against the capacity. */
  private final Set<Long> opening = new HashSet<>();

  private final Promise<Void> drained = Promise.promise();
  private final WorkerMetrics metrics;
  private boolean draining;

  SessionTable(WorkerMetrics metrics) {
    this.metrics = metrics;
  }

  int size() {
    return sessions.size();
  }

  /** Sessions there are, and those that there may be in a moment. */
  int claimed() {
    return sessions.size() + opening.size();
  }

  /** Keeps a place for the session of a stream until {@link #release}. */
  void claim(long streamKey) {
    opening.add(streamKey);
  }

  /** Gives the place back; false when the stream has ended in the meantime. */
  boolean release(long streamKey) {
    return opening.remove(streamKey);
  }

  boolean isDraining() {
    return draining;
  }

  @Nullable Session get(long streamKey) {
    return sessions.get(streamKey);
  }

  /** The session of a call or conversation, the newest when it has several. */
  Optional<Session> newest(String id) {
    return Optional.ofNullable(newest.get(id));
  }

  void add(Session session) {
    sessions.put(session.streamKey(), session);
    newest.put(session.callSid(), session);
    newest.put(session.conversationId(), session);
    metrics.sessionOpened();
  }

  void remove(Session session) {
    sessions.remove(session.streamKey());
    newest.remove(session.callSid(), session);
    newest.remove(session.conversationId(), session);
    completeWhenEmpty();
  }

  void frame(Frame frame) {
    Session session = sessions.get(frame.streamKey());
    if (session != null) {
      session.frame(frame);
    } else if (frame.kind() != FrameKind.END || !opening.remove(frame.streamKey())) {
      metrics.unknownFrame();
    }
  }

  void sweep(long nanos) {
    List.copyOf(sessions.values()).forEach(session -> session.sweep(nanos));
  }

  /** Takes no more sessions; succeeds when the last one is over. */
  Future<Void> drain() {
    draining = true;
    completeWhenEmpty();
    return drained.future();
  }

  /** Ends all sessions as if their streams had been interrupted. */
  void moveAllAway() {
    List.copyOf(sessions.values()).forEach(Session::moveAway);
  }

  private void completeWhenEmpty() {
    if (draining && sessions.isEmpty()) {
      drained.tryComplete();
    }
  }
}
