package io.callmesh.contracts.security;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What of a phone number, and of what others write, may stand in a log. */
public final class Masked {
  private static final int SHOWN = 3;

  private static final Pattern MACHINE_READABLE = Pattern.compile("[A-Za-z0-9_.:-]{1,64}");

  private Masked() {}

  /**
   * A reason that somebody else gave: as it is when a machine could read it, hidden when it may be
   * what a person said.
   */
  public static String reason(@Nullable String reason) {
    if (reason == null || reason.isEmpty()) {
      return "no reason";
    }
    return MACHINE_READABLE.matcher(reason).matches() ? reason : "***";
  }

  /**
   * A number with its middle hidden: {@code +14158675309} becomes {@code +14******309}. Anything
   * too short to hide is hidden whole; SIP and client addresses keep their scheme.
   */
  public static String number(String number) {
    int colon = number.indexOf(':');
    if (colon > 0) {
      return number.substring(0, colon + 1) + "***";
    }
    int hidden = number.length() - 2 * SHOWN;
    return hidden < SHOWN
        ? "***"
        : number.substring(0, SHOWN) + "*".repeat(hidden) + number.substring(SHOWN + hidden);
  }
}
