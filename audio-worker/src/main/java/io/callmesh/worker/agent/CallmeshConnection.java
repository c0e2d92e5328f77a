package io.callmesh.worker.agent;

import io.callmesh.worker.agent.CallmeshMessages.Malformed;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** One connection that speaks the callmesh agent protocol, v1. */
final class CallmeshConnection implements AgentConnection {
  private static final short NORMAL = 1000;

  /** Bytes that may wait for the socket before the agent counts as slow. */
  private static final int WRITE_QUEUE_BYTES = 8 * 1024;

  private final WebSocket socket;
  private final AgentListener listener;
  private final Runnable lost;
  private boolean over;
  private boolean pongDue;

  CallmeshConnection(WebSocket socket, SessionStart start, AgentListener listener, Runnable lost) {
    this.socket = socket;
    this.listener = listener;
    this.lost = lost;
    socket.setWriteQueueMaxSize(WRITE_QUEUE_BYTES);
    socket.binaryMessageHandler(this::binary);
    socket.textMessageHandler(this::text);
    socket.exceptionHandler(cause -> socket.close()); // the close handler tells the session
    socket.pongHandler(pong -> pongDue = false);
    socket.closeHandler(closed -> gone());
    send(CallmeshMessages.sessionStart(start));
  }

  private void binary(Buffer audio) {
    if (!over) {
      listener.audio(audio.getBytes());
    }
  }

  private void text(String text) {
    if (over) {
      return;
    }
    try {
      CallmeshMessages.read(text, listener);
    } catch (Malformed malformed) {
      listener.malformed();
      complain(malformed);
    }
  }

  /** An agent that talks nonsense and does not read the answers gets no more of them. */
  private void complain(Malformed malformed) {
    if (!over && !socket.writeQueueFull()) {
      send(CallmeshMessages.error(malformed.code, String.valueOf(malformed.getMessage())));
    }
  }

  private void gone() {
    if (!over) {
      over = true;
      lost.run();
    }
  }

  @Override
  public void audio(byte[] audio) {
    socket.writeBinaryMessage(Buffer.buffer(audio));
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
    if (pongDue) {
      return false;
    }
    pongDue = true;
    socket.writePing(Buffer.buffer());
    return true;
  }

  @Override
  public void end(SessionEnd reason) {
    if (!over) {
      send(CallmeshMessages.sessionEnd(reason));
      drop();
    }
  }

  @Override
  public void drop() {
    over = true;
    socket.close(NORMAL);
  }

  @Override
  public boolean congested() {
    return socket.writeQueueFull();
  }

  @Override
  public void onDrained(Runnable drained) {
    socket.drainHandler(ignored -> drained.run());
  }

  private void send(JsonObject message) {
    socket.writeTextMessage(message.encode());
  }
}
