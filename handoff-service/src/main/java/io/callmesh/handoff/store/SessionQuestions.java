package io.callmesh.handoff.store;

import io.callmesh.contracts.Ids;
import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.bus.BusFailure;
import io.callmesh.contracts.bus.FailureCode;
import io.callmesh.contracts.session.SessionNews;
import io.callmesh.contracts.session.WatchSession;
import io.callmesh.contracts.session.WorkerPresence;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Asks all workers whether a call is with an agent. They answer at once or not at all, so silence
 * means that it is not; and whoever may not know of an answer hears the same silence for as long.
 * For one event loop.
 */
final class SessionQuestions {
  /** How long silence is waited for, in ms. */
  static final long TIMEOUT_MS = 250;

  private static final int MAX_ASKERS = 1_000;

  private final Map<String, Question> questions = new HashMap<>();
  private final String address = Addresses.handoffNews(Ids.instance());
  private final Vertx vertx;
  private final LongSupplier nanoTime;
  private @Nullable Long workersHeardAt;
  private int askers;

  /** One question, and those who want to know. */
  private static final class Question {
    final List<Asker> askers = new ArrayList<>();
    @Nullable SessionNews answer;
  }

  private record Asker(Predicate<SessionNews> visible, Promise<Optional<SessionNews>> answer) {
    void hears(SessionNews news) {
      if (visible.test(news)) {
        answer.tryComplete(Optional.of(news));
      }
    }
  }

  SessionQuestions(Vertx vertx, LongSupplier nanoTime) {
    this.vertx = vertx;
    this.nanoTime = nanoTime;
  }

  /** Registers where workers answer; succeeds when they can. */
  Future<?> start() {
    MessageConsumer<SessionNews> answers =
        vertx.eventBus().consumer(address, message -> heard(message.body()));
    MessageConsumer<WorkerPresence> presence =
        vertx
            .eventBus()
            .consumer(Addresses.WORKER_PRESENCE, message -> workersHeardAt = nanoTime.getAsLong());
    return Future.all(answers.completion(), presence.completion());
  }

  /**
   * The session of a call; empty when no worker has one that is visible. Those who ask for the same
   * at the same time share a question. Fails with {@code BUSY} when too many ask.
   */
  Future<Optional<SessionNews>> of(String id, Predicate<SessionNews> visible) {
    if (!hasWorkers()) {
      return Future.succeededFuture(Optional.empty());
    }
    if (askers == MAX_ASKERS) {
      return Future.failedFuture(
          new BusFailure(FailureCode.BUSY, MAX_ASKERS + " already ask for sessions"));
    }
    askers++;
    Promise<Optional<SessionNews>> answer = Promise.promise();
    ask(id, new Asker(visible, answer));
    return answer.future().onComplete(answered -> askers--);
  }

  private boolean hasWorkers() {
    return workersHeardAt != null
        && nanoTime.getAsLong() - workersHeardAt < WorkerPresence.SILENT_AFTER.toNanos();
  }

  private void ask(String id, Asker asker) {
    Question question = questions.get(id);
    if (question == null) {
      question = new Question();
      questions.put(id, question);
      vertx.eventBus().publish(Addresses.WORKER_WATCH, new WatchSession(id, address, false, 0));
    }
    Question asked = question;
    asked.askers.add(asker);
    vertx.setTimer(TIMEOUT_MS, timer -> silence(id, asked, asker));
    if (asked.answer != null) {
      asker.hears(asked.answer);
    }
  }

  private void silence(String id, Question question, Asker asker) {
    asker.answer().tryComplete(Optional.empty());
    question.askers.remove(asker);
    // Those who shared it late wait on; who comes from now on asks anew.
    questions.remove(id, question);
  }

  private void heard(SessionNews news) {
    if (news.kind() != SessionNews.Kind.ENDED) {
      heard(questions.get(news.callSid()), news);
      heard(questions.get(news.conversationId()), news);
    }
  }

  private static void heard(@Nullable Question question, SessionNews news) {
    if (question != null) {
      question.answer = news;
      List.copyOf(question.askers).forEach(asker -> asker.hears(news));
    }
  }
}
