package io.callmesh.simulator.conformance;

import io.callmesh.simulator.audio.Loudness;
import io.callmesh.simulator.audio.MuLaw;
import java.util.Arrays;

/**
 * What a server sent on one stream, as samples, whenever it is to be played: the last minute of it.
 * Positions are samples since the stream began. For one thread at a time.
 */
final class HeardAudio {
  private static final int MOST_SAMPLES = 60 * 8_000;
  private static final int AUDIBLE_RMS = 100;
  private static final int WINDOW = 160;

  private short[] samples = new short[8_000];
  private int size;
  private long forgotten;

  void append(byte[] mulaw) {
    short[] more = MuLaw.decode(mulaw);
    if (size + more.length > MOST_SAMPLES) {
      forget(Math.min(size, Math.max(MOST_SAMPLES / 2, more.length)));
    }
    if (size + more.length > samples.length) {
      samples = Arrays.copyOf(samples, Math.max(2 * samples.length, size + more.length));
    }
    System.arraycopy(more, 0, samples, size, more.length);
    size += more.length;
  }

  private void forget(int count) {
    System.arraycopy(samples, count, samples, 0, size - count);
    size -= count;
    forgotten += count;
  }

  /** Where the next sample will be. */
  long position() {
    return forgotten + size;
  }

  /** What came since a position. */
  short[] since(long position) {
    int from = (int) Math.min(size, Math.max(0, position - forgotten));
    return Arrays.copyOfRange(samples, from, size);
  }

  /** Whether something other than silence came since a position. */
  boolean audibleSince(long position) {
    short[] heard = since(position);
    for (int from = 0; from + WINDOW <= heard.length; from += WINDOW) {
      if (Loudness.rms(heard, from, WINDOW) > AUDIBLE_RMS) {
        return true;
      }
    }
    return false;
  }
}
