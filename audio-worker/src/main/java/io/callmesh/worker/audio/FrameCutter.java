package io.callmesh.worker.audio;

import io.callmesh.contracts.frame.Frame;
import java.util.Arrays;
import java.util.function.Consumer;

/** Cuts a stream of mu-law into frames of 160 bytes and keeps what does not fill one. */
final class FrameCutter {
  private byte[] frame = new byte[Frame.AUDIO_BYTES];
  private int filled;

  /** Adds the bytes from {@code offset}; complete frames go to {@code frames}, which owns them. */
  void add(byte[] mulaw, int offset, int count, Consumer<byte[]> frames) {
    int done = 0;
    while (done < count) {
      int taken = Math.min(count - done, frame.length - filled);
      System.arraycopy(mulaw, offset + done, frame, filled, taken);
      filled += taken;
      done += taken;
      if (filled == frame.length) {
        frames.accept(frame);
        frame = new byte[Frame.AUDIO_BYTES];
        filled = 0;
      }
    }
  }

  /** Whether nothing is kept. */
  boolean isEmpty() {
    return filled == 0;
  }

  /** Hands on what is kept as a shorter frame, if there is anything. */
  void flush(Consumer<byte[]> frames) {
    if (filled > 0) {
      frames.accept(Arrays.copyOf(frame, filled));
      filled = 0;
    }
  }

  /** Forgets what is kept. */
  void discard() {
    filled = 0;
  }
}
