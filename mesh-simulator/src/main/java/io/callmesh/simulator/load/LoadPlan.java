package io.callmesh.simulator.load;

import java.time.Duration;
import java.util.Map;

/**
 * What a load is to do.
 *
 * @param streams how many at once, 1 to {@value #MAX_STREAMS}
 * @param rampUp over how long they are opened
 * @param warmUp how long all of them run before anything counts
 * @param measured how long they are measured
 * @param drain how long the last frames may take to come back
 * @param parameters the {@code <Parameter>}s of every stream
 * @param accountSid whose calls they are, {@code AC…}
 * @param trusting accepts any certificate
 * @param transcoded whether the audio comes back in other mu-law codes than it went, such as over
 *     another sample rate
 */
public record LoadPlan(
    LoadTarget target,
    int streams,
    Duration rampUp,
    Duration warmUp,
    Duration measured,
    Duration drain,
    Map<String, String> parameters,
    String accountSid,
    boolean trusting,
    boolean transcoded) {
  static final int MAX_STREAMS = 20_000;

  /** Checked: times are not negative, something is measured. */
  public LoadPlan {
    parameters = Map.copyOf(parameters);
    if (streams < 1 || streams > MAX_STREAMS) {
      throw new IllegalArgumentException(
          "--streams must be 1.." + MAX_STREAMS + ", was " + streams + ".");
    }
    if (rampUp.isNegative() || warmUp.isNegative() || drain.isNegative()) {
      throw new IllegalArgumentException("--ramp-up, --warm-up and --drain must not be negative.");
    }
    if (measured.toMillis() < 1) {
      throw new IllegalArgumentException("--seconds must be at least 1.");
    }
  }
}
