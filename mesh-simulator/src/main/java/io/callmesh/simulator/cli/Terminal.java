package io.callmesh.simulator.cli;

import java.io.Console;

/** Whether somebody is watching. */
public final class Terminal {
  private static final int CONSOLE_WITHOUT_TERMINAL = 22;

  private Terminal() {}

  /** Whether input and output are a terminal, where a line may be rewritten. */
  @SuppressWarnings("SystemConsoleNull") // newer JDKs are asked in their own way
  public static boolean attached() {
    Console console = System.console();
    return console != null
        && (Runtime.version().feature() < CONSOLE_WITHOUT_TERMINAL || saysSo(console));
  }

  /** {@code Console.isTerminal()}, which Java 17 does not have to compile against. */
  private static boolean saysSo(Console console) {
    try {
      return Boolean.TRUE.equals(Console.class.getMethod("isTerminal").invoke(console));
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }
}
