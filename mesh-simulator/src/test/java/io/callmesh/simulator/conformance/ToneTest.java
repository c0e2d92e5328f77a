package io.callmesh.simulator.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.simulator.SpokenAudio;
import io.callmesh.simulator.audio.MuLaw;
import org.junit.jupiter.api.Test;

class ToneTest {
  private static short[] heard(byte[] mulaw) {
    return MuLaw.decode(mulaw);
  }

  @Test
  void isKnownAgainAndNotTakenForAnother() {
    for (Tone said : new Tone[] {Tone.FIRST, Tone.SECOND, Tone.THIRD}) {
      short[] heard = heard(said.milliseconds(240));
      assertThat(said.isIn(heard)).isTrue();
      assertThat(Tone.FIRST.isIn(heard)).isEqualTo(said.equals(Tone.FIRST));
      assertThat(Tone.SECOND.isIn(heard)).isEqualTo(said.equals(Tone.SECOND));
      assertThat(Tone.THIRD.isIn(heard)).isEqualTo(said.equals(Tone.THIRD));
    }
  }

  @Test
  void isNotHeardInSpeechNorInSilence() {
    assertThat(Tone.FIRST.isIn(SpokenAudio.caller())).isFalse();
    assertThat(Tone.SECOND.isIn(SpokenAudio.caller())).isFalse();
    assertThat(Tone.THIRD.isIn(SpokenAudio.caller())).isFalse();
    assertThat(Tone.FIRST.isIn(new short[8_000])).isFalse();
  }

  @Test
  void lengthOfItIsMeasured() {
    assertThat(Tone.SECOND.millisecondsIn(heard(Tone.SECOND.milliseconds(800)))).isEqualTo(800);
    assertThat(Tone.SECOND.millisecondsIn(heard(Tone.THIRD.milliseconds(800)))).isZero();
  }
}
