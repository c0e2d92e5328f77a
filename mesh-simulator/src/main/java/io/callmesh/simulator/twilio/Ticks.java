package io.callmesh.simulator.twilio;

import java.time.Duration;

/** The beat of a stream: 20 ms, 160 samples at 8 kHz. */
final class Ticks {
  static final int MS = 20;
  static final int SAMPLES_PER_MS = 8;
  static final int SAMPLES = MS * SAMPLES_PER_MS;
  static final long NANOS = MS * 1_000_000L;

  /** Above it something is heard: about -50 dB of full scale, well over a mu-law line's noise. */
  static final int AUDIBLE_RMS = 100;

  private Ticks() {}

  /** The ticks that cover a duration. */
  static long in(Duration duration) {
    return (duration.toMillis() + MS - 1) / MS;
  }
}
