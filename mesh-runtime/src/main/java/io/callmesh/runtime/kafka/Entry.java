package io.callmesh.runtime.kafka;

import java.util.Comparator;

/**
 * A record as the table keeps it.
 *
 * @param timestampMs the record's timestamp, ms since 1970
 * @param arrival a number that grows with every record the table reads
 */
record Entry<V>(String key, V value, long timestampMs, long arrival) {

  /**
   * From the oldest to the most recently written. By time first: partitions arrive in any order
   * after a restart.
   */
  static <V> Comparator<Entry<V>> byRecency() {
    return Comparator.<Entry<V>>comparingLong(Entry::timestampMs).thenComparingLong(Entry::arrival);
  }
}
