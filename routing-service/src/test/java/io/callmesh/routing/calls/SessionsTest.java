package io.callmesh.routing.calls;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.bus.BusCodecs;
import io.callmesh.contracts.bus.FailureCode;
import io.callmesh.contracts.session.FindSession;
import io.callmesh.contracts.session.SessionFound;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SessionsTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final Vertx vertx = Vertx.vertx();
  private final Context loop = vertx.getOrCreateContext();
  private final BlockingQueue<FindSession> asked = new LinkedBlockingQueue<>();

  @BeforeEach
  void start() throws Exception {
    BusCodecs.registerOn(vertx.eventBus());
    vertx
        .eventBus()
        .<FindSession>consumer(Addresses.WORKER_FIND, question -> asked.add(question.body()))
        .completion()
        .await(10, SECONDS);
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().await(10, SECONDS);
  }

  @Test
  void findsTheWorkerThatHasTheCall() throws Exception {
    Sessions sessions = sessions(LONG);

    Future<Optional<SessionFound>> found = onLoop(() -> sessions.of("CA1"));
    answer(asked.take(), found("CA1", "conv-1"));

    assertThat(found.await(10, SECONDS)).contains(found("CA1", "conv-1"));
  }

  @Test
  void takesSilenceForNobody() throws Exception {
    Sessions sessions = sessions(Duration.ofMillis(1));

    assertThat(onLoop(() -> sessions.of("CA1")).await(10, SECONDS)).isEmpty();
  }

  @Test
  void asksOnceForAllWhoWantTheSameCall() throws Exception {
    Sessions sessions = sessions(LONG);

    Future<Optional<SessionFound>> one = onLoop(() -> sessions.of("CA1"));
    Future<Optional<SessionFound>> two = onLoop(() -> sessions.of("CA1"));
    FindSession question = asked.take();
    answer(question, found("CA1", "conv-1"));

    assertThat(one.await(10, SECONDS)).isEqualTo(two.await(10, SECONDS)).isPresent();
    assertThat(asked).isEmpty();
  }

  @Test
  void asksAnewAfterAnAnswerAndTakesNoSecondOne() throws Exception {
    Sessions sessions = sessions(LONG);
    Future<Optional<SessionFound>> first = onLoop(() -> sessions.of("CA1"));
    FindSession question = asked.take();
    answer(question, found("CA1", "conv-1"));
    answer(question, found("CA1", "conv-late"));
    answer(question, found("CA-unasked", "conv-2"));
    assertThat(first.await(10, SECONDS)).contains(found("CA1", "conv-1"));

    Future<Optional<SessionFound>> second = onLoop(() -> sessions.of("CA1"));
    answer(asked.take(), found("CA1", "conv-3"));

    assertThat(second.await(10, SECONDS)).isPresent();
  }

  @Test
  void boundsItsQuestions() throws Exception {
    Sessions sessions = sessions(LONG);

    Future<Optional<SessionFound>> tooMany =
        onLoop(
            () -> {
              List<Future<?>> waiting = new ArrayList<>();
              for (int i = 0; i < 1_000; i++) {
                waiting.add(sessions.of("CA" + i));
              }
              assertThat(waiting).noneMatch(Future::isComplete);
              return sessions.of("CA-one-more");
            });

    Future<FailureCode> code = tooMany.transform(done -> Future.succeededFuture(codeOf(done)));
    assertThat(code.await(10, SECONDS)).isEqualTo(FailureCode.BUSY);
  }

  private static FailureCode codeOf(AsyncResult<?> done) {
    return done.cause() == null ? FailureCode.INTERNAL : FailureCode.of(done.cause());
  }

  private Sessions sessions(Duration timeout) throws Exception {
    Sessions sessions = new Sessions(vertx, timeout);
    assertThat(onLoop(sessions::start).await(10, SECONDS)).isNull();
    return sessions;
  }

  private <T> Future<T> onLoop(Supplier<Future<T>> action) {
    Promise<T> done = Promise.promise();
    loop.runOnContext(ignored -> action.get().onSuccess(done::complete).onFailure(done::fail));
    return done.future();
  }

  private void answer(FindSession question, SessionFound found) {
    vertx.eventBus().send(question.replyTo(), found);
  }

  private static SessionFound found(String callSid, String conversationId) {
    return new SessionFound(callSid, "AC1", conversationId, "conn-1", "");
  }
}
