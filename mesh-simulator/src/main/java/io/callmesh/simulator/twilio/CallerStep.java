package io.callmesh.simulator.twilio;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One thing a caller does while a stream is open. Steps run one after the other, counted in 20 ms
 * ticks; a caller who has nothing left to do hangs up. When a stream breaks and another one
 * follows, the caller goes on where they were.
 */
public sealed interface CallerStep {
  /**
   * Listens until the agent has been quiet for a while.
   *
   * @param quiet how long nothing must have been heard, counted from the start of this step at the
   *     earliest
   * @param atMost when to stop listening anyway; the report then calls the step missed
   */
  record Listen(Duration quiet, Duration atMost) implements CallerStep {}

  /**
   * Waits until the agent is heard.
   *
   * @param atMost when to go on anyway; the report then calls the step missed
   */
  record AwaitAgentSpeech(Duration atMost) implements CallerStep {}

  /**
   * Speaks.
   *
   * @param pcm8k what is said: linear samples of 16 bits at 8 kHz
   */
  @SuppressWarnings("ArrayRecordComponent") // audio: nobody compares two of these
  record Speak(short[] pcm8k) implements CallerStep {}

  /**
   * Presses a key for 100 ms.
   *
   * @param digit {@code 0-9}, {@code *} or {@code #}
   */
  record Press(char digit) implements CallerStep {
    /** Refuses what is on no keypad. */
    public Press {
      if ("0123456789*#".indexOf(digit) < 0) {
        throw new IllegalArgumentException("a key is one of 0-9, * and #, was '" + digit + "'");
      }
    }
  }

  /**
   * Says nothing for a while.
   *
   * @param length how long
   */
  record Pause(Duration length) implements CallerStep {}

  /** Loses the stream, not the call: its socket closes without {@code stop}. */
  record LoseStream() implements CallerStep {}

  /** Hangs up. */
  record HangUp() implements CallerStep {}

  /** Stays on the line until the mesh closes the stream; as the last step, on later streams too. */
  record StayOnLine() implements CallerStep {}

  /**
   * What most callers do: hear the greeting out, speak, hear the answer out, press keys. With keys
   * they then stay on the line, without they hang up.
   *
   * @param speech linear samples of 16 bits at 8 kHz
   * @param keys pressed one after the other; may be empty
   */
  static List<CallerStep> conversation(short[] speech, String keys) {
    Duration pause = Duration.ofMillis(600);
    Duration patience = Duration.ofSeconds(15);
    List<CallerStep> steps = new ArrayList<>();
    steps.add(new AwaitAgentSpeech(patience));
    steps.add(new Listen(pause, patience));
    steps.add(new Speak(speech));
    steps.add(new AwaitAgentSpeech(patience));
    steps.add(new Listen(pause, patience));
    keys.chars().forEach(key -> steps.add(new Press((char) key)));
    steps.add(keys.isEmpty() ? new HangUp() : new StayOnLine());
    return List.copyOf(steps);
  }
}
