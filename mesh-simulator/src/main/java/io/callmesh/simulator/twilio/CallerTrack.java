package io.callmesh.simulator.twilio;

import io.callmesh.simulator.twilio.CallerStep.AwaitAgentSpeech;
import io.callmesh.simulator.twilio.CallerStep.HangUp;
import io.callmesh.simulator.twilio.CallerStep.Listen;
import io.callmesh.simulator.twilio.CallerStep.LoseStream;
import io.callmesh.simulator.twilio.CallerStep.Pause;
import io.callmesh.simulator.twilio.CallerStep.Press;
import io.callmesh.simulator.twilio.CallerStep.Speak;
import io.callmesh.simulator.twilio.CallerStep.StayOnLine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A caller at work on their steps, tick by tick; survives the streams of a call. */
final class CallerTrack {
  private static final int PRESS_TICKS = 5;

  private final List<CallerStep> steps;
  private final List<String> missed = new ArrayList<>();
  private final short[] samples = new short[Ticks.SAMPLES];
  private int index;
  private long ticks;
  private long quiet;
  private boolean speaking;
  private char digit;
  private boolean streamLost;
  private boolean hungUp;

  CallerTrack(List<CallerStep> steps) {
    this.steps = steps;
  }

  /**
   * Lives through the next 20 ms.
   *
   * @param agentAudible whether the agent is heard in them
   */
  void tick(boolean agentAudible) {
    speaking = false;
    digit = 0;
    streamLost = false;
    Arrays.fill(samples, (short) 0);
    while (!hungUp && !spend(agentAudible)) {
      advance();
    }
  }

  /** Whether the current step takes this tick. */
  private boolean spend(boolean audible) {
    if (index == steps.size() || steps.get(index) instanceof HangUp) {
      hungUp = true;
      return true;
    }
    CallerStep step = steps.get(index);
    if (step instanceof Listen listen) {
      return listen(listen, audible);
    } else if (step instanceof AwaitAgentSpeech await) {
      return !audible && patient(Ticks.in(await.atMost()), "the agent said nothing for ");
    } else if (step instanceof Speak speak) {
      return speak(speak.pcm8k());
    } else if (step instanceof Press press) {
      return press(press.digit());
    } else if (step instanceof Pause pause) {
      return ticks++ < Ticks.in(pause.length());
    } else if (step instanceof LoseStream) {
      streamLost = ticks++ == 0;
      return streamLost;
    }
    return step instanceof StayOnLine;
  }

  private boolean listen(Listen listen, boolean audible) {
    if (quiet >= Ticks.in(listen.quiet())
        || !patient(Ticks.in(listen.atMost()), "the agent was not quiet within ")) {
      return false;
    }
    quiet = audible ? 0 : quiet + 1;
    return true;
  }

  private boolean patient(long atMost, String complaint) {
    if (ticks++ < atMost) {
      return true;
    }
    missed.add(complaint + atMost * Ticks.MS + " ms");
    return false;
  }

  private boolean speak(short[] speech) {
    int from = (int) Math.min(speech.length, ticks * Ticks.SAMPLES);
    int count = Math.min(Ticks.SAMPLES, speech.length - from);
    System.arraycopy(speech, from, samples, 0, count);
    speaking = count > 0;
    ticks++;
    return speaking;
  }

  private boolean press(char key) {
    digit = ticks == 0 ? key : 0;
    return ticks++ < PRESS_TICKS;
  }

  private void advance() {
    index++;
    ticks = 0;
    quiet = 0;
  }

  /** Says that the stream is over: a caller who only waited for that goes on. */
  void streamClosed() {
    boolean last = index == steps.size() - 1;
    if (!last && index < steps.size() && steps.get(index) instanceof StayOnLine) {
      advance();
    }
  }

  /** What is said in this tick: 160 samples, overwritten by the next. */
  short[] samples() {
    return samples;
  }

  boolean speaking() {
    return speaking;
  }

  /** The key pressed in this tick; 0 for none. */
  char digit() {
    return digit;
  }

  /** Whether the stream breaks off in this tick. */
  boolean streamLost() {
    return streamLost;
  }

  boolean hungUp() {
    return hungUp;
  }

  /** How much of what is being said has been said, with this tick. */
  long spokenMs() {
    return Math.min(speechMs(), ticks * Ticks.MS);
  }

  /** How long it takes to say what is being said; 0 when nothing is. */
  long speechMs() {
    return speaking && steps.get(index) instanceof Speak speak
        ? speak.pcm8k().length / Ticks.SAMPLES_PER_MS
        : 0;
  }

  /** What was waited for in vain, in words. */
  List<String> missed() {
    return List.copyOf(missed);
  }
}
