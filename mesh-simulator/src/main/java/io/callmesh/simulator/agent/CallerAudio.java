package io.callmesh.simulator.agent;

import io.callmesh.contracts.connector.AudioFormat;
import io.callmesh.contracts.connector.AudioFormat.Encoding;
import io.callmesh.simulator.audio.ALaw;
import io.callmesh.simulator.audio.MuLaw;
import io.callmesh.simulator.audio.WavFile;
import io.vertx.core.buffer.Buffer;

/**
 * The caller's audio on its way to the detector: any agreed format to samples at 8 kHz. Higher
 * rates are averaged down, which is good enough to measure energy. Messages may end within a
 * sample.
 */
final class CallerAudio {
  private final Encoding encoding;
  private final int samplesEach;
  private int low = -1;
  private int sum;
  private int summed;

  CallerAudio(AudioFormat format) {
    encoding = format.encoding();
    samplesEach = format.sampleRate() / WavFile.RATE;
  }

  /** Takes a message. */
  void feed(Buffer message, SpeechDetector detector, SpeechDetector.Listener listener) {
    for (int i = 0; i < message.length(); i++) {
      byte next = message.getByte(i);
      if (encoding == Encoding.MULAW) {
        detector.sample(MuLaw.decode(next), listener);
      } else if (encoding == Encoding.ALAW) {
        detector.sample(ALaw.decode(next), listener);
      } else if (low < 0) {
        low = next & 0xFF;
      } else {
        linear((short) (next << 8 | low), detector, listener);
        low = -1;
      }
    }
  }

  private void linear(short sample, SpeechDetector detector, SpeechDetector.Listener listener) {
    sum += sample;
    if (++summed == samplesEach) {
      detector.sample((short) (sum / samplesEach), listener);
      sum = 0;
      summed = 0;
    }
  }
}
