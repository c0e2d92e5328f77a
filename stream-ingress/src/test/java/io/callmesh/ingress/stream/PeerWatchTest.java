package io.callmesh.ingress.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.ingress.stream.PeerWatch.Finding;
import org.junit.jupiter.api.Test;

class PeerWatchTest {
  private final PeerWatch watch = new PeerWatch(5_000, 5_000, 3_000, 30_000);
  private long now;

  private Finding look() {
    now += StreamTable.SWEEP_MS;
    return watch.look(now);
  }

  /** Looks once a second until there is something to do. */
  private Finding next() {
    Finding finding = look();
    while (finding == Finding.FINE) {
      finding = look();
    }
    return finding;
  }

  @Test
  void pingsAtItsInterval() {
    for (int i = 1; i <= 3; i++) {
      assertThat(next()).isEqualTo(Finding.PING);
      assertThat(now).isEqualTo(5_000L * i);
      watch.heard();
    }
  }

  @Test
  void pingsFirstWhenItIsTold() {
    PeerWatch early = new PeerWatch(2_000, 5_000, 3_000, 30_000);

    assertThat(early.look(1_000)).isEqualTo(Finding.FINE);
    assertThat(early.look(2_000)).isEqualTo(Finding.PING);
    early.spoke();
    assertThat(early.look(3_000)).isEqualTo(Finding.FINE);
  }

  @Test
  void takesNoSignOfLifeForAHalfOpenConnection() {
    assertThat(next()).isEqualTo(Finding.PING);

    assertThat(next()).isEqualTo(Finding.DEAD);
    assertThat(now).isEqualTo(8_000);
  }

  @Test
  void takesAnythingForASignOfLife() {
    assertThat(next()).isEqualTo(Finding.PING);
    watch.spoke();
    assertThat(next()).isEqualTo(Finding.PING);
    watch.heard();
    assertThat(next()).isEqualTo(Finding.PING);
    assertThat(now).isEqualTo(15_000);
  }

  @Test
  void findsASilenceThoughPingsAreAnswered() {
    watch.spoke();
    Finding finding = look();
    while (finding == Finding.FINE || finding == Finding.PING) {
      watch.heard();
      finding = look();
    }
    assertThat(finding).isEqualTo(Finding.SILENT);
    assertThat(now).isEqualTo(31_000);
  }

  @Test
  void doesNotTakeItsOwnStandstillForThePeers() {
    assertThat(next()).isEqualTo(Finding.PING);
    now += 60_000;

    assertThat(look()).isEqualTo(Finding.PING);
    watch.heard();
    assertThat(look()).isEqualTo(Finding.FINE);
  }
}
