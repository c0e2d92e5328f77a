package io.callmesh.worker.agent.openai;

import io.callmesh.worker.agent.AgentConnection;
import io.callmesh.worker.agent.AgentListener;
import io.callmesh.worker.agent.AgentSocket;
import io.callmesh.worker.agent.HandoffResult;
import io.callmesh.worker.agent.SessionEnd;
import io.callmesh.worker.agent.SessionStart;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** One WebSocket to a server of the Realtime API, and the {@link Conversation} on it. */
final class RealtimeConnection implements AgentConnection, AgentSocket.Receiver, Wire {
  private static final int FRAME_MS = 20;

  private final Vertx vertx;
  private final AgentSocket socket;
  private final AgentListener listener;
  private final Runnable lost;
  private final AudioWriter writer;
  private final Conversation conversation;
  private @Nullable String refusal;

  RealtimeConnection(
      Vertx vertx,
      AgentSocket socket,
      SessionStart start,
      AgentListener listener,
      Runnable lost,
      Memory memory,
      Utterances utterances) {
    this.vertx = vertx;
    this.listener = listener;
    this.lost = lost;
    this.writer = new AudioWriter(FRAME_MS * Utterances.bytesPerMs(start.audio()));
    this.conversation = new Conversation(start, listener, this, memory, utterances);
    this.socket = socket;
    socket.open(this, () -> gone(socket.closeReason()));
    conversation.begin();
  }

  /** The API has no such messages. */
  @Override
  public void binary(byte[] bytes) {
    listener.unknown();
  }

  @Override
  public void text(byte[] utf8) {
    try {
      conversation.event(utf8);
    } catch (MalformedEventException malformed) {
      socket.notUnderstood();
      listener.malformed();
    }
  }

  /** A server may say why it closes, such as {@code invalid_request_error.invalid_api_key}. */
  private void gone(@Nullable String reason) {
    String code = reason == null ? "" : reason.substring(reason.lastIndexOf('.') + 1);
    refusal = Responses.isHopeless(code) ? code : null;
    conversation.over();
    lost.run();
  }

  // What the conversation needs.

  @Override
  public void send(JsonObject event) {
    if (!socket.isOver()) {
      socket.writeText(event.encode());
    }
  }

  @Override
  public long later(long delayMs, Runnable task) {
    return vertx.setTimer(
        delayMs,
        id -> {
          if (!socket.isOver()) {
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
    if (!socket.isOver()) {
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
    int length = writer.append(audio);
    socket.writeText(writer.utf8(), length);
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
  public void handoffResult(HandoffResult result) {
    conversation.handoffResult(result);
  }

  @Override
  public boolean ping() {
    return socket.ping();
  }

  /** The protocol has no goodbye. */
  @Override
  public void end(SessionEnd reason) {
    drop();
  }

  @Override
  public void drop() {
    if (!socket.isOver()) {
      conversation.over();
      socket.drop();
    }
  }

  @Override
  public boolean congested() {
    return socket.congested();
  }

  @Override
  public void onDrained(Runnable drained) {
    socket.onDrained(drained);
  }

  @Override
  public @Nullable String refusal() {
    return refusal;
  }
}
