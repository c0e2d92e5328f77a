package io.callmesh.ingress.stream;

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
  private final Map<Wire, Long> sinceNanos = new LinkedHashMap<>();
  private final long patienceNanos;

  ClosingSockets(long patienceNanos) {
    this.patienceNanos = patienceNanos;
  }

  /** The stream of this socket is over. */
  void add(Wire wire, long nanos) {
    sinceNanos.put(wire, nanos);
  }

  /** The connection is gone. */
  void gone(Wire wire) {
    sinceNanos.remove(wire);
  }

  /** Cuts those that had their time; returns how many. */
  int cutOverdue(long nanos) {
    List<Wire> overdue = new ArrayList<>(0);
    Iterator<Map.Entry<Wire, Long>> oldest = sinceNanos.entrySet().iterator();
    while (oldest.hasNext()) {
      Map.Entry<Wire, Long> entry = oldest.next();
      if (nanos - entry.getValue() < patienceNanos) {
        break;
      }
      oldest.remove();
      overdue.add(entry.getKey());
    }
    overdue.forEach(Wire::cut);
    return overdue.size();
  }
}
