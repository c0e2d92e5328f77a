package io.callmesh.simulator.conformance;

import java.util.regex.Pattern;

/** Text of a stranger's as it may be shown on a terminal and in XML. */
final class Printable {
  private static final Pattern UNPRINTABLE = Pattern.compile("[^\\x20-\\x7E\\xA0-\\uD7FF]");
  private static final int MOST = 300;

  private Printable() {}

  /** Without control characters, and not longer than a sentence. */
  static String of(String text) {
    String printable = UNPRINTABLE.matcher(text).replaceAll("?");
    return printable.length() > MOST ? printable.substring(0, MOST) + "…" : printable;
  }
}
