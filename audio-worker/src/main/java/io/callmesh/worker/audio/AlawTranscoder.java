package io.callmesh.worker.audio;

import java.util.function.Consumer;

/** For an agent that speaks A-law at 8 kHz: code by code, then like mu-law. */
final class AlawTranscoder implements Transcoder {
  private final MulawTranscoder mulaw = new MulawTranscoder();

  @Override
  public byte[] toAgent(byte[] caller) {
    return G711.mulawToAlaw(caller);
  }

  @Override
  public void fromAgent(byte[] audio, Consumer<byte[]> frames) {
    mulaw.fromAgent(G711.alawToMulaw(audio), frames);
  }

  @Override
  public void flush(Consumer<byte[]> frames) {
    mulaw.flush(frames);
  }

  @Override
  public void discard() {
    mulaw.discard();
  }
}
