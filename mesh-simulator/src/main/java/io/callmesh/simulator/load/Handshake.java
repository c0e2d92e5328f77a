package io.callmesh.simulator.load;

import io.callmesh.contracts.twilio.TwilioSignature;
import io.callmesh.simulator.WebSocketAccept;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The opening handshake of a WebSocket (RFC 6455 4.1), as Twilio asks for it. */
final class Handshake {
  static final int MAX_ANSWER = 16 * 1024;

  private static final String ACCEPT = "sec-websocket-accept";
  private static final SecureRandom RANDOM = new SecureRandom();

  private final LoadTarget target;
  private final String key;

  Handshake(LoadTarget target) {
    this.target = target;
    byte[] nonce = new byte[16];
    RANDOM.nextBytes(nonce);
    this.key = Base64.getEncoder().encodeToString(nonce);
  }

  String request() {
    String signature =
        target.signature() == null
            ? ""
            : TwilioSignature.HEADER + ": " + target.signature() + "\r\n";
    return "GET "
        + target.path()
        + " HTTP/1.1\r\nHost: "
        + target.authority()
        + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: "
        + key
        + "\r\nUser-Agent: callmesh-load\r\n"
        + signature
        + "\r\n";
  }

  /** What is wrong with an answer's head; null when the socket is open. */
  @Nullable String fault(String head) {
    String[] lines = head.split("\r\n", -1);
    if (!lines[0].startsWith("HTTP/1.1 101")) {
      return "HTTP " + lines[0].replaceFirst("^HTTP/\\S+ ", "");
    }
    return Arrays.stream(lines).anyMatch(this::accepts)
        ? null
        : "a missing or wrong Sec-WebSocket-Accept";
  }

  private boolean accepts(String line) {
    int colon = line.indexOf(':');
    return colon > 0
        && line.substring(0, colon).toLowerCase(Locale.ROOT).equals(ACCEPT)
        && line.substring(colon + 1).strip().equals(WebSocketAccept.of(key));
  }
}
