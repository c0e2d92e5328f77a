package io.callmesh.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.simulator.agent.AgentScript;
import io.callmesh.simulator.audio.Loudness;
import org.junit.jupiter.api.Test;

class SpokenAudioTest {
  private static final int HALF_SCALE = 16_384;

  @Test
  void callerIsLoudEnoughAndNotClipped() {
    assertThat(Loudness.peak(SpokenAudio.caller())).isBetween(HALF_SCALE / 2, 32_000);
    assertThat(SpokenAudio.caller().length / 8_000).isBetween(5, 6);
  }

  @Test
  void promptsAreShortLoudEnoughAndNotClipped() {
    AgentScript script = AgentScript.standard();
    for (String name : new String[] {"greeting", "answer-1", "answer-2", "answer-3", "goodbye"}) {
      short[] prompt = SpokenAudio.prompt(name);
      assertThat(Loudness.peak(prompt)).as(name).isBetween(HALF_SCALE / 2, 24_000);
      assertThat(prompt.length).as(name).isBetween(8_000, 4 * 8_000);
    }
    assertThat(script.answers()).hasSize(3);
  }
}
