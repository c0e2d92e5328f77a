package io.callmesh.handoff.live;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.TranscriptLine;
import io.callmesh.contracts.session.SessionNews;
import io.callmesh.handoff.live.LiveMetrics.End;
import io.callmesh.handoff.store.Answer;
import io.callmesh.handoff.store.HandoffRequest;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One stream: shows its reader a call, and from then on what changes. For the connection's event
 * loop.
 */
final class Viewer implements SessionFeed.Listener {
  /** Heartbeats without anything to show after a session, before the call counts as over. */
  private static final int PATIENCE = 2;

  private final Handoffs handoffs;
  private final Views views;
  private final HandoffRequest request;
  private final EventStream out;
  private final Promise<End> ended = Promise.promise();
  private SessionFeed.@Nullable Following following;
  private Runnable unwatch = () -> {};
  private @Nullable View shown;
  private int absences;
  private boolean looking;
  private boolean closed;

  /** Nothing is shown before {@link #start}. */
  Viewer(Handoffs handoffs, HandoffRequest request, EventStream out) {
    this.handoffs = handoffs;
    this.views = new Views(handoffs);
    this.request = request;
    this.out = out;
  }

  /** Succeeds when the stream has ended, with why. */
  Future<End> ended() {
    return ended.future();
  }

  /**
   * Begins to show a call.
   *
   * @param known its session, when it has one
   * @param watched ends the watch that told {@link #changed}
   */
  void start(SessionFeed feed, String callSid, @Nullable SessionNews known, Runnable watched) {
    unwatch = watched;
    following = feed.follow(callSid, known, this);
    out.open();
    refresh();
  }

  @Override
  public void said(SessionNews session, TranscriptLine line) {
    if (!closed && isShown(session)) {
      send("transcript", line.toJson().encode());
    }
  }

  /** What is shown may be older: a session of somebody else's changes nothing for this reader. */
  private boolean isShown(SessionNews session) {
    return shown != null && shown.isOf(session) && handoffs.opens(request.reader(), session);
  }

  @Override
  public void changed() {
    refresh();
  }

  /** Shows what has changed, if anything has. */
  private void refresh() {
    if (closed) {
      return;
    }
    Optional<View> now = now();
    if (now.isPresent()) {
      absences = 0;
      show(shown, now.get());
    } else if (shown != null && !shown.isWithAgent()) {
      explain();
    }
  }

  private Optional<View> now() {
    Optional<SessionNews> session = following == null ? Optional.empty() : following.session();
    return views.of(request.reader(), handoffs.current(request.name(), request.reader()), session);
  }

  private void show(@Nullable View before, View now) {
    shown = now;
    if (before == null) {
      send("snapshot", now.snapshotText());
    } else if (before.isOfSame(now) || (before.isWithAgent() && !now.isWithAgent())) {
      showChanges(before, now);
    } else {
      send("status", now.statusJson().encode());
      send("snapshot", now.snapshotText());
    }
    Outcome handoff = now.handoff();
    if (handoff != null && (before == null || !before.isOfSame(now))) {
      handoffs.read(handoff, request.reader());
    }
  }

  private void showChanges(View before, View now) {
    if (!now.data().equals(before.data())) {
      send("state", now.stateText());
    }
    if (!now.hasStatusOf(before)) {
      send("status", now.statusJson().encode());
    }
    now.receiptsBeyond(before).forEach(step -> send("receipt", step.toJson().encode()));
  }

  /** Shows that the stream is alive, and notices what nobody tells of: that a time is over. */
  void heartbeat() {
    if (isTaken()) {
      out.heartbeat();
      refresh();
    }
    if (!closed && now().isEmpty() && ++absences >= PATIENCE) {
      explain();
    }
  }

  /** There is nothing to show any more: asks why, tells it and ends. */
  private void explain() {
    if (looking || closed) {
      return;
    }
    looking = true;
    handoffs
        .look(request.name(), request.reader())
        .onComplete(looked -> looking = false)
        // When nobody can say, the next heartbeat asks again.
        .onSuccess(this::explain);
  }

  private void explain(Answer answer) {
    if (answer instanceof Answer.Found) {
      refresh();
    } else if (answer instanceof Answer.Gone gone) {
      over(new JsonObject().put("reason", gone.why().text()).put("at", gone.when().toString()));
    } else if (answer instanceof Answer.Absent) {
      over(new JsonObject().put("reason", "ended"));
    } // else it is with an agent, and the feed comes to it
  }

  private void over(JsonObject why) {
    send("gone", why.encode());
    close(End.GONE);
  }

  private void send(String event, String json) {
    if (isTaken()) {
      out.event(event, json);
    }
  }

  private boolean isTaken() {
    if (!closed && !out.isTaken()) {
      close(End.SLOW);
    }
    return !closed;
  }

  /**
   * Ends the stream; the second call does nothing. Succeeds when the client has been sent what it
   * was to be sent.
   */
  @CanIgnoreReturnValue
  Future<Void> close(End why) {
    if (closed) {
      return Future.succeededFuture();
    }
    closed = true;
    unwatch.run();
    if (following != null) {
      following.close();
    }
    ended.complete(why);
    if (why == End.SLOW) {
      out.drop();
      return Future.succeededFuture();
    }
    return out.end();
  }
}
