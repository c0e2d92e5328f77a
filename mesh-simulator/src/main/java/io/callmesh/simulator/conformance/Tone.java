package io.callmesh.simulator.conformance;

import io.callmesh.simulator.audio.Loudness;
import io.callmesh.simulator.audio.MuLaw;

/**
 * A pure tone of telephone audio, by which a check knows its own sound again: transcoding, delay
 * and a lost frame leave it what it is, and nobody speaks like that.
 *
 * @param hertz a multiple of 25, so that a window holds whole periods
 */
record Tone(int hertz) {
  /** What a check says first, and what it says next; far apart and in the telephone's band. */
  static final Tone FIRST = new Tone(700);

  static final Tone SECOND = new Tone(1_150);
  static final Tone THIRD = new Tone(1_900);

  private static final int RATE = 8_000;
  private static final double AMPLITUDE = 8_000;

  /** What it takes to know it, in samples: 80 ms. */
  static final int WINDOW = 640;

  private static final int HOP = 80;
  private static final double PURE = 0.5;
  private static final double AUDIBLE = 200;

  /** So much of it, in mu-law. */
  byte[] milliseconds(int length) {
    return samples(length * RATE / 1_000);
  }

  /** So many samples of it, in mu-law. */
  byte[] samples(int count) {
    short[] samples = new short[count];
    for (int i = 0; i < count; i++) {
      samples[i] = (short) (AMPLITUDE * Math.sin(2 * Math.PI * hertz * i / RATE));
    }
    return MuLaw.encode(samples);
  }

  /** Whether at least 80 ms of it are among the samples. */
  boolean isIn(short[] samples) {
    for (int from = 0; from + WINDOW <= samples.length; from += HOP) {
      if (fills(samples, from)) {
        return true;
      }
    }
    return false;
  }

  /** How many milliseconds of the samples are this tone. */
  int millisecondsIn(short[] samples) {
    int found = 0;
    for (int from = 0; from + WINDOW <= samples.length; from += WINDOW) {
      found += fills(samples, from) ? WINDOW * 1_000 / RATE : 0;
    }
    return found;
  }

  /** Goertzel's share of one frequency in a window's energy: 1 for a pure tone. */
  private boolean fills(short[] samples, int from) {
    double rms = Loudness.rms(samples, from, WINDOW);
    if (rms < AUDIBLE) {
      return false;
    }
    double turn = 2 * Math.cos(2 * Math.PI * hertz / RATE);
    double last = 0;
    double beforeLast = 0;
    for (int i = from; i < from + WINDOW; i++) {
      double next = samples[i] + turn * last - beforeLast;
      beforeLast = last;
      last = next;
    }
    double power = last * last + beforeLast * beforeLast - turn * last * beforeLast;
    return 2 * power / WINDOW > PURE * rms * rms * WINDOW;
  }
}
