package io.callmesh.worker.agent;

/**
 * Why a session is over, as the agent is told.
 *
 * <p>{@link #AGENT_HUNG_UP} is not in design.md's table: an agent that hangs up deserves an end as
 * well, and none of the other reasons would be true.
 */
public enum SessionEnd {
  /** The caller is gone. */
  CALLER_HUNG_UP("caller_hung_up"),
  /** The caller's stream broke; the conversation may come back. */
  INTERRUPTED("interrupted"),
  /** The call goes to a person. */
  HANDED_OFF("handed_off"),
  /** As the agent wished. */
  AGENT_HUNG_UP("agent_hung_up"),
  /** We failed. */
  ERROR("error");

  private final String text;

  SessionEnd(String text) {
    this.text = text;
  }

  /** The form in the protocol. */
  public String text() {
    return text;
  }
}
