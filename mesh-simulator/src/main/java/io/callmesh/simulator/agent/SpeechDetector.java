package io.callmesh.simulator.agent;

import io.callmesh.simulator.audio.Loudness;
import io.callmesh.simulator.audio.WavFile;

/**
 * Finds speech in a caller's audio by its energy, in frames of 20 ms against a noise floor that
 * follows the quietest of them. Speech has begun when it lasted; it has ended after a pause. Counts
 * samples only, so the same audio always gives the same answer.
 */
final class SpeechDetector {
  private static final int FRAME = WavFile.RATE / 50;
  private static final int FRAME_MS = 20;
  private static final int PAUSE_MS = 700;

  /** A gap between two words does not begin speech anew. */
  private static final int GAP_MS = 100;

  private static final double OVER_FLOOR = 4;
  private static final double QUIETEST_SPEECH = 150;
  private static final double LOWEST_FLOOR = 10;
  private static final double HIGHEST_FLOOR = 500;
  private static final double FALL = 0.2;
  private static final double RISE = 1.005;

  private final short[] frame = new short[FRAME];
  private int filled;
  private double floor = LOWEST_FLOOR * 3;
  private long voicedMs;
  private long silentMs;
  private long totalMs;

  /** Hears about each frame as it is complete. */
  interface Listener {
    /**
     * The caller is speaking.
     *
     * @param voicedMs how long they have been heard since speech began, pauses not counted
     */
    void speaking(long voicedMs);

    /**
     * The caller has said something and paused.
     *
     * @param voicedMs how long they were heard, pauses not counted
     */
    void spoken(long voicedMs);
  }

  /** Takes the next sample. */
  void sample(short sample, Listener listener) {
    frame[filled++] = sample;
    if (filled == FRAME) {
      filled = 0;
      totalMs += FRAME_MS;
      frame(Loudness.rms(frame), listener);
    }
  }

  private void frame(double rms, Listener listener) {
    boolean voiced = rms > Math.max(QUIETEST_SPEECH, floor * OVER_FLOOR);
    follow(rms);
    if (voiced) {
      silentMs = 0;
      voicedMs += FRAME_MS;
      listener.speaking(voicedMs);
    } else if (voicedMs > 0) {
      silent(listener);
    }
  }

  private void silent(Listener listener) {
    silentMs += FRAME_MS;
    if (silentMs >= PAUSE_MS) {
      long spoken = voicedMs;
      voicedMs = 0;
      listener.spoken(spoken);
    } else if (voicedMs <= GAP_MS && silentMs > GAP_MS) {
      voicedMs = 0; // a click, not a word
    }
  }

  private void follow(double rms) {
    double next = rms < floor ? floor + FALL * (rms - floor) : floor * RISE;
    floor = Math.max(LOWEST_FLOOR, Math.min(HIGHEST_FLOOR, next));
  }

  /** How much audio was heard, in milliseconds. */
  long totalMs() {
    return totalMs;
  }
}
