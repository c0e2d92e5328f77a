package io.callmesh.runtime.socket;

/**
 * Takes what arrives on a {@link FrameLane}. Called on the socket's event loop and context; an
 * array is only good until the call returns, and its first {@code length} bytes count.
 */
public interface LaneReceiver {
  /**
   * A frame of data came, whole or a piece; what it brings is told next.
   *
   * @param bytes of its payload
   */
  default void frame(int bytes) {}

  /**
   * A ping came that is not answered, since the lane is full; the others go to the socket's frame
   * handler.
   *
   * @param bytes of its payload
   */
  default void ping(int bytes) {
    frame(bytes);
  }

  /** A whole text message, UTF-8 that nobody has checked yet. */
  void text(byte[] utf8, int length);

  /** A whole binary message. */
  void binary(byte[] bytes, int length);

  /** A message that would exceed the lane's limit; what came of it is gone. */
  void tooLong();

  /** The socket takes more, after {@link FrameLane#full} was true. */
  void drained();
}
