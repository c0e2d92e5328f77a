package io.callmesh.contracts;

import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * Makes the identifiers that are ours: a prefix that tells what it is, and 128 random bits in hex.
 */
public final class Ids {
  private static final SecureRandom RANDOM = new SecureRandom();

  private Ids() {}

  /** A new conversation id. */
  public static String conversation() {
    return "conv-" + hex(16);
  }

  /** A new connector id. */
  public static String connector() {
    return "conn-" + hex(16);
  }

  /** A new API key id. */
  public static String apiKey() {
    return "key-" + hex(8);
  }

  /** A name for a verticle instance in its addresses, unique in the cluster. */
  public static String instance() {
    return hex(8);
  }

  /** Random bytes in lower-case hex, from a cryptographic source. */
  public static String hex(int bytes) {
    byte[] random = new byte[bytes];
    RANDOM.nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  /** A key for a stream: 64 random bits, so that ingresses need not agree on them. */
  public static long streamKey() {
    return RANDOM.nextLong();
  }
}
