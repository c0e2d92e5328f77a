package io.callmesh.routing.calls;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A clock that only pauses move on, and that does not wait for them. */
final class FakeTime implements RetryTime {
  final List<Duration> pauses = new ArrayList<>();
  private final double random;
  private long nanos = 42;

  FakeTime(double random) {
    this.random = random;
  }

  void pass(Duration duration) {
    nanos += duration.toNanos();
  }

  @Override
  public long nanoTime() {
    return nanos;
  }

  @Override
  public Future<Void> pause(Duration duration) {
    pauses.add(duration);
    pass(duration);
    return Future.succeededFuture();
  }

  @Override
  public double random() {
    return random;
  }
}
