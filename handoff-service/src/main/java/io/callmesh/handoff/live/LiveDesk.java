package io.callmesh.handoff.live;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.session.SessionNews;
import io.callmesh.handoff.live.LiveMetrics.End;
import io.callmesh.handoff.store.Answer;
import io.callmesh.handoff.store.HandoffRequest;
import io.callmesh.runtime.web.Problem;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Answers {@code …/handoff_state/live} on one event loop. */
final class LiveDesk {
  /** Who does not read its stream's end in that time is not waited for, in ms. */
  private static final long LAST_WORD_MS = 2_000;

  private final Set<Viewer> viewers = new LinkedHashSet<>();
  private final Live live;
  private final Vertx vertx;
  private final Context context;
  private final Handoffs handoffs;
  private final SessionFeed feed;

  /** For the loop of the calling context. */
  LiveDesk(Live live, Vertx vertx, Handoffs handoffs) {
    this.live = live;
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.handoffs = handoffs;
    this.feed = new SessionFeed(vertx, live.times());
  }

  /** Registers where workers tell their news; succeeds when they can. */
  Future<?> start() {
    vertx.setPeriodic(
        live.times().heartbeatMs(), timer -> List.copyOf(viewers).forEach(Viewer::heartbeat));
    return feed.start();
  }

  /** Answers a request that was let pass. */
  void answer(RoutingContext context) {
    HandoffRequest request = HandoffRequest.of(context);
    String accept = context.request().getHeader(HttpHeaders.ACCEPT);
    if (accept != null && accept.toLowerCase(Locale.ROOT).contains("text/event-stream")) {
      live.take(request.reader());
      handoffs
          .look(request.name(), request.reader())
          .onSuccess(answer -> stream(context, request, answer))
          .onFailure(cause -> refuse(context, request, cause));
    } else {
      handoffs
          .look(request.name(), request.reader())
          .onSuccess(answer -> snapshot(context, request, answer))
          .onFailure(context::fail);
    }
  }

  private void snapshot(RoutingContext context, HandoffRequest request, Answer answer) {
    if (answer instanceof Answer.Found found) {
      Outcome outcome = found.outcome();
      feed.now(outcome.callSid())
          .onSuccess(session -> snapshot(context, request, Optional.of(outcome), session))
          .onFailure(context::fail);
    } else if (answer instanceof Answer.TooEarly early) {
      snapshot(context, request, Optional.empty(), Optional.of(early.session()));
    } else {
      context.fail(live.explain(answer));
    }
  }

  private void snapshot(
      RoutingContext context,
      HandoffRequest request,
      Optional<Outcome> outcome,
      Optional<SessionNews> session) {
    new Views(handoffs)
        .of(request.reader(), outcome, session)
        .ifPresentOrElse(
            view -> snapshot(context, request, view),
            () -> context.fail(live.explain(new Answer.Absent())));
  }

  private void snapshot(RoutingContext context, HandoffRequest request, View view) {
    context
        .response()
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
        .end(view.snapshotText())
        .onFailure(Problem::clientGone);
    Outcome handoff = view.handoff();
    if (handoff != null) {
      handoffs.read(handoff, request.reader());
    }
  }

  private void stream(RoutingContext context, HandoffRequest request, Answer answer) {
    if (context.response().closed() || live.isDraining()) {
      refuse(context, request, Live.draining());
    } else if (answer instanceof Answer.Found found) {
      stream(context, request, found.outcome().callSid(), null);
    } else if (answer instanceof Answer.TooEarly early) {
      stream(context, request, early.session().callSid(), early.session());
    } else {
      refuse(context, request, live.explain(answer));
    }
  }

  private void refuse(RoutingContext context, HandoffRequest request, Throwable cause) {
    live.giveBack(request.reader());
    context.fail(cause);
  }

  private void stream(
      RoutingContext context,
      HandoffRequest request,
      String callSid,
      @Nullable SessionNews session) {
    Viewer viewer = new Viewer(handoffs, request, new EventStream(context.response()));
    Optional<Runnable> watched = handoffs.watch(request.name(), viewer::changed);
    if (watched.isEmpty()) {
      refuse(context, request, new Problem(503, "too many wait for handoffs"));
      return;
    }
    viewers.add(viewer);
    long timer = vertx.setTimer(live.lasts(request.reader()), id -> viewer.close(End.TIME));
    viewer
        .ended()
        .onSuccess(
            why -> {
              vertx.cancelTimer(timer);
              viewers.remove(viewer);
              live.ended(request.reader(), why);
            });
    context.response().closeHandler(closed -> viewer.close(End.CLIENT));
    viewer.start(feed, callSid, session, watched.get());
  }

  /** Ends every stream; succeeds when their clients have been sent the end. */
  Future<Void> drain() {
    Promise<Void> drained = Promise.promise();
    context.runOnContext(now -> end(List.copyOf(viewers)).onComplete(drained));
    return drained.future();
  }

  private static Future<Void> end(List<Viewer> viewers) {
    return Future.join(viewers.stream().map(viewer -> viewer.close(End.DRAIN)).toList())
        .timeout(LAST_WORD_MS, MILLISECONDS)
        .<Void>mapEmpty()
        .otherwiseEmpty();
  }
}
