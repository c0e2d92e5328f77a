package io.callmesh.simulator.load;

/** A load that could not be made; the message is a sentence for the user. */
public final class LoadException extends Exception {
  private static final long serialVersionUID = 1L;

  LoadException(String message) {
    super(message);
  }
}
