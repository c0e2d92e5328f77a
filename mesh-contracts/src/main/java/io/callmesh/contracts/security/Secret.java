package io.callmesh.contracts.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * A value that must never be printed: its {@code toString} is {@code [redacted]}, and it has no
 * other accidental way out.
 */
public final class Secret {
  private final String value;

  /** Wraps a secret value. */
  public Secret(String value) {
    this.value = value;
  }

  /** The value itself, for the one place that needs it. */
  public String reveal() {
    return value;
  }

  /** The value's UTF-8 bytes. */
  public byte[] bytes() {
    return value.getBytes(StandardCharsets.UTF_8);
  }

  /** Compares without telling by its duration where the difference is. */
  public boolean matches(String candidate) {
    return MessageDigest.isEqual(bytes(), candidate.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret && matches(secret.value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  @Override
  public String toString() {
    return "[redacted]";
  }
}
