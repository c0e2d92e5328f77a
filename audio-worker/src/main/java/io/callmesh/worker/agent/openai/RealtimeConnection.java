package io.callmesh.worker.agent.openai;

import io.callmesh.worker.agent.AgentConnection;
import io.callmesh.worker.agent.AgentListener;
import io.callmesh.worker.agent.SessionEnd;
import io.callmesh.worker.agent.SessionStart;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** One WebSocket to a server of the Realtime API, and the {@link Conversation} on it. */
final class RealtimeConnection implements AgentConnection, Wire {
  private static final short NORMAL = 1000;

  /** Bytes that may wait for the socket before the agent counts as slow. */
  private static final int WRITE_QUEUE_BYTES = 8 * 1024;

  private static final int FRAME_MS = 20;

  private final Vertx vertx;
  private final WebSocket socket;
  private final AgentListener listener;
  private final Runnable lost;
  private final AudioWriter writer;
  private final Conversation conversation;
  private @Nullable String refusal;
  private boolean over;
  private boolean pongDue;

  RealtimeConnection(
      Vertx vertx,
      WebSocket socket,
      SessionStart start,
      AgentListener listener,
      Runnable lost,
      Memory memory,
      Utterances utterances) {
    this.vertx = vertx;
    this.socket = socket;
    this.listener = listener;
    this.lost = lost;
    this.writer = new AudioWriter(FRAME_MS * Utterances.bytesPerMs(start.audio()));
    this.conversation = new Conversation(start, listener, this, memory, utterances);
    socket.setWriteQueueMaxSize(WRITE_QUEUE_BYTES);
    socket.binaryMessageHandler(ignored -> unknown());
    socket.textMessageHandler(this::text);
    socket.exceptionHandler(cause -> socket.close()); // the close handler tells the session
    socket.pongHandler(pong -> pongDue = false);
    socket.closeHandler(closed -> gone());
    conversation.begin();
  }

  private void unknown() {
    if (!over) {
      listener.unknown();
    }
  }

  private void text(String text) {
    if (over) {
      return;
    }
    try {
      conversation.event(text);
    } catch (MalformedEventException malformed) {
      listener.malformed();
    }
  }

  private void gone() {
    if (!over) {
      String reason = socket.closeReason(); // such as invalid_request_error.invalid_api_key
      String code = reason == null ? "" : reason.substring(reason.lastIndexOf('.') + 1);
      refusal = Responses.isHopeless(code) ? code : null;
      finish();
      lost.run();
    }
  }

  private void finish() {
    over = true;
    conversation.over();
  }

  // What the conversation needs.

  @Override
  public void send(JsonObject event) {
    if (!over) {
      socket.writeTextMessage(event.encode());
    }
  }

  @Override
  public long later(long delayMs, Runnable task) {
    return vertx.setTimer(
        delayMs,
        id -> {
          if (!over) {
            task.run();
          }
        });
  }

  @Override
  public void cancel(long task) {
    vertx.cancelTimer(task);
  }

  @Override
  public void lose() {
    if (!over) {
      drop();
      lost.run();
    }
  }

  @Override
  public void refuse(String code) {
    refusal = code;
    lose();
  }

  // What the session needs.

  @Override
  public void audio(byte[] audio) {
    socket.writeTextMessage(writer.append(audio));
  }

  @Override
  public void dtmf(String digit) {
    conversation.key(digit);
  }

  @Override
  public void mark(String name, boolean played, long heardMs) {
    conversation.mark(name, played, heardMs);
  }

  @Override
  public void handoffResult(boolean accepted, @Nullable String reason) {
    conversation.handoffResult(accepted, reason);
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

  /** The protocol has no goodbye. */
  @Override
  public void end(SessionEnd reason) {
    drop();
  }

  @Override
  public void drop() {
    if (!over) {
      finish();
      socket.close(NORMAL);
    }
  }

  @Override
  public boolean congested() {
    return socket.writeQueueFull();
  }

  @Override
  public void onDrained(Runnable drained) {
    socket.drainHandler(ignored -> drained.run());
  }

  @Override
  public @Nullable String refusal() {
    return refusal;
  }
}
