package io.callmesh.routing.calls;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.runtime.web.Problem;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RetriesTest {
  private static final Duration ATTEMPT = Duration.ofSeconds(3);
  private static final Duration DEADLINE = Duration.ofSeconds(10);

  private final FakeTime time = new FakeTime(1);
  private final List<Duration> attempts = new ArrayList<>();

  @Test
  void isDoneWithTheFirstSuccess() {
    Future<String> done = retries(5).run(this::success);

    assertThat(done.result()).isEqualTo("done");
    assertThat(attempts).containsExactly(ATTEMPT);
  }

  @Test
  void doesNotRepeatWhatWillNotPass() {
    Problem refused = new Problem(502, "no");

    Future<String> done = retries(5).run(timeout -> failing(timeout, refused));

    assertThat(done.cause()).isSameAs(refused);
    assertThat(attempts).hasSize(1);
  }

  @Test
  void doublesItsPausesUpToABound() {
    Future<String> done =
        new Retries(new Patience(ATTEMPT, Duration.ofMinutes(1), 7), time)
            .run(timeout -> failing(timeout, passing(Duration.ZERO)));

    assertThat(done.failed()).isTrue();
    assertThat(time.pauses)
        .extracting(Duration::toMillis)
        .containsExactly(200L, 400L, 800L, 1_600L, 3_000L, 3_000L, 3_000L);
  }

  @Test
  void pausesForARandomPart() {
    FakeTime quarter = new FakeTime(0.25);

    Future<String> done =
        new Retries(new Patience(ATTEMPT, DEADLINE, 2), quarter)
            .run(timeout -> failing(timeout, passing(Duration.ZERO)));

    assertThat(done.failed()).isTrue();
    assertThat(quarter.pauses).extracting(Duration::toMillis).containsExactly(50L, 100L);
  }

  @Test
  void comesBackNoSoonerThanItIsAskedTo() {
    Future<String> done = retries(1).run(timeout -> failing(timeout, passing(seconds(4))));

    assertThat(done.failed()).isTrue();
    assertThat(time.pauses).containsExactly(Duration.ofMillis(4_200));
  }

  @Test
  void givesUpAtOnceWhenItWouldComeBackTooLate() {
    TwilioUnavailableException late = passing(seconds(10));

    Future<String> done = retries(5).run(timeout -> failing(timeout, late));

    assertThat(done.cause()).isSameAs(late);
    assertThat(attempts).hasSize(1);
    assertThat(time.pauses).isEmpty();
  }

  @Test
  void leavesTheLastAttemptWhatIsLeft() {
    Patience patience = new Patience(ATTEMPT, Duration.ofSeconds(8), 5);

    Future<String> done =
        new Retries(patience, time)
            .run(
                timeout -> {
                  time.pass(timeout);
                  return failing(timeout, passing(Duration.ZERO));
                });

    assertThat(done.failed()).isTrue();
    assertThat(attempts)
        .extracting(Duration::toMillis)
        .containsExactly(3_000L, 3_000L, 8_000L - 3_000 - 200 - 3_000 - 400);
  }

  private Retries retries(int count) {
    return new Retries(new Patience(ATTEMPT, DEADLINE, count), time);
  }

  private Future<String> success(Duration timeout) {
    attempts.add(timeout);
    return Future.succeededFuture("done");
  }

  private Future<String> failing(Duration timeout, Throwable cause) {
    attempts.add(timeout);
    return Future.failedFuture(cause);
  }

  private static TwilioUnavailableException passing(Duration notBefore) {
    return new TwilioUnavailableException(new Problem(503, "later"), notBefore);
  }

  private static Duration seconds(int seconds) {
    return Duration.ofSeconds(seconds);
  }
}
