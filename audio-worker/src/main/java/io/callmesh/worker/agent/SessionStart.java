package io.callmesh.worker.agent;

import io.callmesh.contracts.connector.AudioFormat;
import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.session.OpenSession;

/**
 * What an agent is told when a session begins on a connection.
 *
 * @param open the stream and its call
 * @param connector whose agent it is
 * @param audio the format, both ways
 * @param resume true when this conversation was here before, on another stream or connection
 */
public record SessionStart(
    OpenSession open, Connector connector, AudioFormat audio, boolean resume) {
  /** The same session on a new connection after the last one was lost. */
  public SessionStart resumed() {
    return new SessionStart(open, connector, audio, true);
  }
}
