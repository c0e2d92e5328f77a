package io.callmesh.standalone;

import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.standalone.ReplicaClient.Answer;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * Somebody who reads acknowledged handoffs of every replica all the while, and tells right answers,
 * honest refusals, wrong answers and silence apart. On the event loop of the burst whose handoffs
 * these are.
 */
final class HandoffWitness {
  private static final int UNAVAILABLE = 503;
  private static final long EVERY_MS = 10;
  private static final int AT_ONCE = 8;
  private static final int MAX_TOLD = 300;

  private final Vertx vertx;
  private final HandoffBurst burst;
  private final List<ReplicaClient> replicas;
  private final Random random;
  private final List<String> wrong = new ArrayList<>();
  private final Promise<Void> over = Promise.promise();
  private long timer;
  private boolean stopped;
  private int underWay;
  private int right;
  private int refused;
  private int unanswered;

  HandoffWitness(Vertx vertx, HandoffBurst burst, List<ReplicaClient> replicas, long seed) {
    this.vertx = vertx;
    this.burst = burst;
    this.replicas = List.copyOf(replicas);
    this.random = new Random(seed);
  }

  void start() {
    burst.loop().runOnContext(now -> timer = vertx.setPeriodic(EVERY_MS, id -> readSome()));
  }

  /** Succeeds when every read has its answer. */
  Future<Void> stop() {
    burst
        .loop()
        .runOnContext(
            now -> {
              stopped = vertx.cancelTimer(timer);
              endWhenIdle();
            });
    return over.future();
  }

  private void endWhenIdle() {
    if (stopped && underWay == 0) {
      over.tryComplete();
    }
  }

  private void readSome() {
    List<Outcome> known = burst.acknowledged();
    for (ReplicaClient replica : replicas) {
      if (!known.isEmpty() && underWay < AT_ONCE) {
        Outcome handoff = known.get(random.nextInt(known.size()));
        List<String> names = names(handoff);
        underWay++;
        replica
            .get(names.get(random.nextInt(names.size())))
            .onSuccess(answer -> judge(handoff, answer))
            .onFailure(this::noAnswer)
            .onComplete(
                ended -> {
                  underWay--;
                  endWhenIdle();
                });
      }
    }
  }

  private void judge(Outcome handoff, Answer answer) {
    if (answer.status() == UNAVAILABLE) {
      refused++;
    } else if (isRight(handoff, answer)) {
      right++;
    } else {
      wrong.add(handoff.callSid() + ": " + shortened(answer.toString()));
    }
  }

  /** Refused and cut connections claim nothing; whoever lets one wait in vain hangs. */
  private void noAnswer(Throwable cause) {
    if (cause instanceof TimeoutException) {
      unanswered++;
    } else {
      refused++;
    }
  }

  private static String shortened(String text) {
    return text.substring(0, Math.min(MAX_TOLD, text.length()));
  }

  /** Whether it has the handoff's data as they were stored, digit for digit, under its names. */
  static boolean isRight(Outcome handoff, Answer answer) {
    if (answer.status() != 200 || !answer.text().contains("\"data\":" + handoff.state().text())) {
      return false;
    }
    JsonObject expected =
        new JsonObject().put("id", handoff.conversationId()).put("data", handoff.state().toJson());
    if (handoff.sharedId() != null) {
      expected.put("shared_id", handoff.sharedId());
    }
    return answer.body().equals(expected);
  }

  /** Every way to ask for it: by the call, the conversation, and the shared id if there is one. */
  static List<String> names(Outcome handoff) {
    String path = "/v1/handoff_state?";
    Stream<String> ids =
        Stream.of(handoff.callSid(), handoff.conversationId()).map(id -> path + "id=" + id);
    Stream<String> shared =
        Stream.ofNullable(handoff.sharedId()).map(id -> path + "shared_id=" + id);
    return Stream.concat(ids, shared).toList();
  }

  /** How many answers were right. */
  int right() {
    return right;
  }

  /** How many reads were cut off, or told that there is no answer now. */
  int refused() {
    return refused;
  }

  /** How many reads waited in vain, as long as the client waits. */
  int unanswered() {
    return unanswered;
  }

  /** Every other answer. */
  List<String> wrong() {
    return wrong;
  }
}
