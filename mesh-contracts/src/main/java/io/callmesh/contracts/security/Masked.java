package io.callmesh.contracts.security;

/** What of a phone number may stand in a log. */
public final class Masked {
  private static final int SHOWN = 3;

  private Masked() {}

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
