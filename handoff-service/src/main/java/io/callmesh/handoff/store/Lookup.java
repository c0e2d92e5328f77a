package io.callmesh.handoff.store;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.callmesh.contracts.bus.BusFailure;
import io.callmesh.contracts.bus.FailureCode;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.session.SessionNews;
import io.callmesh.handoff.access.Reader;
import io.callmesh.handoff.store.Watches.Watch;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Answers readers, and lets them wait. For one event loop. */
public final class Lookup {
  /** Whoever has waited to the end must not wait for Kafka as long again, in ms. */
  private static final long LAST_LOOK_MS = 1_000;

  private final Vertx vertx;
  private final OutcomeStore outcomes;
  private final SessionQuestions sessions;
  private final Places places;

  /**
   * @param places what those who wait take, in the whole process
   * @param nanoTime a monotonic clock in ns
   */
  public Lookup(Vertx vertx, OutcomeStore outcomes, Places places, LongSupplier nanoTime) {
    this.vertx = vertx;
    this.outcomes = outcomes;
    this.places = places;
    this.sessions = new SessionQuestions(vertx, nanoTime);
  }

  /** Registers where workers answer, on the calling context; succeeds when they can. */
  public Future<?> start() {
    return sessions.start();
  }

  /**
   * What this reader is answered. Fails with {@code UNAVAILABLE} when Kafka cannot be asked, with
   * {@code BUSY} when too many ask.
   */
  public Future<Answer> of(HandoffName name, Reader reader) {
    return outcomes
        .look(name, reader)
        .compose(
            answer ->
                answer instanceof Answer.Absent
                    ? withSession(name, reader)
                    : Future.succeededFuture(answer));
  }

  /** Workers know no shared ids. */
  private Future<Answer> withSession(HandoffName name, Reader reader) {
    return name.isSharedId()
        ? Future.succeededFuture(new Answer.Absent())
        : sessions
            .of(name.value(), session -> outcomes.connectors().opens(reader, session))
            .map(Lookup::answer);
  }

  private static Answer answer(Optional<SessionNews> session) {
    return session.isPresent() ? new Answer.TooEarly(session.get()) : new Answer.Absent();
  }

  /**
   * The same, but waits for what is not there yet.
   *
   * @param patience for how long at most
   * @param left fails the answer when the reader wants it no more
   */
  public Future<Answer> of(HandoffName name, Reader reader, Duration patience, Future<Void> left) {
    if (patience.isZero()) {
      return of(name, reader);
    }
    if (!places.take()) {
      return Future.failedFuture(full());
    }
    Promise<Answer> answer = Promise.promise();
    Future<Answer> answered = answer.future().onComplete(done -> places.giveBack());
    Optional<Watch> watch =
        outcomes
            .watches()
            .watch(name, () -> outcomes.current(name, reader).ifPresent(found(answer)));
    if (watch.isEmpty()) {
      answer.fail(full());
    } else {
      await(name, reader, patience, answer);
    }
    left.onSuccess(gone -> answer.tryFail("the reader has left"));
    return answered.onComplete(done -> watch.ifPresent(Watch::close));
  }

  private static BusFailure full() {
    return new BusFailure(FailureCode.BUSY, "too many wait for handoffs");
  }

  private static Consumer<Outcome> found(Promise<Answer> answer) {
    return outcome -> answer.tryComplete(new Answer.Found(outcome));
  }

  private void await(HandoffName name, Reader reader, Duration patience, Promise<Answer> answer) {
    long timer = vertx.setTimer(patience.toMillis(), id -> end(name, reader, answer));
    answer.future().onComplete(done -> vertx.cancelTimer(timer));
    of(name, reader).onSuccess(now -> endUnlessAwaited(now, answer)).onFailure(answer::tryFail);
  }

  private static void endUnlessAwaited(Answer now, Promise<Answer> answer) {
    boolean mayCome = now instanceof Answer.Absent || now instanceof Answer.TooEarly;
    if (!mayCome) {
      answer.tryComplete(now);
    }
  }

  private void end(HandoffName name, Reader reader, Promise<Answer> answer) {
    of(name, reader)
        .timeout(LAST_LOOK_MS, MILLISECONDS)
        .onSuccess(answer::tryComplete)
        .onFailure(cause -> answer.tryFail(unavailable(cause)));
  }

  private static ReplyException unavailable(Throwable cause) {
    return cause instanceof ReplyException reply
        ? reply
        : new BusFailure(FailureCode.UNAVAILABLE, "nobody could say in time");
  }
}
