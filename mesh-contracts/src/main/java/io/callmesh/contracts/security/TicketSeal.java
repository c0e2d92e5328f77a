package io.callmesh.contracts.security;

import io.vertx.core.json.JsonArray;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs tickets and opens them again. A sealed ticket is a path segment: {@code base64url(JSON
 * array) . base64url(HMAC-SHA256)}. Whether it was used before is not decided here. Safe on any
 * thread.
 */
public final class TicketSeal {
  /** Shorter secrets than this are refused. */
  public static final int MIN_SECRET_LENGTH = 16;

  private static final String ALGORITHM = "HmacSHA256";
  private static final int MAX_LENGTH = 1_000;
  private static final int FIELDS = 7;

  private final List<Secret> secrets;
  private final Clock clock;

  /**
   * @param secrets the first signs, all open: so a secret can be changed without dropping a call
   * @throws IllegalArgumentException when there is none, or one is too short
   */
  public TicketSeal(List<Secret> secrets, Clock clock) {
    if (secrets.isEmpty()) {
      throw new IllegalArgumentException("at least one ticket secret is needed");
    }
    for (Secret secret : secrets) {
      if (secret.reveal().length() < MIN_SECRET_LENGTH) {
        throw new IllegalArgumentException(
            "a ticket secret must have at least " + MIN_SECRET_LENGTH + " characters");
      }
    }
    this.secrets = List.copyOf(secrets);
    this.clock = clock;
  }

  /** The ticket as a path segment. */
  public String seal(Ticket ticket) {
    JsonArray fields =
        new JsonArray()
            .add(ticket.nonce())
            .add(ticket.callSid())
            .add(ticket.accountSid())
            .add(ticket.conversationId())
            .add(ticket.connectorId())
            .add(ticket.resume())
            .add(ticket.expiresAt().getEpochSecond());
    String body = encode(fields.encode().getBytes(StandardCharsets.UTF_8));
    return body + "." + encode(hmac(secrets.get(0), body));
  }

  /**
   * The ticket in a path segment; empty when it is malformed, was not signed by us, or has expired.
   */
  public Optional<Ticket> open(String sealed) {
    int dot = sealed.indexOf('.');
    if (sealed.length() > MAX_LENGTH || dot < 0) {
      return Optional.empty();
    }
    String body = sealed.substring(0, dot);
    String signature = sealed.substring(dot + 1);
    if (secrets.stream().noneMatch(secret -> signedWith(secret, body, signature))) {
      return Optional.empty();
    }
    try {
      return Optional.of(read(body)).filter(this::current);
    } catch (IllegalArgumentException ofAnotherVersion) {
      return Optional.empty();
    }
  }

  /** Compares the text and not its bytes: base64 has several spellings of the same bytes. */
  private static boolean signedWith(Secret secret, String body, String signature) {
    return MessageDigest.isEqual(
        encode(hmac(secret, body)).getBytes(StandardCharsets.US_ASCII),
        signature.getBytes(StandardCharsets.UTF_8));
  }

  private boolean current(Ticket ticket) {
    return clock.instant().isBefore(ticket.expiresAt());
  }

  private static Ticket read(String body) {
    byte[] json = Base64.getUrlDecoder().decode(body);
    JsonArray fields = new JsonArray(new String(json, StandardCharsets.UTF_8));
    if (fields.size() != FIELDS) {
      throw new IllegalArgumentException("a ticket has " + FIELDS + " fields");
    }
    return new Ticket(
        fields.getString(0),
        fields.getString(1),
        fields.getString(2),
        fields.getString(3),
        fields.getString(4),
        fields.getBoolean(5),
        Instant.ofEpochSecond(fields.getLong(6)));
  }

  private static byte[] hmac(Secret secret, String body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret.bytes(), ALGORITHM));
      return mac.doFinal(body.getBytes(StandardCharsets.US_ASCII));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }

  private static String encode(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
