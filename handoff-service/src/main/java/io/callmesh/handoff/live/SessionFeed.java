package io.callmesh.handoff.live;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.callmesh.contracts.Ids;
import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.handoff.Transcript;
import io.callmesh.contracts.handoff.TranscriptLine;
import io.callmesh.contracts.session.SessionNews;
import io.callmesh.contracts.session.SessionNews.Kind;
import io.callmesh.contracts.session.WatchSession;
import io.callmesh.contracts.session.WorkerPresence;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * News of the sessions of calls, however many look on at each: one lease for a call. The bus may
 * lose a message, and a worker may die without a word, so a snapshot is asked for from time to
 * time: it brings what was missed, and its absence tells that the session is gone. For one event
 * loop.
 */
final class SessionFeed {
  /** Every so many renewals one asks for a snapshot. */
  private static final int SNAPSHOT_EVERY = 3;

  /** Questions for one snapshot under way. */
  private static final int MAX_QUESTIONS = 1_000;

  private final Map<String, Followed> followed = new HashMap<>();
  private final Map<String, Promise<Optional<SessionNews>>> questions = new HashMap<>();
  private final String address = Addresses.handoffNews(Ids.instance());
  private final Vertx vertx;
  private final LiveTimes times;
  private @Nullable Long workersHeardAt;

  SessionFeed(Vertx vertx, LiveTimes times) {
    this.vertx = vertx;
    this.times = times;
  }

  /** Hears of a call's session. */
  interface Listener {
    /**
     * Something was said in the session that is known, which may be one that the listener must not
     * know of: calls have sessions of whatever connector.
     */
    void said(SessionNews session, TranscriptLine line);

    /** There is another session, or none any more, or its state has changed. */
    void changed();
  }

  /** A call whose sessions are followed. */
  private static final class Followed {
    final Set<Listener> listeners = new LinkedHashSet<>();
    final String callSid;
    @Nullable SessionNews session;
    boolean snapshotAwaited = true;
    int renewals;

    Followed(String callSid, @Nullable SessionNews session) {
      this.callSid = callSid;
      this.session = session;
    }

    void changed() {
      List.copyOf(listeners).forEach(Listener::changed);
    }
  }

  /** One who follows a call. */
  final class Following {
    private final Followed call;
    private final Listener listener;

    private Following(Followed call, Listener listener) {
      this.call = call;
      this.listener = listener;
    }

    /** The session that the call has, with all that was said in it; empty when none is known. */
    Optional<SessionNews> session() {
      return Optional.ofNullable(call.session);
    }

    /** Ends it; with the last one the lease is not renewed any more. */
    void close() {
      call.listeners.remove(listener);
      if (call.listeners.isEmpty()) {
        followed.remove(call.callSid, call);
      }
    }
  }

  /** Registers where workers tell their news, on the calling context; succeeds when they can. */
  Future<Void> start() {
    vertx.setPeriodic(
        times.renewMs(), timer -> List.copyOf(followed.values()).forEach(this::renew));
    MessageConsumer<SessionNews> news =
        vertx.eventBus().consumer(address, message -> heard(message.body()));
    MessageConsumer<WorkerPresence> presence =
        vertx
            .eventBus()
            .consumer(Addresses.WORKER_PRESENCE, message -> workersHeardAt = System.nanoTime());
    return Future.all(news.completion(), presence.completion()).mapEmpty();
  }

  private boolean hasWorkers() {
    return workersHeardAt != null
        && System.nanoTime() - workersHeardAt < MILLISECONDS.toNanos(times.silentMs());
  }

  /**
   * Follows a call.
   *
   * @param known a snapshot of its session that somebody has just had
   */
  Following follow(String callSid, @Nullable SessionNews known, Listener listener) {
    Followed call = followed.get(callSid);
    if (call == null) {
      call = new Followed(callSid, known);
      followed.put(callSid, call);
      ask(call, false);
    } else if (call.session == null && known != null) {
      call.session = known;
      call.changed();
    }
    call.listeners.add(listener);
    return new Following(call, listener);
  }

  /**
   * The session that a call has now; empty when no worker says in time that it has one. Workers
   * answer at once or not at all; where there are none, nobody is waited for.
   */
  Future<Optional<SessionNews>> now(String callSid) {
    Followed call = followed.get(callSid);
    if (call != null && call.session != null) {
      return Future.succeededFuture(Optional.of(call.session));
    }
    Promise<Optional<SessionNews>> asked = questions.get(callSid);
    if (asked != null) {
      return asked.future();
    }
    if (questions.size() == MAX_QUESTIONS || !hasWorkers()) {
      return Future.succeededFuture(Optional.empty());
    }
    Promise<Optional<SessionNews>> question = Promise.promise();
    questions.put(callSid, question);
    vertx.setTimer(times.answerMs(), timer -> answer(callSid, question, Optional.empty()));
    vertx.eventBus().publish(Addresses.WORKER_WATCH, new WatchSession(callSid, address, false, 0));
    return question.future();
  }

  private void answer(
      String callSid, Promise<Optional<SessionNews>> question, Optional<SessionNews> answer) {
    questions.remove(callSid, question);
    question.tryComplete(answer);
  }

  private void ask(Followed call, boolean known) {
    call.snapshotAwaited = !known;
    vertx
        .eventBus()
        .publish(
            Addresses.WORKER_WATCH,
            new WatchSession(call.callSid, address, known, times.leaseMs()));
  }

  private void renew(Followed call) {
    if (call.snapshotAwaited && call.session != null) {
      call.session = null; // nobody has had it since the last renewal
      call.changed();
    }
    call.renewals++;
    ask(call, call.session != null && call.renewals % SNAPSHOT_EVERY != 0);
  }

  private void heard(SessionNews news) {
    if (news.kind() == Kind.SNAPSHOT) {
      Promise<Optional<SessionNews>> question = questions.get(news.callSid());
      if (question != null) {
        answer(news.callSid(), question, Optional.of(news));
      }
    }
    Followed call = followed.get(news.callSid());
    if (call != null) {
      heard(call, news);
    }
  }

  private void heard(Followed call, SessionNews news) {
    SessionNews session = call.session;
    boolean same = session != null && isSame(session, news);
    switch (news.kind()) {
      case SNAPSHOT -> snapshot(call, same ? session : null, news);
      case ENDED -> {
        if (same) {
          call.session = null;
          call.changed();
        }
      }
      case TRANSCRIPT, STATE -> {
        if (session != null && same) {
          more(call, session, news);
        } else if (!call.snapshotAwaited) {
          ask(call, false); // a session that has begun since
        }
      }
    }
  }

  private static boolean isSame(SessionNews one, SessionNews other) {
    return one.conversationId().equals(other.conversationId())
        && one.openedAt().equals(other.openedAt());
  }

  private static void snapshot(Followed call, @Nullable SessionNews before, SessionNews snapshot) {
    call.snapshotAwaited = false;
    call.session = snapshot;
    if (before == null) {
      call.changed();
      return;
    }
    missed(before, snapshot).forEach(line -> tell(call, snapshot, line));
    if (!before.state().equals(snapshot.state())) {
      call.changed();
    }
  }

  /** What was said since, and was lost on the way here. */
  private static List<TranscriptLine> missed(SessionNews before, SessionNews snapshot) {
    Instant last =
        before.transcript().isEmpty()
            ? Instant.MIN
            : before.transcript().get(before.transcript().size() - 1).at();
    return snapshot.transcript().stream().filter(line -> line.at().isAfter(last)).toList();
  }

  private static void more(Followed call, SessionNews session, SessionNews news) {
    if (news.kind() == Kind.STATE) {
      call.session = with(session, session.transcript(), news);
      call.changed();
    } else {
      SessionNews now = with(session, plus(session.transcript(), news.transcript()), session);
      call.session = now;
      news.transcript().forEach(line -> tell(call, now, line));
    }
  }

  private static void tell(Followed call, SessionNews session, TranscriptLine line) {
    List.copyOf(call.listeners).forEach(listener -> listener.said(session, line));
  }

  private static SessionNews with(
      SessionNews session, List<TranscriptLine> transcript, SessionNews stateOf) {
    return new SessionNews(
        Kind.SNAPSHOT,
        session.callSid(),
        session.conversationId(),
        session.connectorId(),
        session.accountSid(),
        session.sharedId(),
        session.openedAt(),
        transcript,
        stateOf.state());
  }

  /** The lines with more of them, within a transcript's bounds. */
  private static List<TranscriptLine> plus(List<TranscriptLine> lines, List<TranscriptLine> more) {
    List<TranscriptLine> all = new ArrayList<>(lines);
    more.forEach(line -> add(all, line));
    return Transcript.of(all).lines();
  }

  /** A line that may still change is replaced by the next of the same role. */
  private static void add(List<TranscriptLine> lines, TranscriptLine line) {
    for (int i = lines.size() - 1; i >= 0; i--) {
      if (lines.get(i).role() == line.role()) {
        if (!lines.get(i).last()) {
          lines.remove(i);
        }
        break;
      }
    }
    lines.add(line);
  }
}
