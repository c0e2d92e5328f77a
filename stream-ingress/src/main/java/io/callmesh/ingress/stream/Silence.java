package io.callmesh.ingress.stream;

import io.callmesh.contracts.frame.Frame;
import java.util.Arrays;
import java.util.function.Consumer;

/** Silence in mu-law: the value of no signal, 0xFF (reference/twilio.md 4.2). */
final class Silence {
  private static final byte[] FRAME = of(Frame.AUDIO_BYTES);

  private Silence() {}

  /** Hands out so many bytes of silence in pieces of at most 20 ms, which share their array. */
  static void pieces(int bytes, Consumer<byte[]> to) {
    for (int left = bytes; left > 0; left -= Frame.AUDIO_BYTES) {
      to.accept(left >= Frame.AUDIO_BYTES ? FRAME : of(left));
    }
  }

  private static byte[] of(int bytes) {
    byte[] silence = new byte[bytes];
    Arrays.fill(silence, (byte) 0xff);
    return silence;
  }
}
