package io.callmesh.routing.voice;

import io.callmesh.contracts.security.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Names conversations, and the tickets to them, so that every replica gives a repeated webhook the
 * same names: by a keyed hash of what the webhook is about.
 */
final class Conversations {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int ID_BYTES = 16;

  private final SecretKeySpec key;

  /**
   * @param secret shared by all replicas, so that nobody else can guess a conversation's id
   */
  Conversations(Secret secret) {
    this.key = new SecretKeySpec(secret.bytes(), ALGORITHM);
  }

  /**
   * The conversation that a voice webhook starts.
   *
   * @param visit tells one entry of a call from another: {@link TwilioWebhook.Visit}
   * @param slot which {@code <Connect>} of the document
   */
  String id(String callSid, String connectorId, String visit, int slot) {
    return "conv-" + hash("conversation", callSid, connectorId, visit, String.valueOf(slot));
  }

  /** A ticket's nonce, the same on the same occasion. */
  String nonce(String conversationId, String occasion) {
    return hash("ticket", conversationId, occasion);
  }

  private String hash(String... parts) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      for (String part : parts) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        mac.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
        mac.update(bytes);
      }
      return HexFormat.of().formatHex(mac.doFinal(), 0, ID_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }
}
