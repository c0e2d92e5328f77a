package io.callmesh.worker.agent;

import io.callmesh.worker.agent.CallmeshMessages.Malformed;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;

/** One connection that speaks the callmesh agent protocol, v1. */
final class CallmeshConnection implements AgentConnection, AgentSocket.Receiver {
  private final AgentSocket socket;
  private final AgentListener listener;

  CallmeshConnection(
      AgentSocket socket, SessionStart start, AgentListener listener, Runnable lost) {
    this.socket = socket;
    this.listener = listener;
    socket.open(this, lost);
    send(CallmeshMessages.sessionStart(start));
  }

  @Override
  public void binary(byte[] audio) {
    listener.audio(audio);
  }

  @Override
  public void text(byte[] utf8) {
    try {
      CallmeshMessages.read(new String(utf8, StandardCharsets.UTF_8), listener);
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
  public void handoffResult(HandoffResult result) {
    send(CallmeshMessages.handoffResult(result));
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
