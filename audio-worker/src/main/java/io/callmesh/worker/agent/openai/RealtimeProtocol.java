package io.callmesh.worker.agent.openai;

import io.callmesh.worker.agent.AgentConnection;
import io.callmesh.worker.agent.AgentListener;
import io.callmesh.worker.agent.AgentProtocol;
import io.callmesh.worker.agent.AgentSocket;
import io.callmesh.worker.agent.SessionStart;
import io.vertx.core.Vertx;
import org.jspecify.annotations.Nullable;

/**
 * OpenAI's Realtime API (docs/agent-openai-realtime.md). Keeps what a session's next connection has
 * to know of the one before.
 */
public final class RealtimeProtocol implements AgentProtocol {
  private final Memory memory = new Memory();
  private final Utterances utterances = new Utterances();

  @Override
  public @Nullable String subProtocol() {
    return null;
  }

  @Override
  public AgentConnection begin(
      AgentSocket socket, SessionStart start, AgentListener listener, Runnable lost) {
    Vertx vertx = Vertx.currentContext().owner(); // of the session's event loop, which calls this
    return new RealtimeConnection(vertx, socket, start, listener, lost, memory, utterances);
  }
}
