package io.callmesh.routing.calls;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.function.Function;

/**
 * Tries again what failed with {@link TwilioUnavailableException}: after a random part of a pause
 * that doubles each time ("full jitter"), so that those who failed together do not come back
 * together; on top of that as long as Twilio asks for; and only while count and deadline allow.
 */
final class Retries {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(3);

  private final Patience patience;
  private final RetryTime time;

  Retries(Patience patience, RetryTime time) {
    this.patience = patience;
    this.time = time;
  }

  /**
   * Runs it until it succeeds or must be given up.
   *
   * @param attempt does it once, within the time it is given
   * @return fails as the last attempt did
   */
  <T> Future<T> run(Function<Duration, Future<T>> attempt) {
    return run(attempt, 0, time.nanoTime() + patience.deadline().toNanos());
  }

  private <T> Future<T> run(Function<Duration, Future<T>> attempt, int retry, long giveUpAt) {
    return attempt
        .apply(shorter(patience.attempt(), leftUntil(giveUpAt)))
        .recover(cause -> again(attempt, cause, retry, giveUpAt));
  }

  private <T> Future<T> again(
      Function<Duration, Future<T>> attempt, Throwable cause, int retry, long giveUpAt) {
    if (retry == patience.retries() || !(cause instanceof TwilioUnavailableException later)) {
      return Future.failedFuture(cause);
    }
    Duration pause = later.notBefore().plus(jitter(retry));
    if (pause.compareTo(leftUntil(giveUpAt)) >= 0) {
      return Future.failedFuture(cause);
    }
    return time.pause(pause).compose(over -> run(attempt, retry + 1, giveUpAt));
  }

  private Duration jitter(int retry) {
    Duration longest = shorter(FIRST_PAUSE.multipliedBy(1L << retry), LONGEST_PAUSE);
    return Duration.ofNanos((long) (longest.toNanos() * time.random()));
  }

  private Duration leftUntil(long giveUpAt) {
    return Duration.ofNanos(giveUpAt - time.nanoTime());
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
