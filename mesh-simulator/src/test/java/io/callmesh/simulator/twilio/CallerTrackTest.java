package io.callmesh.simulator.twilio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callmesh.simulator.twilio.CallerStep.AwaitAgentSpeech;
import io.callmesh.simulator.twilio.CallerStep.HangUp;
import io.callmesh.simulator.twilio.CallerStep.Listen;
import io.callmesh.simulator.twilio.CallerStep.Pause;
import io.callmesh.simulator.twilio.CallerStep.Press;
import io.callmesh.simulator.twilio.CallerStep.Speak;
import io.callmesh.simulator.twilio.CallerStep.StayOnLine;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class CallerTrackTest {
  private static final Duration LONG = Duration.ofSeconds(9);

  @Test
  void speaksAllSamplesThenHangsUp() {
    short[] speech = new short[200];
    speech[0] = 1;
    speech[160] = 2;
    CallerTrack caller = track(new Speak(speech));

    caller.tick(false);
    assertThat(caller.speaking()).isTrue();
    assertThat(caller.samples()[0]).isEqualTo((short) 1);
    assertThat(caller.spokenMs()).isEqualTo(20);
    assertThat(caller.speechMs()).isEqualTo(25);
    caller.tick(false);
    assertThat(caller.samples()[0]).isEqualTo((short) 2);
    assertThat(caller.spokenMs()).isEqualTo(25);
    assertThat(caller.hungUp()).isFalse();
    caller.tick(false);
    assertThat(caller.speaking()).isFalse();
    assertThat(caller.hungUp()).isTrue();
  }

  @Test
  void waitsForTheAgentToSpeakAndToFinish() {
    CallerTrack caller =
        track(new AwaitAgentSpeech(LONG), new Listen(Duration.ofMillis(60), LONG), new HangUp());

    assertThat(ticksUntilHangUp(caller, "----####-##---+")).isEqualTo("----####-##---+".length());
    assertThat(caller.missed()).isEmpty();
  }

  @Test
  void goesOnWhenTheAgentSaysNothing() {
    CallerTrack caller = track(new AwaitAgentSpeech(Duration.ofMillis(100)));

    assertThat(ticksUntilHangUp(caller, "----------")).isEqualTo(6);
    assertThat(caller.missed()).containsExactly("the agent said nothing for 100 ms");
  }

  @Test
  void goesOnWhenTheAgentDoesNotStop() {
    CallerTrack caller = track(new Listen(Duration.ofMillis(100), Duration.ofMillis(100)));

    assertThat(ticksUntilHangUp(caller, "##########")).isEqualTo(6);
    assertThat(caller.missed()).containsExactly("the agent was not quiet within 100 ms");
  }

  @Test
  void pressesOnceForATenthOfASecond() {
    CallerTrack caller = track(new Press('5'), new Press('6'));
    StringBuilder digits = new StringBuilder();
    for (int tick = 0; tick < 10; tick++) {
      caller.tick(false);
      digits.append(caller.digit() == 0 ? '-' : caller.digit());
    }

    assertThat(digits).hasToString("5----6----");
    assertThat(caller.hungUp()).isFalse();
  }

  @Test
  void pausesForItsLength() {
    assertThat(ticksUntilHangUp(track(new Pause(Duration.ofMillis(50))), "------")).isEqualTo(4);
  }

  @Test
  void staysOnLineUntilTheStreamCloses() {
    CallerTrack caller = track(new StayOnLine(), new Press('1'));
    caller.tick(false);
    caller.streamClosed();
    caller.tick(false);

    assertThat(caller.digit()).isEqualTo('1');
  }

  @Test
  void staysOnLaterStreamsWhenThatIsTheLastStep() {
    CallerTrack caller = track(new StayOnLine());
    caller.tick(false);
    caller.streamClosed();
    caller.tick(false);

    assertThat(caller.hungUp()).isFalse();
  }

  @Test
  void refusesKeysThatNoTelephoneHas() {
    assertThatThrownBy(() -> new Press('x')).hasMessageContaining("'x'");
  }

  private static CallerTrack track(CallerStep... steps) {
    return new CallerTrack(List.of(steps));
  }

  /** Ticks with the agent audible at each {@code #} until the caller hangs up. */
  private static int ticksUntilHangUp(CallerTrack caller, String agent) {
    for (int tick = 0; tick < agent.length(); tick++) {
      caller.tick(agent.charAt(tick) == '#');
      if (caller.hungUp()) {
        return tick + 1;
      }
    }
    return -1;
  }
}
