package io.callmesh.routing.handoff;

import static net.logstash.logback.argument.StructuredArguments.kv;

import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.handoff.FindOutcome;
import io.callmesh.contracts.handoff.Outcome;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Outcomes that their workers could not have stored in time, kept in memory for as long as it takes
 * Twilio to ask for them: so that a caller reaches a person, with the context, while Kafka is away.
 * The oldest go first when there are too many. Safe on any thread.
 */
public final class Offers {
  private static final Logger log = LoggerFactory.getLogger(Offers.class);
  private static final Duration KEPT = Duration.ofMinutes(2);
  private static final Duration PURGE = Duration.ofSeconds(30);
  private static final int MAX_OFFERS = 1_000;
  private static final long MAX_BYTES = 32L * 1024 * 1024;

  /** Of an offer, but for what the agent has said in it. */
  private static final int OVERHEAD = 2 * 1024;

  private final InstantSource clock;
  private final Runnable onTaken;

  /** The oldest first. */
  private final Map<String, Offer> byCall = new LinkedHashMap<>();

  private long bytes;

  private record Offer(Outcome outcome, Instant until, int size) {}

  /**
   * No offers yet.
   *
   * @param onTaken told of each that is put to use
   */
  public Offers(InstantSource clock, Runnable onTaken) {
    this.clock = clock;
    this.onTaken = onTaken;
  }

  /** Listens to the workers; succeeds when it hears them. */
  public Future<Void> listen(Vertx vertx) {
    MessageConsumer<Outcome> offers =
        vertx.eventBus().consumer(Addresses.HANDOFF_OFFER, message -> add(message.body()));
    vertx.setPeriodic(PURGE.toMillis(), id -> purge());
    return offers.completion();
  }

  /** Keeps an outcome, unless a newer one of the call is here. */
  synchronized void add(Outcome outcome) {
    purge();
    Offer before = byCall.get(outcome.callSid());
    if (before != null && before.outcome().decidedAt().isAfter(outcome.decidedAt())) {
      return;
    }
    forget(byCall.remove(outcome.callSid()));
    Offer offer = new Offer(outcome, clock.instant().plus(KEPT), size(outcome));
    byCall.put(outcome.callSid(), offer);
    bytes += offer.size();
    makeRoom();
  }

  private static int size(Outcome outcome) {
    return OVERHEAD
        + Character.BYTES
            * (outcome.state().text().length()
                + outcome.transcript().text().length()
                + length(outcome.utterance())
                + length(outcome.reason()));
  }

  private static int length(@Nullable String text) {
    return text == null ? 0 : text.length();
  }

  private void makeRoom() {
    Iterator<Offer> oldest = byCall.values().iterator();
    while (byCall.size() > MAX_OFFERS || bytes > MAX_BYTES) {
      forget(oldest.next());
      oldest.remove();
    }
  }

  private synchronized void purge() {
    Instant now = clock.instant();
    Iterator<Offer> oldest = byCall.values().iterator();
    while (oldest.hasNext()) {
      Offer offer = oldest.next();
      if (offer.until().isAfter(now)) {
        return;
      }
      forget(offer);
      oldest.remove();
    }
  }

  private void forget(@Nullable Offer offer) {
    bytes -= offer == null ? 0 : offer.size();
  }

  /** The offer that answers; empty when there is none such. */
  synchronized Optional<Outcome> answering(FindOutcome question) {
    purge();
    return Optional.ofNullable(byCall.get(question.callSid()))
        .map(Offer::outcome)
        .filter(question::isAnsweredBy);
  }

  /** Drops an offer: what became of it since is known. */
  synchronized void drop(Outcome offer) {
    Offer here = byCall.get(offer.callSid());
    if (here != null && here.outcome().equals(offer)) {
      forget(byCall.remove(offer.callSid()));
    }
  }

  /** One of them decides about its call. */
  void taken(Outcome offer) {
    log.warn(
        "{} {} goes by what the worker has offered: nothing so new is stored",
        kv("callSid", offer.callSid()),
        kv("conversationId", offer.conversationId()));
    onTaken.run();
  }
}
