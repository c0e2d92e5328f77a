package io.callmesh.worker.agent;

import org.jspecify.annotations.Nullable;

/** One connection to an agent: what a session says to it. Used on the session's event loop only. */
public interface AgentConnection {
  /** Sends the caller's audio, in the agent's format. */
  void audio(byte[] audio);

  /**
   * Says that audio was dropped before what is sent next, in bytes of mu-law: for protocols that
   * tell the agent the time.
   */
  default void skipped(long mulawBytes) {}

  /** Says that the caller pressed a key. */
  void dtmf(String digit);

  /** Says what became of a mark. */
  void mark(String name, boolean played, long heardMs);

  /** Answers a wish for a handoff. */
  void handoffResult(HandoffResult result);

  /** Sends a ping; false when the one before was never answered. */
  boolean ping();

  /** Says goodbye and closes. Nothing is heard from the connection afterwards. */
  void end(SessionEnd reason);

  /** Closes at once. Nothing is heard from the connection afterwards. */
  void drop();

  /** Whether the agent reads more slowly than we write, so that audio should wait. */
  boolean congested();

  /** Why dialling again is of no use, once the connection is lost; null when it may be of some. */
  default @Nullable String refusal() {
    return null;
  }

  /** Calls {@code drained} whenever the agent has caught up after {@link #congested} was true. */
  void onDrained(Runnable drained);
}
