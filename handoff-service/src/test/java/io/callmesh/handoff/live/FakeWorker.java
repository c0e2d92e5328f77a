package io.callmesh.handoff.live;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.contracts.handoff.TranscriptLine;
import io.callmesh.contracts.session.SessionNews;
import io.callmesh.contracts.session.SessionNews.Kind;
import io.callmesh.contracts.session.WatchSession;
import io.callmesh.contracts.session.WorkerPresence;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** A worker's side of {@code worker.watch}, with one session at most. */
final class FakeWorker {
  final BlockingQueue<WatchSession> watches = new LinkedBlockingQueue<>();
  private final Vertx vertx;
  private volatile @Nullable SessionNews session;
  private volatile String replyTo = "";

  FakeWorker(Vertx vertx) throws Exception {
    this.vertx = vertx;
    MessageConsumer<WatchSession> consumer =
        vertx.eventBus().consumer(Addresses.WORKER_WATCH, message -> watched(message.body()));
    consumer.completion().await(10, SECONDS);
  }

  private void watched(WatchSession watch) {
    SessionNews now = session;
    boolean isMine = now != null && watch.id().equals(now.callSid());
    if (isMine && watch.leaseMs() > 0) {
      replyTo = watch.replyTo();
    }
    watches.add(watch); // before the answer: who has that may look here
    if (isMine && !watch.known()) {
      vertx.eventBus().send(watch.replyTo(), now);
    }
  }

  /** A session as it is when it has just been opened. */
  static SessionNews session(String callSid, String connectorId, Instant openedAt) {
    return new SessionNews(
        Kind.SNAPSHOT,
        callSid,
        "conv-" + openedAt.toEpochMilli(),
        connectorId,
        "AC1",
        "",
        openedAt,
        List.of(),
        HandoffData.EMPTY);
  }

  static SessionNews news(
      SessionNews of, Kind kind, List<TranscriptLine> lines, HandoffData state) {
    return new SessionNews(
        kind,
        of.callSid(),
        of.conversationId(),
        of.connectorId(),
        of.accountSid(),
        of.sharedId(),
        of.openedAt(),
        lines,
        state);
  }

  /** Tells that it is there, as workers do each second. */
  void tellsOfItself() {
    vertx.eventBus().publish(Addresses.WORKER_PRESENCE, new WorkerPresence("w", "p", 1, 10, false));
  }

  /** Has this session now. */
  void has(SessionNews now) {
    session = now;
  }

  private SessionNews now() {
    SessionNews now = session;
    if (now == null) {
      throw new IllegalStateException("no session");
    }
    return now;
  }

  /** Something is said, and those who watch are told. */
  void says(TranscriptLine line) {
    hears(line);
    tell(news(now(), Kind.TRANSCRIPT, List.of(line), HandoffData.EMPTY));
  }

  /** Something is said, and the message about it is lost. */
  void hears(TranscriptLine line) {
    List<TranscriptLine> lines = new ArrayList<>(now().transcript());
    lines.add(line);
    session = news(now(), Kind.SNAPSHOT, lines, now().state());
  }

  /** Tells those who watch of the whole session. */
  void tellsAll() {
    tell(now());
  }

  /** The agent reports its state. */
  void reports(HandoffData state) {
    session = news(now(), Kind.SNAPSHOT, now().transcript(), state);
    tell(news(now(), Kind.STATE, List.of(), state));
  }

  /** The session is over. */
  void ends() {
    SessionNews last = now();
    session = null;
    tell(news(last, Kind.ENDED, List.of(), HandoffData.EMPTY));
  }

  /** The worker dies. */
  void dies() {
    session = null;
  }

  void tell(SessionNews news) {
    vertx.eventBus().send(replyTo, news);
  }
}
