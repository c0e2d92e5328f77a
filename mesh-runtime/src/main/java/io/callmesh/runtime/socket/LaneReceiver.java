package io.callmesh.runtime.socket;

import io.netty.buffer.ByteBuf;

/**
 * Takes what arrives on a {@link FrameLane}. Called on the socket's event loop and context; a
 * buffer is only good until the call returns.
 */
public interface LaneReceiver {
  /**
   * A frame of data came, whole or a piece; what it brings is told next.
   *
   * @param bytes of its payload
   */
  default void frame(int bytes) {}

  /** A whole text message, UTF-8 that nobody has checked yet. */
  void text(ByteBuf utf8);

  /** A whole binary message. */
  void binary(ByteBuf bytes);

  /** A message that would exceed the lane's limit; what came of it is gone. */
  void tooLong();

  /** The socket takes more, after {@link FrameLane#full} was true. */
  void drained();
}
