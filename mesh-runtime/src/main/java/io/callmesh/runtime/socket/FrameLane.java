package io.callmesh.runtime.socket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketFrameEncoder;
import io.netty.handler.timeout.IdleStateHandler;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.http.WebSocketInternal;
import io.vertx.core.net.impl.ConnectionBase;
import org.jspecify.annotations.Nullable;

/**
 * The fast lane of an open WebSocket. Text and binary messages pass between the connection's bytes
 * and their owner in one step; Vert.x, which opened the socket, is handed pings, pongs and closes,
 * and goes on to answer them.
 *
 * <p>Vert.x and Netty take every message through two decoders' queues, a dispatch, some ten objects
 * and two copies in each direction, which for fifty small messages a second and stream is more work
 * than all else that happens to them (docs/performance.md). The entry points here are those that
 * Vert.x gives to its own modules: {@link WebSocketInternal#channelHandlerContext} and the channel
 * of a connection.
 *
 * <p>All data must be written through the lane: between the lane's and Vert.x's own writes of data
 * there is no order. For the channel's event loop only.
 */
public final class FrameLane extends ChannelInboundHandlerAdapter {
  private static final String VERTX_HANDLER = "handler";

  private final Channel socket;
  private final ContextInternal context;
  private final LaneReceiver receiver;
  private final FrameWriter writer;
  private final FrameReader reader;
  private final int maxMessageBytes;
  private final Handler<ByteBuf> reading = this::read;
  private @Nullable ChannelHandlerContext channel;

  /** Where writes leave from: past Netty's encoder, which has nothing to add. */
  private @Nullable ChannelHandlerContext exit;

  /** The beginning of a frame that is not complete; on the heap and of no pool, like the pieces. */
  private @Nullable ByteBuf incomplete;

  /** What came of a message in several frames. */
  private @Nullable ByteBuf pieces;

  private boolean textPieces;

  /** Whether Vert.x was given something since it was last told that that was all. */
  private boolean leftToVertx = true;

  private FrameLane(
      Channel socket,
      Context context,
      LaneReceiver receiver,
      FrameWriter writer,
      int maxMessageBytes) {
    this.socket = socket;
    this.context = (ContextInternal) context;
    this.receiver = receiver;
    this.writer = writer;
    this.reader = new FrameReader(writer == FrameWriter.SERVER, maxMessageBytes, this::frame);
    this.maxMessageBytes = maxMessageBytes;
  }

  /**
   * The lane of a socket that we opened.
   *
   * @param maxMessageBytes a single frame that is longer is an error, after which Vert.x closes; a
   *     message in several frames is told to the receiver
   */
  public static FrameLane ofClient(
      Context context, WebSocket socket, LaneReceiver receiver, int maxMessageBytes) {
    Channel channel = ((WebSocketInternal) socket).channelHandlerContext().channel();
    FrameLane lane = new FrameLane(channel, context, receiver, FrameWriter.CLIENT, maxMessageBytes);
    lane.open();
    return lane;
  }

  /**
   * The lane of a socket that was opened on this connection; as {@link #ofClient}, but it begins
   * with {@link #open}.
   */
  public static FrameLane ofServer(
      Context context, HttpConnection connection, LaneReceiver receiver, int maxMessageBytes) {
    Channel channel = ((ConnectionBase) connection).channelHandlerContext().channel();
    return new FrameLane(channel, context, receiver, FrameWriter.SERVER, maxMessageBytes);
  }

  /** Begins to carry; what came meanwhile may be delivered before this returns. */
  public void open() {
    ChannelPipeline pipeline = socket.pipeline();
    pipeline.addBefore(VERTX_HANDLER, "callmesh-lane", this);
    exit = pipeline.context(WebSocketFrameEncoder.class);
    // Who owns the lane watches over the peer, with pings; this would time every message again.
    if (pipeline.get(IdleStateHandler.class) != null) {
      pipeline.remove(IdleStateHandler.class);
    }
    // What the decoder holds of a frame comes here when it goes.
    pipeline.remove(WebSocketFrameDecoder.class);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    channel = added;
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext removed) {
    reader.stop();
    incomplete = null;
    pieces = null;
  }

  @Override
  public void channelRead(ChannelHandlerContext from, Object message) {
    if (message instanceof ByteBuf bytes) {
      context.dispatch(bytes, reading);
    } else {
      toVertx(message);
    }
  }

  private void toVertx(Object message) {
    ChannelHandlerContext from = channel;
    if (from != null) {
      leftToVertx = true;
      from.fireChannelRead(message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext from) {
    if (leftToVertx) {
      leftToVertx = false;
      from.fireChannelReadComplete();
    }
  }

  private void read(ByteBuf arrived) {
    ByteBuf begun = incomplete;
    ByteBuf bytes = begun == null ? arrived : begun.writeBytes(arrived);
    try {
      reader.read(bytes);
    } catch (CorruptedWebSocketFrameException corrupted) {
      fail(corrupted);
    } finally {
      // Also when a receiver throws: the next frame begins where it begins.
      incomplete = bytes.isReadable() && !reader.isOver() ? kept(begun, arrived) : null;
      arrived.release();
    }
  }

  /** Of what arrived a copy is kept: the buffer itself is one of the pool's largest. */
  private static ByteBuf kept(@Nullable ByteBuf begun, ByteBuf arrived) {
    return begun == null
        ? Unpooled.buffer(arrived.readableBytes()).writeBytes(arrived)
        : begun.discardReadBytes();
  }

  private void fail(CorruptedWebSocketFrameException corrupted) {
    ChannelHandlerContext from = channel;
    if (from != null) {
      // Vert.x writes no close frame out while it believes that there is more to read.
      channelReadComplete(from);
      from.fireExceptionCaught(corrupted);
    }
  }

  private void frame(int opcode, boolean last, byte[] payload, int length) {
    switch (opcode) {
      case FrameReader.TEXT, FrameReader.BINARY, FrameReader.CONTINUATION ->
          data(opcode, last, payload, length);
      case FrameReader.PING -> ping(payload, length);
      case FrameReader.PONG -> toVertx(new PongWebSocketFrame(copy(payload, length)));
      default -> toVertx(new CloseWebSocketFrame(true, 0, copy(payload, length)));
    }
  }

  /** Only the latest ping must be answered (RFC 6455, 5.5.3): pongs for who reads none pile up. */
  private void ping(byte[] payload, int length) {
    if (full()) {
      receiver.ping(length);
    } else {
      toVertx(new PingWebSocketFrame(copy(payload, length)));
    }
  }

  private static ByteBuf copy(byte[] payload, int length) {
    return Unpooled.copiedBuffer(payload, 0, length);
  }

  /**
   * Takes a frame that Vert.x had received before there was a lane. For the socket's frame handler,
   * which is given all that Vert.x is.
   */
  public void early(WebSocketFrame frame) {
    int opcode =
        frame.isText()
            ? FrameReader.TEXT
            : frame.isBinary()
                ? FrameReader.BINARY
                : frame.isContinuation() ? FrameReader.CONTINUATION : FrameReader.PING;
    if (opcode != FrameReader.PING) {
      byte[] payload = frame.binaryData().getBytes();
      data(opcode, frame.isFinal(), payload, payload.length);
    }
  }

  private void data(int opcode, boolean last, byte[] payload, int length) {
    receiver.frame(length);
    if (opcode == FrameReader.CONTINUATION) {
      add(payload, length, last);
    } else if (last) {
      deliver(opcode == FrameReader.TEXT, payload, length);
    } else {
      textPieces = opcode == FrameReader.TEXT;
      pieces = Unpooled.buffer(length);
      add(payload, length, false);
    }
  }

  private void add(byte[] payload, int length, boolean last) {
    ByteBuf soFar = pieces;
    if (soFar == null) {
      return; // the rest of a message that was too long
    }
    if (soFar.readableBytes() + length > maxMessageBytes) {
      pieces = null;
      receiver.tooLong();
      return;
    }
    soFar.writeBytes(payload, 0, length);
    if (last) {
      pieces = null;
      byte[] whole = ByteBufUtil.getBytes(soFar);
      deliver(textPieces, whole, whole.length);
    }
  }

  private void deliver(boolean text, byte[] payload, int length) {
    if (text) {
      receiver.text(payload, length);
    } else {
      receiver.binary(payload, length);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext changed) {
    changed.fireChannelWritabilityChanged(); // first, or what the owner now says overtakes Vert.x
    if (changed.channel().isWritable()) {
      context.dispatch(v -> receiver.drained());
    }
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
    ChannelHandlerContext to = exit;
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

  /**
   * Bounds what waits below us, so that it waits where it is counted.
   *
   * @param writeQueueBytes from which the lane counts as full
   * @param sendBufferBytes of the kernel's buffer. Left alone it grows to megabytes for a peer that
   *     reads slowly, which can neither be counted nor taken back. Linux doubles the number for its
   *     own needs.
   */
  public void bound(int writeQueueBytes, int sendBufferBytes) {
    socket
        .config()
        .setWriteBufferWaterMark(new WriteBufferWaterMark(writeQueueBytes / 2, writeQueueBytes))
        .setOption(ChannelOption.SO_SNDBUF, sendBufferBytes);
  }

  /**
   * Ends the connection at once, whatever waits to be written, without asking Vert.x, which would
   * wait for it; the socket's close handler tells when it is done.
   */
  @SuppressWarnings("FutureReturnValueIgnored")
  public void cut() {
    ChannelHandlerContext nearest = socket.pipeline().firstContext();
    if (nearest != null) {
      nearest.close();
    }
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
