package io.callmesh.worker.agent;

import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.contracts.handoff.TranscriptLine.Role;
import org.jspecify.annotations.Nullable;

/** Takes what an agent says: a session. Called on the session's event loop only. */
public interface AgentListener {
  /** Audio in the agent's format, cut anywhere; the array is the listener's. */
  void audio(byte[] audio);

  /** The agent wants what has not been played to be dropped. */
  void clear();

  /** The agent wants to know when everything before this has been played. */
  void mark(String name);

  /** The agent wants the call to go to a person. */
  void handoff(HandoffRequest request);

  /** The agent wants the call to go to a person, with a handoff state that may not be stored. */
  void handoffRefused(HandoffData.RefusedException refusal);

  /** The agent ends the call. */
  void hangup(@Nullable String reason);

  /**
   * The agent has ended its part of the call by closing the socket, in a protocol where that is how
   * one does. Nothing more is heard from the connection.
   *
   * @param wish the handoff that this means; null for a hangup
   */
  void left(@Nullable HandoffRequest wish);

  /** The agent reports the handoff state as it is so far; it goes to no log. */
  void context(HandoffData state);

  /**
   * Something was said; it goes to no log.
   *
   * @param last whether the words will not change any more
   */
  void transcript(Role role, String text, boolean last);

  /** The agent's own analytics event; its data goes to no log. */
  void event(AgentEvent event);

  /** The agent sent a type that the protocol's version does not know. */
  void unknown();

  /** The agent sent something that cannot be understood; it has been told. */
  void malformed();

  /** The agent says that something went wrong; {@code code} is one word, which may go to a log. */
  default void complained(String code) {}
}
