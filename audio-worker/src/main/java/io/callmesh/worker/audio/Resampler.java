package io.callmesh.worker.audio;

/**
 * Changes the sample rate of a stream between 8 kHz and 16, 24 or 48 kHz, keeping its state from
 * call to call: the result does not depend on how the stream is cut into pieces.
 *
 * <p>A polyphase filter ({@link LowPass}); its group delay is just under 3 ms in either direction
 * (47.5 samples at 16 kHz, 71.5 at 24 kHz, 143.5 at 48 kHz). Samples that would exceed 16 bits
 * saturate. Allocates nothing after construction. For one thread at a time.
 */
sealed interface Resampler permits Upsampler, Downsampler {
  /** Low-rate samples that go through the filter at a time: 20 ms. */
  int BLOCK = 160;

  /** Low-rate samples that the filter looks back. */
  int HISTORY = LowPass.TAPS - 1;

  /** From 8 to 48 kHz. */
  int HIGHEST_RATIO = 6;

  /** From 8 kHz to this multiple of it: 2, 3 or 6. */
  static Resampler up(int ratio) {
    return new Upsampler(ratio);
  }

  /** From this multiple of 8 kHz to 8 kHz: 2, 3 or 6. */
  static Resampler down(int ratio) {
    return new Downsampler(ratio);
  }

  /**
   * Filters {@code count} samples from {@code offset}.
   *
   * @param out takes the result from its start: {@code count} times the ratio going up; going down
   *     the ratio-th part of {@code count} and what an earlier call left over
   * @return how many samples were written
   */
  int process(short[] in, int offset, int count, short[] out);

  /** Forgets what came before, as if newly made: what comes next begins after silence. */
  void reset();
}
