package io.callmesh.simulator.load;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * A stamp for a way that leaves mu-law untouched: nine bytes in front of noise that is always the
 * same. A frame counts as altered when the noise came back in any other way.
 *
 * <p>Layout: a magic byte, the stream in 2 bytes, the frame's number in 4, a check sum in 2.
 */
final class ExactStamp implements FrameStamp {
  private static final int SIZE = 9;
  private static final byte MAGIC = (byte) 0xA5;
  private static final byte[] NOISE = noise();

  private final int stream;
  private final FrameLedger ledger;
  private final byte[] held = new byte[FRAME];
  private int heldBytes;

  ExactStamp(int stream, FrameLedger ledger) {
    this.stream = stream;
    this.ledger = ledger;
  }

  /** About -30 dB: what a line sounds like between words. */
  private static byte[] noise() {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(1);
    byte[] noise = new byte[FRAME];
    for (int i = 0; i < FRAME; i++) {
      noise[i] = (byte) (0xC0 + random.nextInt(0x30) - (random.nextBoolean() ? 0x80 : 0));
    }
    return noise;
  }

  @Override
  public void write(byte[] frame, int number) {
    System.arraycopy(NOISE, SIZE, frame, SIZE, FRAME - SIZE);
    int check = check(stream, number);
    frame[0] = MAGIC;
    frame[1] = (byte) (stream >> 8);
    frame[2] = (byte) stream;
    frame[3] = (byte) (number >> 24);
    frame[4] = (byte) (number >> 16);
    frame[5] = (byte) (number >> 8);
    frame[6] = (byte) number;
    frame[7] = (byte) (check >> 8);
    frame[8] = (byte) check;
  }

  private static int check(int stream, int number) {
    int mixed = (number * 0x9E3779B9) ^ (stream * 0x85EBCA6B);
    return (mixed ^ (mixed >>> 16)) & 0xFFFF;
  }

  @Override
  public void heard(byte[] audio, int length, long nanos) {
    if (heldBytes == 0 && length == FRAME) {
      recognise(audio, nanos);
      return;
    }
    for (int from = 0; from < length; ) {
      int taken = Math.min(FRAME - heldBytes, length - from);
      System.arraycopy(audio, from, held, heldBytes, taken);
      from += taken;
      heldBytes += taken;
      if (heldBytes == FRAME) {
        heldBytes = 0;
        recognise(held, nanos);
      }
    }
  }

  private void recognise(byte[] frame, long nanos) {
    int number = number(frame, 0);
    if (number < 0) {
      ledger.unknown();
      realign(frame);
      return;
    }
    if (!Arrays.equals(frame, SIZE, FRAME, NOISE, SIZE, FRAME)) {
      ledger.altered(number);
    }
    ledger.back(number, nanos);
  }

  /** After a loss frames begin elsewhere: holds what may be the begin of one. */
  private void realign(byte[] frame) {
    for (int from = 1; from <= FRAME - SIZE; from++) {
      if (number(frame, from) >= 0) {
        heldBytes = FRAME - from;
        System.arraycopy(frame, from, held, 0, heldBytes);
        return;
      }
    }
  }

  /** The number in a stamp; -1 when there is none of this stream. */
  private int number(byte[] audio, int at) {
    if (audio[at] != MAGIC || int16(audio, at + 1) != (stream & 0xFFFF)) {
      return -1;
    }
    int number = (int16(audio, at + 3) << 16) | int16(audio, at + 5);
    return int16(audio, at + 7) == check(stream, number) ? number : -1;
  }

  private static int int16(byte[] bytes, int at) {
    return ((bytes[at] & 0xFF) << 8) | (bytes[at + 1] & 0xFF);
  }
}
