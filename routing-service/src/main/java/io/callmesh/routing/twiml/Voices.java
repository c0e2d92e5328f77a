package io.callmesh.routing.twiml;

import java.util.Set;
import java.util.regex.Pattern;

/** What a connector's voice is to {@code <Say voice>} (reference/twilio.md 3.7). */
public final class Voices {
  private static final Set<String> OWN = Set.of("man", "woman", "alice");

  /** Twilio's names for the voices of others. */
  private static final Pattern PREFIXED = Pattern.compile("(Polly|Google)\\.[\\p{L}0-9._-]{1,80}");

  /** Google's own names for its voices. */
  private static final Pattern GOOGLE =
      Pattern.compile(
          "[a-z]{2,3}-[A-Za-z0-9]{2,4}-(Standard|Wavenet|Neural2|Chirp3-HD)-[A-Za-z0-9]{1,40}");

  private Voices() {}

  /** The voice that Twilio knows by this name; empty for one that only the agent's vendor knows. */
  public static String say(String voiceName) {
    String name = voiceName.strip();
    if (OWN.contains(name) || PREFIXED.matcher(name).matches()) {
      return name;
    }
    return GOOGLE.matcher(name).matches() ? "Google." + name : "";
  }
}
