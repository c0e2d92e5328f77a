package io.callmesh.runtime.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** What the follower has yet to read before its tables are whole for the first time. */
final class CatchUp {
  private final Map<TopicPartition, Long> targets;
  private final Map<TopicPartition, Long> positions = new HashMap<>();
  private final Duration patience;
  private long lastMove = System.nanoTime();

  CatchUp(Map<TopicPartition, Long> targets, Duration patience) {
    this.targets = new HashMap<>(targets);
    this.patience = patience;
  }

  void at(String topic, int partition, long offset) {
    TopicPartition key = new TopicPartition(topic, partition);
    Long target = targets.get(key);
    if (target != null && offset >= target) {
      targets.remove(key);
      lastMove = System.nanoTime();
    } else if (target != null && !Long.valueOf(offset).equals(positions.put(key, offset))) {
      lastMove = System.nanoTime();
    }
  }

  boolean isDone() {
    return targets.isEmpty();
  }

  boolean standsStill() {
    return System.nanoTime() - lastMove > patience.toNanos();
  }

  @Override
  public String toString() {
    return "at " + positions + ", to come to " + targets;
  }
}
