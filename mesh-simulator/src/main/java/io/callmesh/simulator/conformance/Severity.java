package io.callmesh.simulator.conformance;

import java.util.Locale;

/** What it means when a check fails. */
public enum Severity {
  /** Calls break, today or on a bad day. */
  REQUIRED,
  /** Calls go on, but not as well, or for as long as Twilio changes nothing. */
  RECOMMENDED,
  /** Something to know. */
  INFORMATIONAL;

  /** In small letters, as in a table. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
