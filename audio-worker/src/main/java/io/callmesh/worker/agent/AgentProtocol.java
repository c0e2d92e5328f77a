package io.callmesh.worker.agent;

import io.callmesh.contracts.connector.AgentEndpoint;
import org.jspecify.annotations.Nullable;

/** A language that agents speak over a WebSocket. One class each; without state. */
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

  /** The protocol of this name. */
  static AgentProtocol of(AgentEndpoint.Protocol protocol) {
    return switch (protocol) {
      case CALLMESH -> CallmeshProtocol.INSTANCE;
      case TWILIO_MEDIA_STREAMS -> MediaStreamsProtocol.INSTANCE;
    };
  }
}
