package io.callmesh.simulator;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** What a server has to answer to the key of a WebSocket handshake (RFC 6455, section 4.2.2). */
public final class WebSocketAccept {
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  private WebSocketAccept() {}

  /** The {@code Sec-WebSocket-Accept} of a {@code Sec-WebSocket-Key}. */
  @SuppressWarnings("InsecureCryptoUsage") // the RFC's own choice, and no secret is kept by it
  public static String of(String key) {
    try {
      byte[] text = (key + GUID).getBytes(StandardCharsets.US_ASCII);
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1").digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }
}
