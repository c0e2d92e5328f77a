package io.callmesh.contracts.handoff;

import org.jspecify.annotations.Nullable;

/**
 * Makes equal texts one object, as far as it remembers: the accounts, connectors and destinations
 * of many handoffs are few, and a copy for each would take more memory than what is its own. Safe
 * on any thread: which of two equal texts is remembered does not matter.
 */
final class Repeated {
  private static final int SIZE = 1 << 10;

  private static final @Nullable String[] known = new String[SIZE];

  private Repeated() {}

  /** An equal text, the same as before if it can be. */
  static String text(String text) {
    int hash = text.hashCode();
    int place = (hash ^ hash >>> 16) & (SIZE - 1);
    String here = known[place];
    if (text.equals(here)) {
      return here;
    }
    known[place] = text;
    return text;
  }

  /** The same; null stays null. */
  static @Nullable String optional(@Nullable String text) {
    return text == null ? null : text(text);
  }
}
