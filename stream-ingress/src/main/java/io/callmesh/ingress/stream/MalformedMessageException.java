package io.callmesh.ingress.stream;

/**
 * A message on a stream's socket that cannot be read. The message says why and quotes nothing of
 * it.
 */
final class MalformedMessageException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedMessageException(String why) {
    // No stack trace: a hostile peer could have thousands of them made.
    super(why, null, false, false);
  }
}
