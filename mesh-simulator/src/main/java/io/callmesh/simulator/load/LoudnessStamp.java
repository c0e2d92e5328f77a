package io.callmesh.simulator.load;

import io.callmesh.simulator.audio.MuLaw;

/**
 * A stamp that survives another sample rate and back: the frame's number as a staircase of
 * loudness. Steps of 1.5 ms are slow enough for any filter that lets speech through, and far enough
 * apart for mu-law.
 *
 * <p>Layout: a step at full height that is found by its edge, six steps of eight heights each (12
 * bits of the number, 6 of a check sum), then nothing. The steps end in the middle of the frame, so
 * that filters which delay the audio by up to 9 ms do not move a number into the message of the
 * next frame.
 */
final class LoudnessStamp implements FrameStamp {
  private static final int STEP = 12;
  private static final int STEPS = 7;
  private static final int HEIGHTS = 8;
  private static final int HEIGHT = 4_000;
  private static final int LOWEST = -14_000;
  private static final int FULL = -LOWEST;
  private static final int EDGE = FULL / 2;
  private static final int QUIET = 2_500;

  /** Samples, of the 76 between two staircases: filters ring. */
  private static final int QUIET_BEFORE = 40;

  /** What is read of a step: its middle. */
  private static final int READ_FROM = 4;

  private static final int READ_TO = 8;
  private static final int CHECK_BITS = 6;
  private static final int NUMBERS = 1 << 12;
  private static final byte[] STAIRS = stairs();

  private final int stream;
  private final FrameLedger ledger;
  private int quiet = QUIET_BEFORE;
  private int position = -1;
  private int sum;
  private int code;

  LoudnessStamp(int stream, FrameLedger ledger) {
    this.stream = stream;
    this.ledger = ledger;
  }

  /** The mu-law code of each height. */
  private static byte[] stairs() {
    short[] heights = new short[HEIGHTS];
    for (int i = 0; i < HEIGHTS; i++) {
      heights[i] = (short) (LOWEST + i * HEIGHT);
    }
    return MuLaw.encode(heights);
  }

  @Override
  public void write(byte[] frame, int number) {
    int low = number % NUMBERS;
    int bits = (low << CHECK_BITS) | check(low);
    step(frame, 0, HEIGHTS - 1);
    for (int i = 1; i < STEPS; i++) {
      step(frame, i, (bits >> (3 * (STEPS - 1 - i))) & (HEIGHTS - 1));
    }
    for (int i = STEPS * STEP; i < FRAME; i++) {
      frame[i] = MuLaw.SILENCE;
    }
  }

  private static void step(byte[] frame, int step, int height) {
    for (int i = step * STEP; i < (step + 1) * STEP; i++) {
      frame[i] = STAIRS[height];
    }
  }

  private int check(int low) {
    int mixed = ((low + 1) * 0x9E3779B9) ^ ((stream + 1) * 0x85EBCA6B);
    return ((mixed >>> 16) ^ (mixed >>> 24)) & ((1 << CHECK_BITS) - 1);
  }

  @Override
  public void heard(byte[] audio, int length, long nanos) {
    for (int i = 0; i < length; i++) {
      int sample = MuLaw.decode(audio[i]);
      if (position < 0) {
        seek(sample);
      } else {
        read(sample, nanos);
      }
    }
  }

  private void seek(int sample) {
    if (Math.abs(sample) < QUIET) {
      quiet++;
    } else if (sample > EDGE && quiet >= QUIET_BEFORE) {
      position = 0;
      code = 0;
    } else {
      quiet = Math.max(0, quiet - STEP); // the slope of an edge takes a sample or two
    }
  }

  private void read(int sample, long nanos) {
    int place = ++position % STEP;
    if (place == READ_FROM) {
      sum = 0;
    }
    sum += sample;
    if (place == READ_TO - 1 && position > STEP) {
      code = (code << 3) | height(sum / (READ_TO - READ_FROM));
      if (position > (STEPS - 1) * STEP) {
        finish(nanos);
      }
    }
  }

  private static int height(int average) {
    int height = Math.floorDiv(average - LOWEST + HEIGHT / 2, HEIGHT);
    return Math.max(0, Math.min(HEIGHTS - 1, height));
  }

  private void finish(long nanos) {
    position = -1;
    quiet = 0;
    int low = code >> CHECK_BITS;
    if ((code & ((1 << CHECK_BITS) - 1)) == check(low)) {
      ledger.back(latest(low), nanos);
    } else {
      ledger.unknown();
    }
  }

  /** The latest frame sent whose number ends so; negative when there is none. */
  private int latest(int low) {
    int last = ledger.next() - 1;
    return last - Math.floorMod(last - low, NUMBERS);
  }
}
