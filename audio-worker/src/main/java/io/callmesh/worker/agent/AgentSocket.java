package io.callmesh.worker.agent;

import io.callmesh.runtime.socket.FrameLane;
import io.callmesh.runtime.socket.LaneReceiver;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketFrame;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The WebSocket under a connection to an agent, in whatever protocol: data on a fast lane, whether
 * it is over, who hung up, pings, how much nonsense is enough and how much of anything. What is
 * written to a socket that is over is dropped and nothing is heard from it, so that a protocol need
 * not ask. For the event loop that dialled.
 */
public final class AgentSocket {
  /** Messages in a row that cannot be understood, after which the agent is taken for lost. */
  static final int MAX_NONSENSE = 100;

  private static final short NORMAL = 1000;
  private static final short POLICY_VIOLATION = 1008;
  private static final short TOO_LONG = 1009;
  private static final short INTERNAL_ERROR = 1011;

  /** For an agent that has said goodbye to close the connection as well. */
  private static final long CLOSE_MS = 2_000;

  /** Bytes that may wait for the socket before the agent counts as slow. */
  private static final int WRITE_QUEUE_BYTES = 8 * 1024;

  /** Takes whole messages from the agent; none comes when the socket is over. */
  public interface Receiver {
    /** A binary message; the array is the receiver's. */
    void binary(byte[] bytes);

    /** A text message, as it came; the array is the receiver's. */
    void text(byte[] utf8);
  }

  private final Vertx vertx;
  private final WebSocket socket;
  private final FrameLane lane;
  private final FloodGuard guard;
  private @Nullable Receiver receiver;
  private Runnable lost = () -> {};
  private Runnable drained = () -> {};
  private boolean over;
  private boolean pongDue;
  private int nonsense;

  /**
   * Takes over an open socket, on the current context.
   *
   * @param throttled called each time that the agent sends too much and is held back
   */
  public AgentSocket(Vertx vertx, WebSocket socket, Runnable throttled) {
    Context context = vertx.getOrCreateContext();
    this.vertx = vertx;
    this.socket = socket;
    socket.setWriteQueueMaxSize(WRITE_QUEUE_BYTES);
    socket.exceptionHandler(cause -> fail(INTERNAL_ERROR));
    socket.pongHandler(pong -> pongDue = false);
    socket.closeHandler(closed -> gone());
    this.lane = FrameLane.ofClient(context, socket, new FromLane(), AgentDialer.MAX_MESSAGE_BYTES);
    this.guard = new FloodGuard(vertx, lane, throttled);
    socket.frameHandler(this::fromVertx);
  }

  /**
   * Begins to take messages.
   *
   * @param lost called once when the socket ends in any way but {@link #drop}
   */
  public void open(Receiver receiver, Runnable lost) {
    this.receiver = receiver;
    this.lost = lost;
  }

  /** Says that the message that is being taken could not be understood. */
  public void notUnderstood() {
    nonsense++;
  }

  private void fromVertx(WebSocketFrame frame) {
    guard.took(frame.binaryData().length()); // pings cost as well
    if (frame.isClose()) {
      gone(); // Vert.x answers, and would wait for ever for an agent that leaves the line open
      vertx.setTimer(CLOSE_MS, id -> lane.cut());
    } else {
      lane.early(frame);
    }
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

  /** Whether nothing is said or heard any more. */
  public boolean isOver() {
    return over;
  }

  /** Whether the agent closed the socket, and did so as one does at the end of a conversation. */
  public boolean closedNormally() {
    Short code = socket.closeStatusCode();
    return code != null && code == NORMAL; // which is also said of a close without a code
  }

  /** The reason that the agent gave for closing; null for none. */
  public @Nullable String closeReason() {
    return socket.closeReason();
  }

  /** Writes a text message. */
  public void writeText(String message) {
    byte[] utf8 = message.getBytes(StandardCharsets.UTF_8);
    writeText(utf8, utf8.length);
  }

  /** Writes the first {@code length} bytes as a text message; they are read before it returns. */
  public void writeText(byte[] utf8, int length) {
    if (!over) {
      lane.text(utf8, 0, length);
    }
  }

  /** Writes a binary message; the array is not written to. */
  public void writeBinary(byte[] message) {
    if (!over) {
      lane.binary(message, 0, message.length);
    }
  }

  /** Sends a ping; false when the one before was never answered. */
  public boolean ping() {
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
  public void drop() {
    if (!over) {
      over = true;
      socket.close(NORMAL);
    }
  }

  /** Whether the agent reads more slowly than we write. */
  public boolean congested() {
    return !over && lane.full();
  }

  /** Calls {@code drained} whenever the agent has caught up after {@link #congested} was true. */
  public void onDrained(Runnable drained) {
    this.drained = drained;
  }

  private final class FromLane implements LaneReceiver {
    @Override
    public void frame(int bytes) {
      guard.took(bytes);
    }

    @Override
    public void text(byte[] utf8, int length) {
      Receiver to = receiver;
      if (!over && to != null) {
        int before = nonsense;
        to.text(Arrays.copyOf(utf8, length));
        judge(before);
      }
    }

    @Override
    public void binary(byte[] bytes, int length) {
      Receiver to = receiver;
      if (!over && to != null) {
        int before = nonsense;
        to.binary(Arrays.copyOf(bytes, length));
        judge(before);
      }
    }

    private void judge(int before) {
      if (nonsense == before) {
        nonsense = 0;
      } else if (nonsense >= MAX_NONSENSE) {
        fail(POLICY_VIOLATION);
      }
    }

    @Override
    public void tooLong() {
      fail(TOO_LONG);
    }

    @Override
    public void drained() {
      if (!over) {
        drained.run();
      }
    }
  }
}
