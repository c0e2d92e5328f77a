package io.callmesh.contracts.frame;

import java.nio.charset.StandardCharsets;

/**
 * One piece of audio or one in-band signal of a stream, in order with the others of that stream.
 *
 * <p>Immutable by agreement: the payload array is handed over, not copied, because fifty of these a
 * second pass for every stream in each direction. Nobody writes to it after construction.
 *
 * @param streamKey the stream's 64-bit key, chosen at random by the ingress
 * @param kind what the payload is
 * @param sequence counts this stream's frames in this direction, from 0, wrapping around
 * @param timestampMs media time: milliseconds since the stream began, on the sender's clock
 * @param payload see {@link FrameKind}; empty where a kind has none
 * @param madeNanos when this process made the frame or took it from the wire, by {@link
 *     System#nanoTime}: what a frame has spent in one process, whatever it crosses there. Not sent
 */
@SuppressWarnings("ArrayRecordComponent") // identity semantics are what the audio path wants
public record Frame(
    long streamKey,
    FrameKind kind,
    int sequence,
    long timestampMs,
    byte[] payload,
    long madeNanos) {
  private static final byte[] NOTHING = new byte[0];

  /** Bytes of mu-law in one millisecond. */
  public static final int BYTES_PER_MS = 8;

  /** Bytes of mu-law in a frame of the usual length, 20 ms. */
  public static final int AUDIO_BYTES = 20 * BYTES_PER_MS;

  /** A frame made now. */
  public Frame(long streamKey, FrameKind kind, int sequence, long timestampMs, byte[] payload) {
    this(streamKey, kind, sequence, timestampMs, payload, System.nanoTime());
  }

  /** A signal that is its kind alone. */
  public static Frame signal(long streamKey, FrameKind kind, int sequence, long timestampMs) {
    return new Frame(streamKey, kind, sequence, timestampMs, NOTHING);
  }

  /** A signal with a text: a key, a mark's name, an end's reason. */
  public static Frame signal(
      long streamKey, FrameKind kind, int sequence, long timestampMs, String text) {
    return new Frame(streamKey, kind, sequence, timestampMs, text.getBytes(StandardCharsets.UTF_8));
  }

  /** The payload as text, for signals. */
  public String text() {
    return new String(payload, StandardCharsets.UTF_8);
  }

  /** Names the frame without its payload: what a caller said or keyed goes to no log. */
  @Override
  public String toString() {
    return "Frame[%016x %s #%d %d ms, %d bytes]"
        .formatted(streamKey, kind, sequence, timestampMs, payload.length);
  }
}
