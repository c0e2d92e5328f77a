package io.callmesh.ingress.stream;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * The TCP connection under a stream's socket, for what Vert.x has no word for.
 *
 * <p>A frame of 20 ms is about 300 bytes on the wire, so a second of audio is about 15 KiB.
 */
final class Wire {
  /** What is kept before the queue counts as full, in bytes: about a second of audio. */
  private static final int WRITE_QUEUE_BYTES = 16 * 1024;

  /**
   * The kernel's buffer, in bytes. Left alone it grows to megabytes for a peer that reads slowly:
   * minutes of audio that are neither counted nor can be taken back. Linux doubles the number for
   * its own needs.
   */
  private static final int SEND_BUFFER_BYTES = 32 * 1024;

  private final Channel channel;

  private Wire(Channel channel) {
    this.channel = channel;
  }

  /** The wire of a connection that became a socket. */
  static Wire of(HttpConnection connection) {
    return new Wire(((ConnectionBase) connection).channelHandlerContext().channel());
  }

  /** Keeps what waits below us to a few seconds of audio, so that it waits where it is counted. */
  void bound() {
    channel
        .config()
        .setWriteBufferWaterMark(new WriteBufferWaterMark(WRITE_QUEUE_BYTES / 2, WRITE_QUEUE_BYTES))
        .setOption(ChannelOption.SO_SNDBUF, SEND_BUFFER_BYTES);
  }

  /**
   * Ends the connection at once, whatever waits to be written, without asking Vert.x, which would
   * wait for it; the socket's close handler tells when it is done.
   */
  @SuppressWarnings("FutureReturnValueIgnored")
  void cut() {
    ChannelHandlerContext nearest = channel.pipeline().firstContext();
    if (nearest != null) {
      nearest.close();
    }
  }
}
