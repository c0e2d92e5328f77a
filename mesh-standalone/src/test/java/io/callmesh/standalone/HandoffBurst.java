package io.callmesh.standalone;

import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.bus.FailureCode;
import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.Transcript;
import io.callmesh.contracts.handoff.TranscriptLine;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Handoffs that are stored over the bus, some at once, and a ledger of what became of each. Each is
 * asked for as audio-worker does: again when no answer came in half of the time that is left, or
 * one that another try may mend, until a deadline; of four, three then begin anew. All of it
 * happens on one event loop.
 */
final class HandoffBurst {
  static final String ACCOUNT = "acme";
  static final String PROJECT = "support";

  private static final long FIRST_PAUSE_MS = 100;

  /** That of a worker unless configured. */
  private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(5);

  /** One of so many gives up when the deadline has passed. */
  private static final int IMPATIENT = 4;

  private static final int TRIES = 4;

  private final Vertx vertx;
  private final Context loop;
  private final int atOnce;
  private final List<Outcome> acknowledged = new ArrayList<>();
  private final List<Outcome> givenUp = new ArrayList<>();
  private int begun;
  private int allowed;
  private int underWay;
  private Stage stage = new Stage(0, () -> {}, Promise.promise());

  /**
   * @param then runs once, when so many have ended
   */
  private record Stage(int trigger, Runnable then, Promise<Integer> over) {}

  /**
   * @param vertx a member of the services' cluster, with their codecs
   */
  HandoffBurst(Vertx vertx, int atOnce) {
    this.vertx = vertx;
    this.loop = vertx.getOrCreateContext();
    this.atOnce = atOnce;
  }

  /**
   * Lets some more begin, and succeeds when they and all before have ended: with how many had no
   * answer yet when {@code then} ran.
   *
   * @param trigger after so many of them have ended {@code then} runs, on the event loop
   */
  Future<Integer> run(int more, int trigger, Runnable then) {
    Promise<Integer> over = Promise.promise();
    Promise<Integer> underWayThen = Promise.promise();
    loop.runOnContext(
        now -> {
          Runnable told =
              () -> {
                underWayThen.complete(underWay);
                then.run();
              };
          stage = new Stage(ended() + trigger, told, over);
          allowed += more;
          while (underWay < atOnce && begun < allowed) {
            begin();
          }
        });
    return over.future().compose(ended -> underWayThen.future());
  }

  private int ended() {
    return acknowledged.size() + givenUp.size();
  }

  private void begin() {
    Outcome handoff = handoff(begun);
    int tries = begun % IMPATIENT == 0 ? 1 : TRIES;
    begun++;
    underWay++;
    ask(handoff, tries)
        .onComplete(
            answer -> {
              underWay--;
              (answer.succeeded() ? acknowledged : givenUp).add(handoff);
              next();
            });
  }

  private void next() {
    if (ended() == stage.trigger()) {
      stage.then().run();
    }
    if (begun < allowed) {
      begin();
    } else if (underWay == 0) {
      stage.over().complete();
    }
  }

  private Future<Void> ask(Outcome handoff, int tries) {
    return attempt(handoff, System.nanoTime() + DEADLINE_NS, FIRST_PAUSE_MS)
        .recover(
            cause ->
                tries > 1 && FailureCode.of(cause).retryable()
                    ? ask(handoff, tries - 1)
                    : Future.failedFuture(cause));
  }

  private Future<Void> attempt(Outcome handoff, long giveUpAt, long pauseMs) {
    long leftMs = Math.max(1, TimeUnit.NANOSECONDS.toMillis(giveUpAt - System.nanoTime()));
    long timeoutMs = Math.max(50, leftMs / 2);
    return vertx
        .eventBus()
        .request(Addresses.HANDOFF_STORE, handoff, new DeliveryOptions().setSendTimeout(timeoutMs))
        .<Void>mapEmpty()
        .recover(
            cause ->
                FailureCode.of(cause).retryable() && pauseMs < leftMs
                    ? vertx
                        .timer(pauseMs, TimeUnit.MILLISECONDS)
                        .compose(over -> attempt(handoff, giveUpAt, pauseMs * 2))
                    : Future.failedFuture(cause));
  }

  private static Outcome handoff(int place) {
    Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    String conversation = "conv-%032x".formatted(place);
    TranscriptLine line =
        new TranscriptLine(TranscriptLine.Role.CALLER, "Call " + place + ", please.", true, now);
    return new Outcome(
        "CA%032x".formatted(place),
        ProcessMesh.ACCOUNT_SID,
        conversation,
        "conn-1",
        ACCOUNT,
        PROJECT,
        Outcome.Kind.HANDOFF,
        "people",
        "needs_human",
        null,
        false,
        shared(place),
        HandoffData.of(data(place)),
        Transcript.of(List.of(line)),
        now,
        null);
  }

  /** Every other one has a name of the integrator's own. */
  private static @Nullable String shared(int place) {
    return place % 2 == 0 ? "order-" + place : null;
  }

  /** Digits that a JSON library would write otherwise, and more of it for some than for others. */
  private static String data(int place) {
    return "{\"customer_id\":\"c-%d\",\"balance\":%d.10,\"id\":9007199254740993,\"note\":\"Tür & Tor %s\"}"
        .formatted(place, place, "→".repeat(place));
  }

  /** Those that were acknowledged until now; for the event loop, or when nothing is under way. */
  List<Outcome> acknowledged() {
    return acknowledged;
  }

  /** Those that nobody has acknowledged, or that somebody has after the deadline; likewise. */
  List<Outcome> givenUp() {
    return givenUp;
  }

  /** Where all of this happens. */
  Context loop() {
    return loop;
  }
}
