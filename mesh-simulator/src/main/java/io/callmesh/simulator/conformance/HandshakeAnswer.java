package io.callmesh.simulator.conformance;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a server answered to the request for a WebSocket.
 *
 * @param status of HTTP
 * @param headers by name in lower case
 * @param expectedAccept what {@code Sec-WebSocket-Accept} has to be
 */
record HandshakeAnswer(int status, Map<String, String> headers, String expectedAccept) {
  static final int SWITCHING = 101;

  /** Reads the lines up to the empty one. */
  static HandshakeAnswer of(List<String> lines, String expectedAccept) {
    String[] first = lines.get(0).split(" ", 3);
    Map<String, String> headers = new HashMap<>();
    for (String line : lines.subList(1, lines.size())) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        String name = line.substring(0, colon).strip().toLowerCase(Locale.ROOT);
        headers.merge(name, line.substring(colon + 1).strip(), (one, two) -> one + ", " + two);
      }
    }
    return new HandshakeAnswer(status(first), Map.copyOf(headers), expectedAccept);
  }

  private static int status(String[] first) {
    boolean http = first.length > 1 && first[0].startsWith("HTTP/1.1");
    return http && first[1].matches("\\d{3}") ? Integer.parseInt(first[1]) : 0;
  }

  boolean switched() {
    return status == SWITCHING;
  }

  @Nullable String header(String name) {
    return headers.get(name);
  }

  /** Why this is no WebSocket, in words; null when it is one. */
  @Nullable String fault() {
    if (!switched()) {
      return status == 0
          ? "the answer is not HTTP/1.1"
          : "the handshake was answered with " + status + " instead of 101 (31920)";
    }
    if (!headers.getOrDefault("upgrade", "").equalsIgnoreCase("websocket")) {
      return "the 101 has no 'Upgrade: websocket'";
    }
    if (!headers.getOrDefault("connection", "").toLowerCase(Locale.ROOT).contains("upgrade")) {
      return "the 101 has no 'Connection: Upgrade'";
    }
    return expectedAccept.equals(header("sec-websocket-accept"))
        ? null
        : "the 101 has a wrong Sec-WebSocket-Accept";
  }
}
