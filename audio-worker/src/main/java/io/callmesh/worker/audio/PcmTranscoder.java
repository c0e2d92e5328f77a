package io.callmesh.worker.audio;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** For an agent that speaks linear PCM, 16 bits little-endian, at 8, 16, 24 or 48 kHz. */
final class PcmTranscoder implements Transcoder {
  private static final int LOW_RATE = 8_000;
  private static final VarHandle SAMPLE =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  private final int ratio;
  private final @Nullable Resampler up;
  private final @Nullable Resampler down;
  private final FrameCutter cutter = new FrameCutter();
  private boolean halfSample;
  private byte lowByte;

  PcmTranscoder(int sampleRate) {
    ratio = sampleRate / LOW_RATE;
    up = ratio == 1 ? null : Resampler.up(ratio);
    down = ratio == 1 ? null : Resampler.down(ratio);
  }

  @Override
  public byte[] toAgent(byte[] caller) {
    Workbench bench = Workbench.ofThread();
    byte[] pcm = new byte[caller.length * ratio * Short.BYTES];
    int at = 0;
    for (int done = 0; done < caller.length; done += Resampler.BLOCK) {
      int count = Math.min(Resampler.BLOCK, caller.length - done);
      G711.decodeMulaw(caller, done, bench.low, count);
      at =
          up == null
              ? write(bench.low, count, pcm, at)
              : write(bench.high, up.process(bench.low, 0, count, bench.high), pcm, at);
    }
    return pcm;
  }

  private static int write(short[] samples, int count, byte[] pcm, int offset) {
    for (int i = 0; i < count; i++) {
      SAMPLE.set(pcm, offset + i * Short.BYTES, samples[i]);
    }
    return offset + count * Short.BYTES;
  }

  @Override
  public void fromAgent(byte[] audio, Consumer<byte[]> frames) {
    Workbench bench = Workbench.ofThread();
    int at = 0;
    if (halfSample && audio.length > 0) {
      bench.high[0] = (short) ((audio[0] << 8) | (lowByte & 0xff));
      halfSample = false;
      at = 1;
      encode(bench, 1, frames);
    }
    while (audio.length - at >= Short.BYTES) {
      int count = Math.min(Resampler.BLOCK * ratio, (audio.length - at) / Short.BYTES);
      read(audio, at, bench.high, count);
      encode(bench, count, frames);
      at += count * Short.BYTES;
    }
    if (at < audio.length) {
      lowByte = audio[at];
      halfSample = true;
    }
  }

  private static void read(byte[] pcm, int offset, short[] samples, int count) {
    for (int i = 0; i < count; i++) {
      samples[i] = (short) SAMPLE.get(pcm, offset + i * Short.BYTES);
    }
  }

  private void encode(Workbench bench, int count, Consumer<byte[]> frames) {
    if (down == null) {
      G711.encodeMulaw(bench.high, bench.mulaw, 0, count);
      cutter.add(bench.mulaw, 0, count, frames);
    } else {
      int produced = down.process(bench.high, 0, count, bench.low);
      G711.encodeMulaw(bench.low, bench.mulaw, 0, produced);
      cutter.add(bench.mulaw, 0, produced, frames);
    }
  }

  @Override
  public void flush(Consumer<byte[]> frames) {
    halfSample = false; // an utterance ends with a whole one, or half of its last is nothing
    cutter.flush(frames);
  }

  /**
   * {@inheritDoc} The filter starts anew, from silence, and is not left to ring out: what it still
   * holds is up to 3 ms of speech, cut on either side, that would click where the next begins.
   */
  @Override
  public void discard() {
    halfSample = false;
    cutter.discard();
    if (down != null) {
      down.reset();
    }
  }
}
