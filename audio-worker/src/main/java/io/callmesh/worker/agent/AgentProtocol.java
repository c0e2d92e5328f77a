package io.callmesh.worker.agent;

import io.callmesh.contracts.connector.AgentEndpoint;
import io.callmesh.worker.agent.openai.RealtimeProtocol;
import org.jspecify.annotations.Nullable;

/**
 * A language that agents speak over a WebSocket. One class each; an object is asked for by one
 * session, so it may keep what that session's next connection has to know.
 */
public interface AgentProtocol {
  /** What the worker offers in the handshake, and the agent must agree to; null for nothing. */
  @Nullable String subProtocol();

  /**
   * Begins a session on an open socket, and opens it for its messages.
   *
   * @param lost called once when the connection ends in any way but {@link AgentConnection#end},
   *     {@link AgentConnection#drop} or {@link AgentListener#left}
   */
  AgentConnection begin(
      AgentSocket socket, SessionStart start, AgentListener listener, Runnable lost);

  /** The protocol of this name, for one session. */
  static AgentProtocol of(AgentEndpoint.Protocol protocol) {
    return switch (protocol) {
      case CALLMESH -> CallmeshProtocol.INSTANCE;
      case TWILIO_MEDIA_STREAMS -> MediaStreamsProtocol.INSTANCE;
      case OPENAI_REALTIME -> new RealtimeProtocol();
    };
  }
}
