package io.callmesh.worker.agent;

/**
 * Something that was said.
 *
 * @param role who said it
 * @param text the words
 * @param last whether the words will not change any more
 */
public record Transcript(Role role, String text, boolean last) {
  /** Who speaks. */
  public enum Role {
    /** The person on the telephone. */
    CALLER,
    /** The voice agent. */
    AGENT
  }

  /** Leaves out the words, which belong to no log. */
  @Override
  public String toString() {
    return "Transcript[" + role + ", " + text.length() + " characters]";
  }
}
