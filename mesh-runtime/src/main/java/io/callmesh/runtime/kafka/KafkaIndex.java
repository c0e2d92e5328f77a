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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A second way into a {@link KafkaTable}: by something that its values carry. Several keys may
 * share it; the most recently written one is found, and when that is removed or changes, the one
 * before. Safe on any thread; the follower alone changes it.
 */
public final class KafkaIndex<V> {
  private final KafkaTable<V> table;
  private final Function<V, @Nullable String> by;
  private final Map<String, Sharing<V>> entries = new ConcurrentHashMap<>();

  KafkaIndex(KafkaTable<V> table, Function<V, @Nullable String> by) {
    this.table = table;
    this.by = by;
  }

  /** The entries that share a secondary key. */
  private sealed interface Sharing<V> {
    /** From the oldest to the most recently written. */
    Stream<Entry<V>> ascending();

    /** The other way round. */
    Stream<Entry<V>> descending();
  }

  /** Most secondary keys are one entry's alone, and a set for it would take more than it does. */
  private record One<V>(Entry<V> entry) implements Sharing<V> {
    @Override
    public Stream<Entry<V>> ascending() {
      return Stream.of(entry);
    }

    @Override
    public Stream<Entry<V>> descending() {
      return Stream.of(entry);
    }
  }

  private record Several<V>(NavigableSet<Entry<V>> sorted) implements Sharing<V> {
    @Override
    public Stream<Entry<V>> ascending() {
      return sorted.stream();
    }

    @Override
    public Stream<Entry<V>> descending() {
      return sorted.descendingSet().stream();
    }
  }

  private Optional<Sharing<V>> sharing(String value) {
    return Optional.ofNullable(entries.get(value));
  }

  private boolean isLive(Entry<V> entry) {
    return !table.isExpired(entry.timestampMs());
  }

  /** What memory has now; no waiting. */
  public @Nullable V get(String value) {
    return sharing(value).stream()
        .flatMap(Sharing::descending)
        .filter(this::isLive)
        .findFirst()
        .map(Entry::value)
        .orElse(null);
  }

  private Stream<V> live(String value) {
    return sharing(value).stream()
        .flatMap(Sharing::ascending)
        .filter(this::isLive)
        .map(Entry::value);
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
    return live(value).filter(wanted).max(order).orElse(null);
  }

  /**
   * Every value with this secondary key that memory has now, the most recently written last; a
   * copy.
   */
  public List<V> all(String value) {
    return live(value).toList();
  }

  /**
   * The values with this secondary key that memory has now, the most recently written first; at
   * most so many. Those beyond cost nothing.
   */
  public List<V> latest(String value, int atMost) {
    return sharing(value).stream()
        .flatMap(Sharing::descending)
        .filter(this::isLive)
        .limit(atMost)
        .map(Entry::value)
        .toList();
  }

  void add(Entry<V> entry) {
    String secondary = by.apply(entry.value());
    if (secondary != null) {
      entries.merge(secondary, new One<>(entry), (sharing, added) -> plus(sharing, entry));
    }
  }

  private static <V> Sharing<V> plus(Sharing<V> sharing, Entry<V> entry) {
    if (sharing instanceof One<V> one && one.entry().key().equals(entry.key())) {
      return new One<>(entry); // whose earlier value is about to be removed
    }
    Several<V> several = several(sharing);
    boolean isNew = several.sorted().add(entry);
    assert isNew;
    return several;
  }

  private static <V> Several<V> several(Sharing<V> sharing) {
    if (sharing instanceof Several<V> several) {
      return several;
    }
    NavigableSet<Entry<V>> sorted = new ConcurrentSkipListSet<>(Entry.byRecency());
    sharing.ascending().forEach(sorted::add);
    return new Several<>(sorted);
  }

  void remove(Entry<V> entry) {
    String secondary = by.apply(entry.value());
    if (secondary != null) {
      entries.computeIfPresent(secondary, (key, sharing) -> minus(sharing, entry));
    }
  }

  private static <V> @Nullable Sharing<V> minus(Sharing<V> sharing, Entry<V> entry) {
    if (sharing instanceof Several<V> several) {
      boolean more = !several.sorted().remove(entry) || several.sorted().size() > 1;
      return more ? sharing : new One<>(several.sorted().first());
    }
    return sharing instanceof One<V> one && one.entry().arrival() == entry.arrival()
        ? null
        : sharing;
  }
}
