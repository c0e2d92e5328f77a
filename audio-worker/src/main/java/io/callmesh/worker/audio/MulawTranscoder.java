package io.callmesh.worker.audio;

import io.callmesh.contracts.frame.Frame;
import java.util.function.Consumer;

/** For an agent that speaks Twilio's own format: frames pass as they are, cut anew where needed. */
final class MulawTranscoder implements Transcoder {
  private final FrameCutter cutter = new FrameCutter();

  @Override
  public byte[] toAgent(byte[] mulaw) {
    return mulaw;
  }

  @Override
  public void fromAgent(byte[] audio, Consumer<byte[]> frames) {
    if (audio.length == Frame.AUDIO_BYTES && cutter.isEmpty()) {
      frames.accept(audio);
    } else {
      cutter.add(audio, 0, audio.length, frames);
    }
  }

  @Override
  public void flush(Consumer<byte[]> frames) {
    cutter.flush(frames);
  }

  @Override
  public void discard() {
    cutter.discard();
  }
}
