package io.callmesh.handoff.live;

import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.Receipt;
import io.callmesh.contracts.handoff.ReceiptChain;
import io.callmesh.contracts.security.ApiKey;
import io.callmesh.contracts.session.SessionNews;
import io.callmesh.handoff.access.Reader;
import io.callmesh.handoff.store.Answer;
import io.callmesh.handoff.store.HandoffName;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A store of one handoff, which a test changes; readers of connector {@code conn-1} alone see it.
 */
final class FakeHandoffs implements Handoffs {
  private record Watch(Context context, Runnable changed) {}

  final BlockingQueue<String> reads = new LinkedBlockingQueue<>();
  final List<HandoffName> asked = new CopyOnWriteArrayList<>();
  volatile Set<String> sensitive = Set.of();
  volatile boolean full;
  volatile @Nullable Throwable away;
  volatile Answer otherwise = new Answer.Absent();
  private final Map<Integer, Watch> watches = new ConcurrentHashMap<>();
  private final Vertx vertx;
  private volatile @Nullable Outcome outcome;
  private volatile @Nullable ReceiptChain chain;
  private int number;

  FakeHandoffs(Vertx vertx) {
    this.vertx = vertx;
  }

  /** A handoff is stored. */
  void store(Outcome now) {
    outcome = now;
    chain =
        ReceiptChain.of(
            now,
            List.of(
                Receipt.of(Receipt.Step.REQUESTED, now.decidedAt()),
                Receipt.of(Receipt.Step.STORED, now.decidedAt().plusMillis(3))));
    tell();
  }

  /** Something becomes of it. */
  void add(Receipt.Step step, Instant at, @Nullable String destination) {
    ReceiptChain before = chain;
    Outcome its = outcome;
    if (before != null && its != null) {
      chain = before.plus(ReceiptChain.of(its, new Receipt(step, at, null, destination, null)));
    }
    tell();
  }

  /** There is nothing any more. */
  void remove(Answer why) {
    outcome = null;
    otherwise = why;
    tell();
  }

  int watching() {
    return watches.size();
  }

  private void tell() {
    watches.values().forEach(each -> each.context.runOnContext(now -> each.changed.run()));
  }

  @Override
  public Future<Answer> look(HandoffName name, Reader reader) {
    asked.add(name);
    Throwable cause = away;
    if (cause != null) {
      return Future.failedFuture(cause);
    }
    return Future.succeededFuture(
        current(name, reader).<Answer>map(Answer.Found::new).orElse(otherwise));
  }

  @Override
  public Optional<Outcome> current(HandoffName name, Reader reader) {
    return Optional.ofNullable(outcome).filter(reader::opens);
  }

  @Override
  public Optional<ReceiptChain> chainOf(Outcome of) {
    return Optional.ofNullable(chain);
  }

  @Override
  public synchronized Optional<Runnable> watch(HandoffName name, Runnable changed) {
    if (full) {
      return Optional.empty();
    }
    int key = number++;
    watches.put(key, new Watch(vertx.getOrCreateContext(), changed));
    return Optional.of(() -> watches.remove(key));
  }

  @Override
  public boolean opens(Reader reader, SessionNews session) {
    return session.connectorId().equals("conn-1");
  }

  @Override
  public HandoffData shown(HandoffData state, String connectorId, Reader reader) {
    return reader.may(ApiKey.Right.HANDOFF_READ_SENSITIVE) ? state : state.masked(sensitive);
  }

  @Override
  public void read(Outcome read, Reader reader) {
    reads.add(reader.name() + " " + read.conversationId());
  }
}
