package io.callmesh.runtime.socket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.WebSocket;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.http.WebSocketInternal;
import io.vertx.core.net.impl.ConnectionBase;
import org.jspecify.annotations.Nullable;

/**
 * The fast lane of an open WebSocket. Text and binary messages pass between the channel and their
 * owner in one step; Vert.x, which opened the socket, goes on to answer pings and to close it.
 *
 * <p>Vert.x takes every message through two queues, a dispatch, four or five objects and a copy in
 * each direction, which for fifty small messages a second and stream is more work than all else
 * that happens to them (docs/performance.md). Both its entry points here are the ones it gives to
 * its own modules: {@link WebSocketInternal#channelHandlerContext} and the channel of a connection.
 *
 * <p>All data must be written through the lane: between the lane's and Vert.x's own writes of data
 * there is no order. For the channel's event loop only.
 */
public final class FrameLane extends ChannelInboundHandlerAdapter {
  private static final String VERTX_HANDLER = "handler";

  private final ContextInternal context;
  private final LaneReceiver receiver;
  private final FrameWriter writer;
  private final int maxMessageBytes;
  private final Handler<WebSocketFrame> data = this::data;
  private @Nullable ChannelHandlerContext channel;

  /** What came of a message in several frames. */
  private @Nullable ByteBuf pieces;

  private boolean textPieces;

  private FrameLane(
      Context context, LaneReceiver receiver, FrameWriter writer, int maxMessageBytes) {
    this.context = (ContextInternal) context;
    this.receiver = receiver;
    this.writer = writer;
    this.maxMessageBytes = maxMessageBytes;
  }

  /**
   * The lane of a socket that we opened.
   *
   * @param maxMessageBytes of a message in several frames; a single frame is bounded by the options
   *     of the client
   */
  public static FrameLane ofClient(
      Context context, WebSocket socket, LaneReceiver receiver, int maxMessageBytes) {
    FrameLane lane = new FrameLane(context, receiver, FrameWriter.CLIENT, maxMessageBytes);
    lane.join(((WebSocketInternal) socket).channelHandlerContext().channel());
    return lane;
  }

  /**
   * The lane of a socket that was opened on this connection.
   *
   * @param maxMessageBytes of a message in several frames; a single frame is bounded by the options
   *     of the server
   */
  public static FrameLane ofServer(
      Context context, HttpConnection connection, LaneReceiver receiver, int maxMessageBytes) {
    FrameLane lane = new FrameLane(context, receiver, FrameWriter.SERVER, maxMessageBytes);
    lane.join(((ConnectionBase) connection).channelHandlerContext().channel());
    return lane;
  }

  private void join(Channel socket) {
    socket.pipeline().addBefore(VERTX_HANDLER, "callmesh-lane", this);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    channel = added;
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext removed) {
    forgetPieces();
  }

  @Override
  public void channelRead(ChannelHandlerContext from, Object message) {
    if (message instanceof TextWebSocketFrame
        || message instanceof BinaryWebSocketFrame
        || message instanceof ContinuationWebSocketFrame) {
      context.dispatch((WebSocketFrame) message, data);
    } else {
      from.fireChannelRead(message); // pings, pongs, close: Vert.x knows what to do
    }
  }

  private void data(WebSocketFrame message) {
    try {
      receiver.frame(message.content().readableBytes());
      if (message instanceof TextWebSocketFrame text) {
        begun(true, text.content(), text.isFinalFragment());
      } else if (message instanceof BinaryWebSocketFrame binary) {
        begun(false, binary.content(), binary.isFinalFragment());
      } else if (message instanceof ContinuationWebSocketFrame more && pieces != null) {
        add(pieces, more.content(), more.isFinalFragment());
      }
    } finally {
      message.release();
    }
  }

  private void begun(boolean text, ByteBuf content, boolean whole) {
    if (whole) {
      deliver(text, content);
    } else {
      forgetPieces();
      textPieces = text;
      pieces = Unpooled.buffer(content.readableBytes());
      add(pieces, content, false);
    }
  }

  private void add(ByteBuf soFar, ByteBuf content, boolean last) {
    if (soFar.readableBytes() + content.readableBytes() > maxMessageBytes) {
      forgetPieces();
      receiver.tooLong();
      return;
    }
    soFar.writeBytes(content);
    if (last) {
      pieces = null;
      deliver(textPieces, soFar);
      soFar.release();
    }
  }

  private void deliver(boolean text, ByteBuf content) {
    if (text) {
      receiver.text(content);
    } else {
      receiver.binary(content);
    }
  }

  private void forgetPieces() {
    ByteBuf gone = pieces;
    pieces = null;
    if (gone != null) {
      gone.release();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext changed) {
    if (changed.channel().isWritable()) {
      context.dispatch(v -> receiver.drained());
    }
    changed.fireChannelWritabilityChanged();
  }

  /**
   * Writes a text message in one frame.
   *
   * @param utf8 is read before the call returns, and not written to
   */
  public void text(byte[] utf8, int offset, int length) {
    write(FrameWriter.TEXT, utf8, offset, length);
  }

  /** Writes a binary message in one frame; as {@link #text}. */
  public void binary(byte[] bytes, int offset, int length) {
    write(FrameWriter.BINARY, bytes, offset, length);
  }

  private void write(int opcode, byte[] payload, int offset, int length) {
    ChannelHandlerContext to = channel;
    if (to != null && to.channel().isActive()) {
      ByteBuf frame = to.alloc().ioBuffer(FrameWriter.MAX_HEADER_BYTES + length);
      writer.write(frame, opcode, payload, offset, length);
      // Whoever owns the socket learns of a failure when it closes.
      ChannelFuture unused = to.writeAndFlush(frame, to.voidPromise());
    }
  }

  /** Whether more waits for the socket than its write queue should hold. */
  public boolean full() {
    ChannelHandlerContext to = channel;
    return to != null && !to.channel().isWritable();
  }

  /** Bytes that wait for the socket. */
  public long waitingBytes() {
    ChannelHandlerContext to = channel;
    return to == null ? 0 : pendingBytes(to.channel());
  }

  private static long pendingBytes(Channel socket) {
    var queue = socket.unsafe().outboundBuffer();
    return queue == null ? 0 : queue.totalPendingWriteBytes();
  }

  /** Stops reading from the socket, so that TCP slows the peer down; pings wait as well. */
  public void pause() {
    autoRead(false);
  }

  /** Reads again. */
  public void resume() {
    autoRead(true);
  }

  private void autoRead(boolean on) {
    ChannelHandlerContext to = channel;
    if (to != null) {
      to.channel().config().setAutoRead(on);
    }
  }
}
