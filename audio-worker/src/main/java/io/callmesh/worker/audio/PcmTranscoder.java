package io.callmesh.worker.audio;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** For an agent that speaks linear PCM, 16 bits little-endian, at 8, 16 or 24 kHz. */
final class PcmTranscoder implements Transcoder {
  private static final int LOW_RATE = 8_000;
  private static final VarHandle SAMPLE =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  private final int ratio;
  private final @Nullable Resampler up;
  private final @Nullable Resampler down;
  private final short[] low = new short[Resampler.BLOCK];
  private final short[] high;
  private final byte[] mulaw = new byte[Resampler.BLOCK];
  private final FrameCutter cutter = new FrameCutter();
  private boolean halfSample;
  private byte lowByte;

  PcmTranscoder(int sampleRate) {
    ratio = sampleRate / LOW_RATE;
    up = ratio == 1 ? null : Resampler.up(sampleRate);
    down = ratio == 1 ? null : Resampler.down(sampleRate);
    high = new short[Resampler.BLOCK * ratio];
  }

  @Override
  public byte[] toAgent(byte[] caller) {
    byte[] pcm = new byte[caller.length * ratio * Short.BYTES];
    int at = 0;
    for (int done = 0; done < caller.length; done += Resampler.BLOCK) {
      int count = Math.min(Resampler.BLOCK, caller.length - done);
      G711.decode(caller, done, low, count);
      at = up == null ? write(low, count, pcm, at) : write(high, upsample(up, count), pcm, at);
    }
    return pcm;
  }

  private int upsample(Resampler resampler, int count) {
    return resampler.process(low, 0, count, high);
  }

  private static int write(short[] samples, int count, byte[] pcm, int offset) {
    for (int i = 0; i < count; i++) {
      SAMPLE.set(pcm, offset + i * Short.BYTES, samples[i]);
    }
    return offset + count * Short.BYTES;
  }

  @Override
  public void fromAgent(byte[] audio, Consumer<byte[]> frames) {
    int at = 0;
    if (halfSample && audio.length > 0) {
      high[0] = (short) ((audio[0] << 8) | (lowByte & 0xff));
      halfSample = false;
      at = 1;
      encode(1, frames);
    }
    while (audio.length - at >= Short.BYTES) {
      int count = Math.min(high.length, (audio.length - at) / Short.BYTES);
      read(audio, at, count);
      encode(count, frames);
      at += count * Short.BYTES;
    }
    if (at < audio.length) {
      lowByte = audio[at];
      halfSample = true;
    }
  }

  private void read(byte[] pcm, int offset, int count) {
    for (int i = 0; i < count; i++) {
      high[i] = (short) SAMPLE.get(pcm, offset + i * Short.BYTES);
    }
  }

  private void encode(int count, Consumer<byte[]> frames) {
    int produced = down == null ? count : down.process(high, 0, count, low);
    G711.encode(down == null ? high : low, mulaw, 0, produced);
    cutter.add(mulaw, 0, produced, frames);
  }

  @Override
  public void flush(Consumer<byte[]> frames) {
    cutter.flush(frames);
  }

  @Override
  public void discard() {
    halfSample = false;
    cutter.discard();
    if (down != null) {
      down.reset();
    }
  }
}
