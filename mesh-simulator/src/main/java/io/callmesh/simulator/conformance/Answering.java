package io.callmesh.simulator.conformance;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a server does with a caller's audio. */
public enum Answering {
  /** Sends it back: then every check can prove that a stream still works by its own sound. */
  ECHO,
  /** Says something of its own. */
  SPEECH,
  /** Nothing that can be heard. */
  SILENCE;

  /** The one of a name in any case; null for {@code auto}, which finds out. */
  public static @Nullable Answering of(String name) {
    return name.equalsIgnoreCase("auto") ? null : valueOf(name.toUpperCase(Locale.ROOT));
  }

  /** In small letters. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
