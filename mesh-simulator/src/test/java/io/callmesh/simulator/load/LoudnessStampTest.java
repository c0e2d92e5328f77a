package io.callmesh.simulator.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.simulator.audio.MuLaw;
import io.callmesh.simulator.audio.SincConverter;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoudnessStampTest {
  private static final int FRAMES = 5_000;

  private final Tally tally = new Tally();
  private final FrameLedger ledger = new FrameLedger(tally);
  private final LoudnessStamp stamp = new LoudnessStamp(17, ledger);

  private byte[] sent(int frames) {
    ledger.measure();
    byte[] audio = new byte[frames * FrameStamp.FRAME];
    byte[] frame = new byte[FrameStamp.FRAME];
    for (int i = 0; i < frames; i++) {
      stamp.write(frame, ledger.next());
      ledger.sent(i);
      System.arraycopy(frame, 0, audio, i * FrameStamp.FRAME, FrameStamp.FRAME);
    }
    return audio;
  }

  /** Over another rate and back, late by some samples. */
  private static byte[] transcoded(byte[] codes, int rate, int delay) {
    short[] there = SincConverter.convert(MuLaw.decode(codes), 8_000, rate);
    short[] back = SincConverter.convert(there, rate, 8_000);
    byte[] late = new byte[codes.length + FrameStamp.FRAME];
    Arrays.fill(late, MuLaw.SILENCE);
    System.arraycopy(MuLaw.encode(back), 0, late, delay, back.length);
    return late;
  }

  @ParameterizedTest
  @CsvSource({"8000,0", "16000,0", "16000,7", "24000,41", "48000,79", "16000,159"})
  void isReadOverAnyRateAndDelay(int rate, int delay) {
    byte[] back = transcoded(sent(1_000), rate, delay);

    stamp.heard(back, back.length, 10_000);

    assertThat(tally.returned).isEqualTo(1_000);
    assertThat(tally.outOfOrder + tally.duplicated + tally.unknown).isZero();
  }

  @Test
  void numbersBeginAgainAfter82Seconds() {
    for (int i = 0; i < FRAMES; i++) {
      byte[] frame = sent(1);
      stamp.heard(frame, frame.length, i);
    }

    assertThat(tally.returned).isEqualTo(FRAMES);
    assertThat(tally.duplicated + tally.outOfOrder + tally.unknown).isZero();
  }

  @Test
  void anotherStreamsFrameIsUnknown() {
    byte[] frame = new byte[FrameStamp.FRAME];
    byte[] own = sent(1);
    new LoudnessStamp(18, ledger).write(frame, 0);

    stamp.heard(own, own.length, 1);
    stamp.heard(frame, frame.length, 2);

    assertThat(tally.returned).isEqualTo(1);
    assertThat(tally.unknown).isEqualTo(1);
  }
}
