package io.callmesh.worker.agent;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The WebSocket under a connection to an agent, in whatever protocol: whether it is over, who hung
 * up, pings, and how much nonsense is enough. What is written to a socket that is over is dropped
 * and nothing is heard from it, so that a protocol need not ask.
 */
final class AgentSocket {
  /** Messages in a row that cannot be understood, after which the agent is taken for lost. */
  static final int MAX_NONSENSE = 100;

  private static final short NORMAL = 1000;
  private static final short POLICY_VIOLATION = 1008;
  private static final short INTERNAL_ERROR = 1011;

  /** Bytes that may wait for the socket before the agent counts as slow. */
  private static final int WRITE_QUEUE_BYTES = 8 * 1024;

  private final WebSocket socket;
  private final Runnable lost;
  private boolean over;
  private boolean pongDue;
  private int nonsense;

  /**
   * @param lost called once when the socket ends in any way but {@link #drop}
   */
  AgentSocket(WebSocket socket, Runnable lost) {
    this.socket = socket;
    this.lost = lost;
    socket.setWriteQueueMaxSize(WRITE_QUEUE_BYTES);
    socket.exceptionHandler(cause -> fail(INTERNAL_ERROR));
    socket.pongHandler(pong -> pongDue = false);
    socket.closeHandler(closed -> gone());
  }

  /** Sets who takes the messages. */
  void onMessages(Consumer<String> text, Consumer<Buffer> binary) {
    socket.textMessageHandler(message -> take(text, message));
    socket.binaryMessageHandler(message -> take(binary, message));
  }

  private <M> void take(Consumer<M> reader, M message) {
    if (!over) {
      int before = nonsense;
      reader.accept(message);
      if (nonsense == before) {
        nonsense = 0;
      } else if (nonsense >= MAX_NONSENSE) {
        fail(POLICY_VIOLATION);
      }
    }
  }

  /** Says that the message that is being taken could not be understood. */
  void notUnderstood() {
    nonsense++;
  }

  private void fail(short code) {
    if (!over) {
      over = true;
      socket.close(code);
      lost.run();
    }
  }

  private void gone() {
    if (!over) {
      over = true;
      lost.run();
    }
  }

  boolean isOver() {
    return over;
  }

  /** Whether the agent closed the socket, and did so as one does at the end of a conversation. */
  boolean closedNormally() {
    Short code = socket.closeStatusCode();
    return code != null && code == NORMAL; // which is also said of a close without a code
  }

  /** The reason that the agent gave for closing; null for none. */
  @Nullable String closeReason() {
    return socket.closeReason();
  }

  void writeText(String message) {
    if (!over) {
      socket.writeTextMessage(message);
    }
  }

  void writeBinary(byte[] message) {
    if (!over) {
      socket.writeBinaryMessage(Buffer.buffer(message));
    }
  }

  /** Sends a ping; false when the one before was never answered. */
  boolean ping() {
    if (pongDue) {
      return false;
    }
    if (!over) {
      pongDue = true;
      socket.writePing(Buffer.buffer());
    }
    return true;
  }

  /** Closes; nothing is heard from the socket afterwards. */
  void drop() {
    if (!over) {
      over = true;
      socket.close(NORMAL);
    }
  }

  /** Whether the agent reads more slowly than we write. */
  boolean congested() {
    return !over && socket.writeQueueFull();
  }

  /** Calls {@code drained} whenever the agent has caught up after {@link #congested} was true. */
  void onDrained(Runnable drained) {
    socket.drainHandler(
        ignored -> {
          if (!over) {
            drained.run();
          }
        });
  }
}
