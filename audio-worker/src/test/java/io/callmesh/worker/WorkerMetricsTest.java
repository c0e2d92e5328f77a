package io.callmesh.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.worker.WorkerMetrics.Dropped;
import io.callmesh.worker.WorkerMetrics.Ended;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

class WorkerMetricsTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final WorkerMetrics metrics = new WorkerMetrics(registry);

  @Test
  void countsSessionsThatAreOpen() {
    metrics.sessionOpened();
    metrics.sessionOpened();
    metrics.sessionEnded(Ended.RESCUED);

    assertThat(registry.get("callmesh.worker.sessions").gauge().value()).isEqualTo(1);
    assertThat(registry.counter("callmesh.worker.sessions.ended", "reason", "rescued").count())
        .isEqualTo(1);
  }

  @Test
  void countsDroppedAudioInMilliseconds() {
    metrics.audioDropped(Dropped.NO_AGENT, 160);

    assertThat(registry.counter("callmesh.worker.audio.dropped.ms", "where", "no_agent").count())
        .isEqualTo(20);
  }
}
