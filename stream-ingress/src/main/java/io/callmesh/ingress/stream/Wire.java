package io.callmesh.ingress.stream;

import io.netty.channel.ChannelOption;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.http.WebSocketInternal;

/**
 * The TCP connection under a stream's socket, for what Vert.x has no word for.
 *
 * <p>A frame of 20 ms is about 300 bytes on the wire, so a second of audio is about 15 KiB.
 */
final class Wire {
  /** What Vert.x keeps before it says that the queue is full, in bytes: about a second of audio. */
  private static final int WRITE_QUEUE_BYTES = 16 * 1024;

  /**
   * The kernel's buffer, in bytes. Left alone it grows to megabytes for a peer that reads slowly:
   * minutes of audio that are neither counted nor can be taken back. Linux doubles the number for
   * its own needs.
   */
  private static final int SEND_BUFFER_BYTES = 32 * 1024;

  private Wire() {}

  /** Keeps what waits below us to a few seconds of audio, so that it waits where it is counted. */
  static void bound(ServerWebSocket socket) {
    socket.setWriteQueueMaxSize(WRITE_QUEUE_BYTES);
    if (socket instanceof WebSocketInternal known) {
      known
          .channelHandlerContext()
          .channel()
          .config()
          .setOption(ChannelOption.SO_SNDBUF, SEND_BUFFER_BYTES);
    }
  }

  /** Ends the connection at once, whatever waits to be written; the close handler tells of it. */
  @SuppressWarnings("FutureReturnValueIgnored")
  static void cut(ServerWebSocket socket) {
    if (socket instanceof WebSocketInternal known) {
      known.channelHandlerContext().close();
    }
  }
}
