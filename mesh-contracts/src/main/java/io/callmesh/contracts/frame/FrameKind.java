package io.callmesh.contracts.frame;

/**
 * What a frame carries. The number is the wire form and never changes meaning.
 *
 * <p>{@link #END} is not among the kinds that design.md lists: the end of a stream has to stay in
 * order with the audio before it, so it travels as a frame too.
 */
public enum FrameKind {
  /** 8 kHz mu-law, one byte a sample; 160 bytes are 20 ms. */
  AUDIO(1),
  /** One key pressed by the caller, as one ASCII character. To the worker only. */
  DTMF(2),
  /**
   * A mark's name in UTF-8. To the ingress: place it behind the audio; to the worker: Twilio sent
   * it back.
   */
  MARK(3),
  /** Drop the audio that has not been played. To the ingress only; no payload. */
  CLEAR(4),
  /**
   * The last frame. To the ingress: close the stream; to the worker: the stream is gone, for a
   * {@code StreamEnd}.
   */
  END(5);

  private static final FrameKind[] BY_CODE = {null, AUDIO, DTMF, MARK, CLEAR, END};

  private final byte code;

  FrameKind(int code) {
    this.code = (byte) code;
  }

  /** The byte on the wire. */
  public byte code() {
    return code;
  }

  /**
   * The kind of a byte on the wire.
   *
   * @throws IllegalArgumentException when no kind has this code
   */
  public static FrameKind ofCode(byte code) {
    if (code < 1 || code >= BY_CODE.length) {
      throw new IllegalArgumentException("unknown frame kind " + code);
    }
    return BY_CODE[code];
  }
}
