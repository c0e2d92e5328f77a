package io.callmesh.runtime.bus;

import io.callmesh.contracts.session.WorkerPresence;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * The workers that were heard lately. Chooses as "the power of two choices" does: the better of a
 * few picked at random, so that ingresses which hear the same news do not all run to the same
 * worker.
 */
public final class WorkerDirectory {
  private static final int CANDIDATES = 4;

  /** Loads this close count as equal: the news is up to a second old. */
  private static final double AS_GOOD = 0.05;

  /** More instances than this are not kept: a bound against nonsense on the bus. */
  private static final int MAX_WORKERS = 4_096;

  private final String ownProcess;
  private final LongSupplier nanoTime;
  private final Random random;
  private final Map<String, Heard> workers = new HashMap<>();

  private record Heard(WorkerPresence presence, long atNanos) {}

  /**
   * @param ownProcess the id of this process, whose workers are preferred when they are as good
   * @param nanoTime a monotonic clock in ns
   * @param random picks candidates
   */
  public WorkerDirectory(String ownProcess, LongSupplier nanoTime, Random random) {
    this.ownProcess = ownProcess;
    this.nanoTime = nanoTime;
    this.random = random;
  }

  /** Takes note of a worker's presence. */
  public void heard(WorkerPresence presence) {
    if (workers.size() < MAX_WORKERS || workers.containsKey(presence.instance())) {
      workers.put(presence.instance(), new Heard(presence, nanoTime.getAsLong()));
    }
  }

  /**
   * A worker for a new session; empty when none has room. Those in {@code tried} are passed over.
   */
  public Optional<WorkerPresence> choose(Set<String> tried) {
    List<WorkerPresence> open = new ArrayList<>();
    for (Heard heard : workers.values()) {
      WorkerPresence presence = heard.presence();
      if (presence.hasRoom() && !silent(heard) && !tried.contains(presence.instance())) {
        open.add(presence);
      }
    }
    Collections.shuffle(open, random);
    return open.stream().limit(CANDIDATES).min(this::better);
  }

  private int better(WorkerPresence one, WorkerPresence other) {
    if (Math.abs(one.load() - other.load()) > AS_GOOD) {
      return Double.compare(one.load(), other.load());
    }
    return Comparator.comparing(this::elsewhere).compare(one, other);
  }

  private boolean elsewhere(WorkerPresence presence) {
    return !presence.processId().equals(ownProcess);
  }

  /** Forgets the workers that went silent and returns their names. */
  public List<String> forgetSilent() {
    List<String> gone = new ArrayList<>();
    for (Iterator<Map.Entry<String, Heard>> all = workers.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<String, Heard> entry = all.next();
      if (silent(entry.getValue())) {
        gone.add(entry.getKey());
        all.remove();
      }
    }
    return gone;
  }

  /** Whether this worker was heard, and not forgotten since. */
  public boolean knows(String instance) {
    return workers.containsKey(instance);
  }

  private boolean silent(Heard heard) {
    Duration silence = Duration.ofNanos(nanoTime.getAsLong() - heard.atNanos());
    return silence.compareTo(WorkerPresence.SILENT_AFTER) > 0;
  }
}
