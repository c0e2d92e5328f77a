package io.callmesh.routing.calls;

import io.callmesh.contracts.Ids;
import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.bus.BusFailure;
import io.callmesh.contracts.bus.FailureCode;
import io.callmesh.contracts.session.FindSession;
import io.callmesh.contracts.session.SessionFound;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Asks all workers who has the session of a call. They answer at once or not at all, so silence
 * means that no agent has it. For one event loop.
 */
final class Sessions {
  private static final int MAX_QUESTIONS = 1_000;

  private final Map<String, Promise<Optional<SessionFound>>> questions = new HashMap<>();
  private final String address = Addresses.routingFound(Ids.instance());
  private final Vertx vertx;
  private final Duration timeout;

  Sessions(Vertx vertx, Duration timeout) {
    this.vertx = vertx;
    this.timeout = timeout;
  }

  /** Registers where workers answer; succeeds when they can. */
  Future<Void> start() {
    MessageConsumer<SessionFound> answers =
        vertx.eventBus().consumer(address, message -> found(message.body()));
    return answers.completion();
  }

  /**
   * Who has the call; empty when no worker says so in time. Those who ask about the same call at
   * the same time share one question. Fails with {@code BUSY} when too many calls are asked about.
   */
  Future<Optional<SessionFound>> of(String callSid) {
    Promise<Optional<SessionFound>> asked = questions.get(callSid);
    if (asked != null) {
      return asked.future();
    }
    if (questions.size() == MAX_QUESTIONS) {
      return Future.failedFuture(new BusFailure(FailureCode.BUSY, "too many calls are looked for"));
    }
    Promise<Optional<SessionFound>> question = Promise.promise();
    questions.put(callSid, question);
    vertx.setTimer(timeout.toMillis(), id -> answer(callSid, question, Optional.empty()));
    vertx.eventBus().publish(Addresses.WORKER_FIND, new FindSession(callSid, address));
    return question.future();
  }

  private void found(SessionFound session) {
    Promise<Optional<SessionFound>> question = questions.get(session.callSid());
    if (question != null) { // else too late, or the second answer to it
      answer(session.callSid(), question, Optional.of(session));
    }
  }

  private void answer(
      String callSid, Promise<Optional<SessionFound>> question, Optional<SessionFound> answer) {
    questions.remove(callSid, question);
    question.tryComplete(answer);
  }
}
