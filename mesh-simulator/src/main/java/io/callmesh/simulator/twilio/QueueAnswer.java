package io.callmesh.simulator.twilio;

import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How an {@code <Enqueue>} goes (reference/twilio.md 3.6). Nobody waits in earnest: the wait URL's
 * document is run a number of times without its pauses, and {@code QueueTime} grows as if each run
 * had taken its time.
 *
 * @param way what takes the caller out of the queue after that
 * @param waits how often the wait document is run at most, 0 to 1000; it may take the caller out
 *     earlier by {@code <Leave>} or {@code <Hangup>}. Without a wait URL only the time passes.
 * @param perWait how long a run takes in the queue's time
 */
public record QueueAnswer(Way way, int waits, Duration perWait) {
  private static final int MOST_WAITS = 1_000;
  private static final Duration PER_WAIT = Duration.ofSeconds(10);

  /** What becomes of somebody in a queue. */
  public enum Way {
    /** Nothing: the simulation ends with the caller in the queue. */
    STAY(null, 0),
    /** A person talks to the caller and hangs up. */
    BRIDGED("bridged", 1),
    /** The caller hangs up. */
    HANGUP("hangup", 1),
    /** There is no room; the caller never waits. */
    QUEUE_FULL("queue-full", 0),
    /** The queue does not take the caller. */
    ERROR("error", 0),
    /** Twilio fails. */
    SYSTEM_ERROR("system-error", 0),
    /**
     * The wait document takes the caller out by {@code <Leave>}; one that never does lets the
     * simulation end in the queue.
     */
    LEAVE("leave", 20),
    /** Somebody takes the call out of the queue. */
    REDIRECTED("redirected", 1);

    private final @Nullable String result;
    private final int waits;

    Way(@Nullable String result, int waits) {
      this.result = result;
      this.waits = waits;
    }

    /**
     * The way of a {@code QueueResult}, or {@code stay}.
     *
     * @throws IllegalArgumentException with the possible ones when there is none of that name
     */
    public static Way of(String name) {
      return Arrays.stream(values())
          .filter(way -> way.named().equals(name))
          .findFirst()
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "a queue goes "
                          + Arrays.stream(values())
                              .map(Way::named)
                              .collect(Collectors.joining(", "))
                          + ", was '"
                          + name
                          + "'"));
    }

    private String named() {
      return result == null ? "stay" : result;
    }

    /** The {@code QueueResult}; null when the caller stays. */
    public @Nullable String result() {
      return result;
    }
  }

  /** Refuses waits without a bound. */
  public QueueAnswer {
    if (waits < 0 || waits > MOST_WAITS || perWait.isNegative()) {
      throw new IllegalArgumentException(
          "a caller waits 0 to " + MOST_WAITS + " times, was " + waits + " times " + perWait);
    }
  }

  /** With as many waits of 10 s as the way needs: one where somebody comes for the caller. */
  public static QueueAnswer of(Way way) {
    return new QueueAnswer(way, way.waits, PER_WAIT);
  }
}
