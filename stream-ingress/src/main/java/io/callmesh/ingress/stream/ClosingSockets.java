package io.callmesh.ingress.stream;

import io.callmesh.runtime.socket.FrameLane;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Sockets whose stream is over and whose connection is not: the peer has a limited time to take our
 * close frame and to answer it. Holds each for no longer than that. For one event loop.
 */
final class ClosingSockets {
  private final Map<FrameLane, Long> sinceNanos = new LinkedHashMap<>();
  private final long patienceNanos;

  ClosingSockets(long patienceNanos) {
    this.patienceNanos = patienceNanos;
  }

  /** The stream of this socket is over. */
  void add(FrameLane lane, long nanos) {
    sinceNanos.put(lane, nanos);
  }

  /** The connection is gone. */
  void gone(FrameLane lane) {
    sinceNanos.remove(lane);
  }

  /** Cuts those that had their time; returns how many. */
  int cutOverdue(long nanos) {
    List<FrameLane> overdue = new ArrayList<>(0);
    Iterator<Map.Entry<FrameLane, Long>> oldest = sinceNanos.entrySet().iterator();
    while (oldest.hasNext()) {
      Map.Entry<FrameLane, Long> entry = oldest.next();
      if (nanos - entry.getValue() < patienceNanos) {
        break;
      }
      oldest.remove();
      overdue.add(entry.getKey());
    }
    overdue.forEach(FrameLane::cut);
    return overdue.size();
  }
}
