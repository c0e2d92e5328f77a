package io.callmesh.worker.agent;

import org.jspecify.annotations.Nullable;

/**
 * Twilio's Media Streams, with the worker in Twilio's place (docs/agent-protocols.md): for bots
 * that were written for Twilio.
 */
final class MediaStreamsProtocol implements AgentProtocol {
  static final MediaStreamsProtocol INSTANCE = new MediaStreamsProtocol();

  private MediaStreamsProtocol() {}

  /** None, as Twilio names none. */
  @Override
  public @Nullable String subProtocol() {
    return null;
  }

  @Override
  public AgentConnection begin(
      AgentSocket socket, SessionStart start, AgentListener listener, Runnable lost) {
    return new MediaStreamsConnection(socket, start, listener, lost);
  }
}
