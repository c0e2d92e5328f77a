package io.callmesh.worker.agent;

import io.callmesh.worker.agent.CallmeshMessages.Malformed;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** One connection that speaks the callmesh agent protocol, v1. */
final class CallmeshConnection implements AgentConnection {
  private final AgentSocket socket;
  private final AgentListener listener;

  CallmeshConnection(WebSocket socket, SessionStart start, AgentListener listener, Runnable lost) {
    this.socket = new AgentSocket(socket, lost);
    this.listener = listener;
    this.socket.onMessages(this::text, this::binary);
    send(CallmeshMessages.sessionStart(start));
  }

  private void binary(Buffer audio) {
    listener.audio(audio.getBytes());
  }

  private void text(String text) {
    try {
      CallmeshMessages.read(text, listener);
    } catch (Malformed malformed) {
      socket.notUnderstood();
      listener.malformed();
      complain(malformed);
    }
  }

  /** An agent that talks nonsense and does not read the answers gets no more of them. */
  private void complain(Malformed malformed) {
    if (!socket.congested()) {
      send(CallmeshMessages.error(malformed.code, String.valueOf(malformed.getMessage())));
    }
  }

  @Override
  public void audio(byte[] audio) {
    socket.writeBinary(audio);
  }

  @Override
  public void dtmf(String digit) {
    send(CallmeshMessages.dtmf(digit));
  }

  @Override
  public void mark(String name, boolean played, long heardMs) {
    send(CallmeshMessages.mark(name, played, heardMs));
  }

  @Override
  public void handoffResult(boolean accepted, @Nullable String reason) {
    send(CallmeshMessages.handoffResult(accepted, reason));
  }

  @Override
  public boolean ping() {
    return socket.ping();
  }

  @Override
  public void end(SessionEnd reason) {
    send(CallmeshMessages.sessionEnd(reason));
    drop();
  }

  @Override
  public void drop() {
    socket.drop();
  }

  @Override
  public boolean congested() {
    return socket.congested();
  }

  @Override
  public void onDrained(Runnable drained) {
    socket.onDrained(drained);
  }

  private void send(JsonObject message) {
    socket.writeText(message.encode());
  }
}
