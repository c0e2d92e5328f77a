package io.callmesh.worker.audio;

import io.callmesh.contracts.connector.AudioFormat;
import java.util.function.Consumer;

/**
 * Turns a session's audio from Twilio's format, mu-law at 8 kHz, into the agent's and back. Keeps
 * the state of both directions, so each session has its own; for one thread at a time.
 */
public interface Transcoder {
  /** A transcoder for an agent that speaks this format. */
  static Transcoder of(AudioFormat format) {
    return switch (format.encoding()) {
      case MULAW -> new MulawTranscoder();
      case ALAW -> new AlawTranscoder();
      case PCM_S16LE -> new PcmTranscoder(format.sampleRate());
    };
  }

  /**
   * The caller's audio in the agent's format. The result may be the array that was given, so
   * neither may be written to afterwards.
   */
  byte[] toAgent(byte[] mulaw);

  /**
   * Takes the agent's audio, cut anywhere, even inside a sample, and hands on what is complete as
   * frames of 160 bytes of mu-law. {@code audio} may become a frame: it must not be written to
   * afterwards. {@code frames} is called in the middle of the work and must not call a transcoder.
   */
  void fromAgent(byte[] audio, Consumer<byte[]> frames);

  /** Hands on what does not fill a frame, because a mark or the end comes behind it. */
  void flush(Consumer<byte[]> frames);

  /** Forgets what the agent sent and has not been handed on. */
  void discard();
}
