package io.callmesh.worker.agent;

import io.callmesh.contracts.connector.AudioFormat;
import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.session.OpenSession;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What an agent is told when a session begins on a connection.
 *
 * @param open the stream and its call
 * @param connector whose agent it is
 * @param audio the format, both ways
 * @param resume true when this conversation was here before, on another stream or connection
 * @param resumeReason why it is here again; empty when it is not, or nobody said
 */
public record SessionStart(
    OpenSession open, Connector connector, AudioFormat audio, boolean resume, String resumeReason) {
  private static final String AGENT_RECONNECTED = "agent_reconnected";
  private static final String SHARED_ID = "shared_id";

  /** A session as its stream opens it. */
  public static SessionStart of(OpenSession open, Connector connector, AudioFormat audio) {
    return new SessionStart(
        open, connector, audio, open.resume(), open.resume() ? open.resumeReason() : "");
  }

  /** The same session on a new connection after the last one was lost. */
  public SessionStart resumed() {
    return new SessionStart(open, connector, audio, true, AGENT_RECONNECTED);
  }

  /**
   * The integrator's identifier of the conversation: what routing-service was told, or else the
   * custom parameter that the connector names, or else the one called {@code shared_id}; null for
   * none.
   */
  public @Nullable String sharedId() {
    Map<String, String> parameters = open.customParameters();
    String named = connector.sharedIdParameter();
    return Stream.of(
            open.sharedId(),
            named == null ? "" : parameters.getOrDefault(named, ""),
            parameters.getOrDefault(SHARED_ID, ""))
        .filter(candidate -> !candidate.isBlank())
        .findFirst()
        .orElse(null);
  }
}
