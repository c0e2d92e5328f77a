package io.callmesh.simulator.conformance;

import java.util.Locale;

/** How a check went. */
public enum Outcome {
  PASSED,
  FAILED,
  /** It could not be found out; the sentence says why, and often how it can be. */
  SKIPPED,
  /** There is nothing of the kind at this server. */
  NOT_APPLICABLE;

  /** In small letters, as in a table. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
