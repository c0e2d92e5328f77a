package io.callmesh.simulator.twilio;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One call, from the voice webhook to its end. Lives on the context it is started on, or on one of
 * its own when it is started on a plain thread.
 */
public final class SimulatedCall {
  private final Vertx vertx;
  private final CallPlan plan;
  private final CallerTrack caller;
  private final StereoRecording recording;
  private final Function<SimulatedCall, TwimlRunner> runners;
  private final LiveCalls liveCalls;
  private final Promise<CallReport> finished = Promise.promise();
  private final CallLog log = new CallLog();
  private CallListener listener = new CallListener() {};
  private volatile @Nullable Context context;
  private @Nullable TwimlRunner runner;
  private long limitTimer = -1;
  private @Nullable CallEnd left;
  private boolean over;

  SimulatedCall(
      Vertx vertx,
      CallPlan plan,
      LiveCalls liveCalls,
      Function<SimulatedCall, TwimlRunner> runners) {
    this.vertx = vertx;
    this.plan = plan;
    this.liveCalls = liveCalls;
    this.runners = runners;
    this.caller = new CallerTrack(plan.caller());
    this.recording = new StereoRecording(plan.limit());
  }

  /** Sets who hears what happens; before the start. */
  @CanIgnoreReturnValue
  public SimulatedCall listener(CallListener listener) {
    this.listener = listener;
    return this;
  }

  /**
   * Calls. Succeeds with the report when the call is over, also when it reached its limit; fails
   * with a {@link CallException} when Twilio would have given up on the mesh. May be called once.
   */
  public synchronized Future<CallReport> start() {
    if (context != null) {
      return Future.failedFuture(new IllegalStateException("a call is made once"));
    }
    Context own = vertx.getOrCreateContext();
    context = own;
    own.runOnContext(started -> run());
    return finished.future();
  }

  private void run() {
    TwimlRunner running = runners.apply(this);
    runner = running;
    liveCalls.add(this);
    limitTimer = vertx.setTimer(plan.limit().toMillis(), fired -> leave(CallEnd.LIMIT));
    running.run().onSuccess(this::finish).onFailure(this::fail);
  }

  /** Hangs up, on any thread, at any time after the start. */
  public void hangUp() {
    Context own = context;
    if (own != null) {
      own.runOnContext(now -> leave(CallEnd.CALLER_HUNG_UP));
    }
  }

  /**
   * Hangs up as somebody does through the REST API; succeeds with whether the call was still there.
   */
  Future<Boolean> complete() {
    return whileLive(running -> leave(CallEnd.HUNG_UP_BY_API));
  }

  /** Runs another document from now on; succeeds with whether the call was still there. */
  Future<Boolean> update(CallUpdate update) {
    return whileLive(running -> running.update(update));
  }

  private Future<Boolean> whileLive(Consumer<TwimlRunner> change) {
    Promise<Boolean> done = Promise.promise();
    Context own = context;
    if (own == null) {
      return Future.succeededFuture(false);
    }
    own.runOnContext(
        now -> {
          boolean live = !over && runner != null;
          if (live) {
            change.accept(runner);
          }
          done.complete(live);
        });
    return done.future();
  }

  private void leave(CallEnd how) {
    if (!over && runner != null) {
      left = how; // stopping ends the stream, which comes back here as a caller who hung up
      runner.stop();
      finish(how);
    }
  }

  private void finish(CallEnd reached) {
    if (over) {
      return;
    }
    CallEnd end = left == null ? reached : left;
    over();
    listener.onEnd(end);
    CallReport report = log.report(plan.callSid(), end, caller.missed(), recording);
    if (runner != null) {
      runner.completed(report.durationMs() / 1_000);
    }
    finished.complete(report);
  }

  private void fail(Throwable cause) {
    if (!over) {
      over();
      finished.fail(cause);
    }
  }

  private void over() {
    over = true;
    liveCalls.remove(this);
    vertx.cancelTimer(limitTimer);
  }

  CallPlan plan() {
    return plan;
  }

  CallerTrack caller() {
    return caller;
  }

  StereoRecording recording() {
    return recording;
  }

  CallLog log() {
    return log;
  }

  CallListener listener() {
    return listener;
  }
}
