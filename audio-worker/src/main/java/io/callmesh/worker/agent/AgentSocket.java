package io.callmesh.worker.agent;

import io.callmesh.runtime.socket.FrameLane;
import io.callmesh.runtime.socket.LaneReceiver;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * An open WebSocket to an agent, as every protocol needs one: data on a fast lane, pings, and the
 * loss of the connection told once. For the session's event loop.
 */
public final class AgentSocket {
  private static final short NORMAL = 1000;

  /** Bytes that may wait for the socket before the agent counts as slow. */
  private static final int WRITE_QUEUE_BYTES = 8 * 1024;

  /** Takes whole messages from the agent; none comes after {@link #drop}. */
  public interface Receiver {
    /** A binary message; the array is the receiver's. */
    void binary(byte[] bytes);

    /** A text message. */
    void text(ByteBuf utf8);
  }

  private final WebSocket socket;
  private final FrameLane lane;
  private final Receiver receiver;
  private final Runnable lost;
  private Runnable drained = () -> {};
  private boolean over;
  private boolean pongDue;

  /**
   * Takes over a socket, on the context that dialled.
   *
   * @param lost called once when the connection ends in any way but {@link #drop}
   */
  public AgentSocket(WebSocket socket, Receiver receiver, Runnable lost) {
    Context context = Objects.requireNonNull(Vertx.currentContext(), "on no event loop");
    this.socket = socket;
    this.receiver = receiver;
    this.lost = lost;
    socket.setWriteQueueMaxSize(WRITE_QUEUE_BYTES);
    socket.exceptionHandler(cause -> socket.close()); // the close handler tells the session
    socket.pongHandler(pong -> pongDue = false);
    socket.closeHandler(closed -> gone());
    this.lane = FrameLane.ofClient(context, socket, new FromLane(), AgentDialer.MAX_MESSAGE_BYTES);
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

  void binary(byte[] bytes) {
    lane.binary(bytes, 0, bytes.length);
  }

  /** Sends a text message. */
  public void text(String json) {
    byte[] utf8 = json.getBytes(StandardCharsets.UTF_8);
    text(utf8, utf8.length);
  }

  /**
   * Sends the first {@code length} bytes as a text message; they are read before the call returns.
   */
  public void text(byte[] utf8, int length) {
    lane.text(utf8, 0, length);
  }

  /** Sends a ping; false when the one before was never answered. */
  public boolean ping() {
    if (pongDue) {
      return false;
    }
    pongDue = true;
    socket.writePing(Buffer.buffer());
    return true;
  }

  /** Closes; nothing is heard from the agent afterwards. */
  public void drop() {
    over = true;
    socket.close(NORMAL);
  }

  /** Whether the agent reads more slowly than we write. */
  public boolean congested() {
    return lane.full();
  }

  /** Calls {@code drained} whenever the agent has caught up after {@link #congested} was true. */
  public void onDrained(Runnable drained) {
    this.drained = drained;
  }

  private final class FromLane implements LaneReceiver {
    @Override
    public void text(ByteBuf utf8) {
      if (!over) {
        receiver.text(utf8);
      }
    }

    @Override
    public void binary(ByteBuf bytes) {
      if (!over) {
        receiver.binary(ByteBufUtil.getBytes(bytes));
      }
    }

    @Override
    public void tooLong() {
      socket.close(); // as for a single frame that is too long
    }

    @Override
    public void drained() {
      drained.run();
    }
  }
}
