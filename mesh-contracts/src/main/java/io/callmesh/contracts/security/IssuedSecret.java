package io.callmesh.contracts.security;

import io.callmesh.contracts.Ids;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A secret that we hand out once and keep only as a hash: a connector token or an API key. Its text
 * is {@code <prefix>.<id>.<64 hex digits>}, so that it can be found by id and compared in constant
 * time. The hash is plain SHA-256: 256 random bits need no slow hash.
 *
 * @param id whose secret it is
 * @param text what its owner is given
 */
public record IssuedSecret(String id, Secret text) {
  /** The prefix of connector tokens. */
  public static final String CONNECTOR_TOKEN = "cmt";

  /** The prefix of API keys. */
  public static final String API_KEY = "cmk";

  private static final int MAX_LENGTH = 200;

  /** A new secret for this id. */
  public static IssuedSecret issue(String prefix, String id) {
    return new IssuedSecret(id, new Secret(prefix + "." + id + "." + Ids.hex(32)));
  }

  /** The id that a presented secret claims, if it has our form. */
  public static Optional<String> claimedId(String prefix, String presented) {
    int end = presented.lastIndexOf('.');
    int start = prefix.length() + 1;
    boolean formed =
        presented.length() <= MAX_LENGTH && presented.startsWith(prefix + ".") && end > start;
    return formed ? Optional.of(presented.substring(start, end)) : Optional.empty();
  }

  /** What is stored in place of the secret. */
  public String hash() {
    return hashOf(text.reveal());
  }

  /** Whether a presented secret is the one behind this hash; takes the same time either way. */
  public static boolean matches(String storedHash, String presented) {
    return MessageDigest.isEqual(
        storedHash.getBytes(StandardCharsets.US_ASCII),
        hashOf(presented).getBytes(StandardCharsets.US_ASCII));
  }

  private static String hashOf(String text) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha256.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
