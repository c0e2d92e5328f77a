package io.callmesh.simulator.conformance;

import java.io.IOException;

/**
 * One thing that a server is held to.
 *
 * @param id short, for {@code --only} and reports; never changes
 * @param title what holds when it passed
 * @param remedy what to do when it failed
 * @param summing whether it looks at what all other checks' streams brought, and so comes last
 */
record Check(
    String id,
    String title,
    Section section,
    Severity severity,
    String remedy,
    boolean summing,
    Body body) {
  /** Finds out. An exception means that it failed, for the reason in its message. */
  interface Body {
    Verdict run(Workbench bench) throws IOException;
  }

  /** A check with streams of its own. */
  static Check of(
      Section section, Severity severity, String id, String title, String remedy, Body body) {
    return new Check(id, title, section, severity, remedy, false, body);
  }

  /** A check of what all streams brought. */
  static Check summing(
      Section section, Severity severity, String id, String title, String remedy, Body body) {
    return new Check(id, title, section, severity, remedy, true, body);
  }

  /** What is known of it without running it. */
  CheckInfo info() {
    return new CheckInfo(id, title, section, severity, remedy);
  }
}
