package io.callmesh.simulator.twilio;

import io.callmesh.simulator.audio.Loudness;
import io.callmesh.simulator.audio.WavFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/**
 * A call as it was heard: caller left, agent right, 8 kHz, 16 bits, both written by the same 20 ms
 * tick and so in time with each other. Holds at most the plan's limit; not thread-safe, complete
 * once the call's report is there.
 */
public final class StereoRecording {
  private final int limit;
  private short[] left = new short[0];
  private short[] right = new short[0];
  private int length;

  StereoRecording(Duration limit) {
    this.limit = (int) (limit.toMillis() * Ticks.SAMPLES_PER_MS);
  }

  /** Adds as many samples as both pieces have, which must be of one length. */
  void append(short[] caller, short[] agent) {
    int count = Math.min(caller.length, limit - length);
    makeRoom(count);
    System.arraycopy(caller, 0, left, length, count);
    System.arraycopy(agent, 0, right, length, count);
    length += count;
  }

  void appendSilence(Duration duration) {
    int count = (int) Math.min(duration.toMillis() * Ticks.SAMPLES_PER_MS, limit - length);
    makeRoom(count);
    length += count;
  }

  private void makeRoom(int count) {
    if (length + count > left.length) {
      int size = Math.max(length + count, Math.min(limit, 2 * left.length + WavFile.RATE));
      left = Arrays.copyOf(left, size);
      right = Arrays.copyOf(right, size);
    }
  }

  /** How long it is. */
  public Duration duration() {
    return Duration.ofMillis(length / Ticks.SAMPLES_PER_MS);
  }

  /** A copy of the caller's samples. */
  public short[] caller() {
    return Arrays.copyOf(left, length);
  }

  /** A copy of the agent's samples, as the caller heard them. */
  public short[] agent() {
    return Arrays.copyOf(right, length);
  }

  /** How many milliseconds of it the agent is heard in, in steps of a tick. */
  public long agentSpeechMs() {
    long audible = 0;
    for (int at = 0; at + Ticks.SAMPLES <= length; at += Ticks.SAMPLES) {
      if (Loudness.rms(right, at, Ticks.SAMPLES) > Ticks.AUDIBLE_RMS) {
        audible += Ticks.MS;
      }
    }
    return audible;
  }

  /** Writes a stereo WAV. Blocks. */
  public void writeTo(Path file) throws IOException {
    WavFile.writeStereo8k(file, caller(), agent());
  }
}
