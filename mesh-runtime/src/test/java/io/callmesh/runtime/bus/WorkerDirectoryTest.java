package io.callmesh.runtime.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.session.WorkerPresence;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WorkerDirectoryTest {

  private long nanos = Long.MAX_VALUE - 1_000; // wraps around during every test
  private final WorkerDirectory workers =
      new WorkerDirectory("own", () -> nanos, new Random(20_261_123));

  @Test
  void choosesNoneWhenThereIsNone() {
    assertThat(workers.choose(Set.of())).isEmpty();
    assertThat(workers.knows("a")).isFalse();
  }

  @Test
  void choosesTheLessLoadedOfTwo() {
    hear("a", "p", 50, 100);
    hear("b", "p", 20, 100);

    assertAlwaysChosen("b");
  }

  @Test
  void prefersItsOwnProcessWhenThatIsAsGood() {
    hear("far", "p", 20, 100);
    hear("near", "own", 24, 100);

    assertAlwaysChosen("near");
  }

  @Test
  void goesElsewhereWhenItsOwnProcessIsClearlyWorse() {
    hear("far", "p", 20, 100);
    hear("near", "own", 30, 100);

    assertAlwaysChosen("far");
  }

  @Test
  void neverChoosesOneThatDrainsOrIsFull() {
    workers.heard(new WorkerPresence("draining", "own", 0, 100, true));
    hear("full", "own", 100, 100);
    hear("none", "own", 0, 0);
    assertThat(workers.choose(Set.of())).isEmpty();

    hear("open", "p", 99, 100);
    assertAlwaysChosen("open");
  }

  @Test
  void passesOverThoseThatWereTried() {
    hear("a", "own", 0, 100);
    hear("b", "p", 90, 100);

    assertThat(workers.choose(Set.of("a"))).map(WorkerPresence::instance).contains("b");
    assertThat(workers.choose(Set.of("a", "b"))).isEmpty();
  }

  @Test
  void takesTheLatestNewsOfAWorker() {
    hear("a", "p", 0, 100);
    hear("a", "p", 100, 100);

    assertThat(workers.choose(Set.of())).isEmpty();
  }

  @Test
  void doesNotChooseOneThatWentSilent() {
    hear("a", "p", 0, 100);
    pass(WorkerPresence.SILENT_AFTER.toMillis());
    assertThat(workers.choose(Set.of())).isPresent();

    pass(1);
    assertThat(workers.choose(Set.of())).isEmpty();
  }

  @Test
  void forgetsTheSilentAndOnlyThem() {
    hear("silent", "p", 0, 100);
    pass(3_000);
    hear("speaking", "p", 0, 100);
    pass(1_000);

    assertThat(workers.forgetSilent()).containsExactly("silent");
    assertThat(workers.forgetSilent()).isEmpty();
    assertThat(workers.knows("silent")).isFalse();
    assertThat(workers.knows("speaking")).isTrue();
    assertAlwaysChosen("speaking");
  }

  @Test
  void spreadsStreamsOverWorkersThatAreAsGood() {
    for (int i = 0; i < 10; i++) {
      hear("w" + i, "p", i % 3, 100);
    }

    Set<String> chosen = new HashSet<>();
    for (int i = 0; i < 500; i++) {
      chosen.add(workers.choose(Set.of()).orElseThrow().instance());
    }
    assertThat(chosen).hasSize(10);
  }

  @Test
  void seldomTakesTheWorstOfMany() {
    for (int i = 0; i < 10; i++) {
      hear("w" + i, "p", i * 10, 100);
    }

    for (int i = 0; i < 500; i++) {
      // The best of four out of ten is never among the three worst.
      assertThat(workers.choose(Set.of()).orElseThrow().sessions()).isLessThan(70);
    }
  }

  @Test
  void keepsABoundedNumberOfWorkersButHearsThoseItKnows() {
    for (int i = 0; i < 4_096; i++) {
      hear("w" + i, "p", 100, 100);
    }
    hear("oneTooMany", "p", 0, 100);
    assertThat(workers.choose(Set.of())).isEmpty();

    hear("w7", "p", 0, 100);
    assertAlwaysChosen("w7");
  }

  private void assertAlwaysChosen(String instance) {
    for (int i = 0; i < 50; i++) {
      assertThat(workers.choose(Set.of()).orElseThrow().instance()).isEqualTo(instance);
    }
  }

  private void hear(String instance, String process, int sessions, int capacity) {
    workers.heard(new WorkerPresence(instance, process, sessions, capacity, false));
  }

  private void pass(long ms) {
    nanos += TimeUnit.MILLISECONDS.toNanos(ms);
  }
}
