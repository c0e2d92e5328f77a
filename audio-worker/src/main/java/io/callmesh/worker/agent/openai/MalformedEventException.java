package io.callmesh.worker.agent.openai;

/** Says that a message is no event. */
final class MalformedEventException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedEventException(String message) {
    super(message, null, false, false);
  }
}
