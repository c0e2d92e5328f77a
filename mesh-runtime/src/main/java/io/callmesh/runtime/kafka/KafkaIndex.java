package io.callmesh.runtime.kafka;

import io.vertx.core.Future;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A second way into a {@link KafkaTable}: by something that its values carry. Several keys may
 * share it; the most recently written one is found, and when that is removed or changes, the one
 * before. Safe on any thread; the follower alone changes it.
 */
public final class KafkaIndex<V> {
  private final KafkaTable<V> table;
  private final Function<V, @Nullable String> by;
  private final Map<String, NavigableSet<Entry<V>>> entries = new ConcurrentHashMap<>();

  KafkaIndex(KafkaTable<V> table, Function<V, @Nullable String> by) {
    this.table = table;
    this.by = by;
  }

  /** What memory has now; no waiting. */
  public @Nullable V get(String value) {
    NavigableSet<Entry<V>> sharing = entries.get(value);
    return sharing == null ? null : newest(sharing);
  }

  private @Nullable V newest(NavigableSet<Entry<V>> sharing) {
    for (Entry<V> entry : sharing.descendingSet()) {
      if (!table.isExpired(entry.timestampMs())) {
        return entry.value();
      }
    }
    return null;
  }

  /**
   * The value most recently written with this secondary key. A miss first catches up as {@link
   * KafkaTable#find} does, and fails as that does.
   */
  public Future<Optional<V>> find(String value) {
    return table.findBy(() -> get(value));
  }

  /**
   * Of the values with this secondary key the best that is wanted: by an order of the caller's own,
   * since writing a value again makes it the most recent. A miss catches up as {@link #find} does.
   */
  public Future<Optional<V>> find(String value, Predicate<V> wanted, Comparator<V> order) {
    return table.findBy(() -> best(value, wanted, order));
  }

  private @Nullable V best(String value, Predicate<V> wanted, Comparator<V> order) {
    NavigableSet<Entry<V>> sharing = entries.get(value);
    return sharing == null
        ? null
        : sharing.stream()
            .filter(entry -> !table.isExpired(entry.timestampMs()))
            .map(Entry::value)
            .filter(wanted)
            .max(order)
            .orElse(null);
  }

  /**
   * Every value with this secondary key that memory has now, the most recently written last; a
   * copy.
   */
  public List<V> all(String value) {
    NavigableSet<Entry<V>> sharing = entries.get(value);
    return sharing == null
        ? List.of()
        : sharing.stream()
            .filter(entry -> !table.isExpired(entry.timestampMs()))
            .map(Entry::value)
            .toList();
  }

  Optional<String> secondaryOf(V value) {
    return Optional.ofNullable(by.apply(value));
  }

  void add(String secondary, Entry<V> entry) {
    boolean added =
        entries
            .computeIfAbsent(secondary, any -> new ConcurrentSkipListSet<>(Entry.byRecency()))
            .add(entry);
    assert added;
  }

  void remove(String secondary, Entry<V> entry) {
    NavigableSet<Entry<V>> sharing = entries.get(secondary);
    if (sharing != null && sharing.remove(entry) && sharing.isEmpty()) {
      entries.remove(secondary, sharing);
    }
  }
}
