package io.callmesh.standalone;

/** Something the user can put right: told in one sentence, with exit code 2. */
final class UserErrorException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UserErrorException(String sentence) {
    super(sentence);
  }
}
