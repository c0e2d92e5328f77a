package io.callmesh.handoff.store;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.bus.BusCodecs;
import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.contracts.session.SessionNews;
import io.callmesh.contracts.session.WatchSession;
import io.callmesh.contracts.session.WorkerPresence;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On one event loop, with a worker on the same. */
class SessionQuestionsTest {
  private final Vertx vertx = Vertx.vertx();
  private final Context loop = vertx.getOrCreateContext();
  private final AtomicLong nanoTime = new AtomicLong();
  private final SessionQuestions questions = new SessionQuestions(vertx, nanoTime::get);
  private final List<WatchSession> asked = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    BusCodecs.registerOn(vertx.eventBus());
    onLoop(questions::start);
    onLoop(this::startWorker);
  }

  private Future<?> startWorker() {
    MessageConsumer<WatchSession> watches =
        vertx.eventBus().consumer(Addresses.WORKER_WATCH, this::answer);
    return watches.completion();
  }

  private void answer(Message<WatchSession> watch) {
    asked.add(watch.body());
    if (watch.body().id().equals("CA1") || watch.body().id().equals("conv-1")) {
      vertx.eventBus().send(watch.body().replyTo(), news());
    }
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().await(10, SECONDS);
  }

  @Test
  void findsTheSessionByCallAndByConversation() throws Exception {
    workersAreHeard();

    assertThat(onLoop(() -> questions.of("CA1", news -> true))).contains(news());
    assertThat(onLoop(() -> questions.of("conv-1", news -> true))).contains(news());
    assertThat(onLoop(() -> questions.of("CA2", news -> true))).isEmpty();
    assertThat(asked).allMatch(watch -> watch.leaseMs() == 0 && !watch.known());
  }

  @Test
  void isSilentOfWhatIsNotVisible() throws Exception {
    workersAreHeard();

    assertThat(onLoop(() -> questions.of("CA1", news -> false))).isEmpty();
  }

  @Test
  void sharesAQuestion() throws Exception {
    workersAreHeard();

    List<Optional<SessionNews>> answers =
        onLoop(
            () ->
                Future.all(
                        questions.of("CA1", news -> true),
                        questions.of("CA1", news -> false),
                        questions.of("CA1", news -> true))
                    .map(all -> all.<Optional<SessionNews>>list()));

    assertThat(answers).containsExactly(Optional.of(news()), Optional.empty(), Optional.of(news()));
    assertThat(asked).hasSize(1);
  }

  @Test
  void asksNobodyWhenThereAreNoWorkers() throws Exception {
    assertThat(onLoop(() -> questions.of("CA1", news -> true))).isEmpty();
    workersAreHeard();
    nanoTime.addAndGet(WorkerPresence.SILENT_AFTER.toNanos());
    assertThat(onLoop(() -> questions.of("CA1", news -> true))).isEmpty();

    assertThat(asked).isEmpty();
  }

  private void workersAreHeard() throws Exception {
    WorkerPresence presence = new WorkerPresence("w", "p", 1, 10, false);
    onLoop(
        () -> {
          vertx.eventBus().publish(Addresses.WORKER_PRESENCE, presence);
          Promise<Void> delivered = Promise.promise();
          loop.runOnContext(now -> delivered.complete());
          return delivered.future();
        });
  }

  @CanIgnoreReturnValue
  private <T> T onLoop(Supplier<Future<T>> question) throws Exception {
    Promise<T> answer = Promise.promise();
    loop.runOnContext(now -> question.get().onComplete(answer));
    return answer.future().await(10, SECONDS);
  }

  private static SessionNews news() {
    return new SessionNews(
        SessionNews.Kind.SNAPSHOT,
        "CA1",
        "conv-1",
        "conn-1",
        "AC1",
        "",
        Instant.EPOCH,
        List.of(),
        HandoffData.EMPTY);
  }
}
