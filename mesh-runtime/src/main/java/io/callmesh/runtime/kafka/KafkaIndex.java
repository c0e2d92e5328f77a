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
  private sealed interface Sharing<V> {}

  /**
   * Most secondary keys are one entry's alone. It is named, so that nothing changes here when a new
   * value of it has the same secondary key: a write to a large old table costs the garbage
   * collector more than the one look-up more costs a reader.
   */
  private record One<V>(String key) implements Sharing<V> {}

  /** From the oldest to the most recently written. */
  private record Several<V>(NavigableSet<Entry<V>> sorted) implements Sharing<V> {}

  private Stream<Entry<V>> ascending(String value) {
    Sharing<V> sharing = entries.get(value);
    return sharing instanceof Several<V> several ? several.sorted().stream() : one(sharing, value);
  }

  private Stream<Entry<V>> descending(String value) {
    Sharing<V> sharing = entries.get(value);
    return sharing instanceof Several<V> several
        ? several.sorted().descendingSet().stream()
        : one(sharing, value);
  }

  /** The one that is named, unless the table has a value of it by now that is found elsewhere. */
  private Stream<Entry<V>> one(@Nullable Sharing<V> sharing, String value) {
    return sharing instanceof One<V> one
        ? Stream.ofNullable(table.entry(one.key())).filter(entry -> value.equals(secondary(entry)))
        : Stream.empty();
  }

  private boolean isLive(Entry<V> entry) {
    return !table.isExpired(entry.timestampMs());
  }

  /** What memory has now; no waiting. */
  public @Nullable V get(String value) {
    return descending(value).filter(this::isLive).findFirst().map(Entry::value).orElse(null);
  }

  private Stream<V> live(String value) {
    return ascending(value).filter(this::isLive).map(Entry::value);
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
    return descending(value).filter(this::isLive).limit(atMost).map(Entry::value).toList();
  }

  /**
   * After the table has another entry of a key.
   *
   * @param before null for none
   * @param after null for none
   */
  void change(@Nullable Entry<V> before, @Nullable Entry<V> after) {
    String was = secondary(before);
    String is = secondary(after);
    if (is != null && is.equals(was) && entries.get(is) instanceof One) {
      return;
    }
    if (is != null && after != null) {
      entries.merge(is, new One<>(after.key()), (sharing, one) -> plus(sharing, after));
    }
    if (was != null && before != null) {
      entries.computeIfPresent(was, (key, sharing) -> minus(sharing, before));
    }
  }

  private @Nullable String secondary(@Nullable Entry<V> entry) {
    return entry == null ? null : by.apply(entry.value());
  }

  private Several<V> plus(Sharing<V> sharing, Entry<V> entry) {
    Several<V> several = several(sharing);
    boolean isNew = several.sorted().add(entry);
    assert isNew;
    return several;
  }

  private Several<V> several(Sharing<V> sharing) {
    if (sharing instanceof Several<V> several) {
      return several;
    }
    NavigableSet<Entry<V>> sorted = new ConcurrentSkipListSet<>(Entry.byRecency());
    if (sharing instanceof One<V> one) {
      Stream.ofNullable(table.entry(one.key())).forEach(sorted::add);
    }
    return new Several<>(sorted);
  }

  private static <V> @Nullable Sharing<V> minus(Sharing<V> sharing, Entry<V> entry) {
    if (sharing instanceof Several<V> several) {
      boolean more = !several.sorted().remove(entry) || several.sorted().size() > 1;
      return more ? sharing : new One<>(several.sorted().first().key());
    }
    return sharing instanceof One<V> one && one.key().equals(entry.key()) ? null : sharing;
  }
}
