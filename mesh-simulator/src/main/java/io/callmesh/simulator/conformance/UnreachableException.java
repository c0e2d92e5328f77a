package io.callmesh.simulator.conformance;

/** There is nothing to test: no connection, or no invitation. The message says why. */
public final class UnreachableException extends Exception {
  private static final long serialVersionUID = 1L;

  UnreachableException(String message, Throwable cause) {
    super(message, cause);
  }
}
