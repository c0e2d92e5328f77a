package io.callmesh.handoff.store;

import static net.logstash.logback.argument.StructuredArguments.kv;

import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.handoff.Outcome;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what must be done for outcomes without anybody waiting: keeps and stores those that are
 * offered, and removes those that expired. A little at a time, so that no event loop waits for it;
 * any replica may do the same at the same time.
 */
public final class UpkeepVerticle extends VerticleBase {
  private static final Logger log = LoggerFactory.getLogger(UpkeepVerticle.class);

  private final OutcomeStore outcomes;
  private final long pauseMs;
  private boolean storing;
  private boolean removing;

  /** Looks after this store, with pauses of a second. */
  public UpkeepVerticle(OutcomeStore outcomes) {
    this(outcomes, 1_000);
  }

  UpkeepVerticle(OutcomeStore outcomes, long pauseMs) {
    this.outcomes = outcomes;
    this.pauseMs = pauseMs;
  }

  @Override
  public Future<?> start() {
    MessageConsumer<Outcome> offers =
        vertx
            .eventBus()
            .consumer(Addresses.HANDOFF_OFFER, message -> outcomes.offered(message.body()));
    vertx.setPeriodic(pauseMs, id -> look());
    return offers.completion();
  }

  private void look() {
    if (!storing) {
      storing = true;
      storeNext();
    }
    if (!removing) {
      removing = true;
      outcomes
          .removeExpired()
          .onFailure(cause -> log.debug("expired outcomes are still there: {}", cause.toString()))
          .onComplete(done -> removing = false);
    }
  }

  private void storeNext() {
    outcomes.storeOffered().onSuccess(this::stored).onFailure(this::notStored);
  }

  private void stored(Optional<Outcome> outcome) {
    if (outcome.isPresent()) {
      log.info("{} offered outcome settled", kv("callSid", outcome.get().callSid()));
      storeNext();
    } else {
      storing = false;
    }
  }

  private void notStored(Throwable cause) {
    log.warn("offered outcomes still wait for Kafka: {}", cause.toString());
    storing = false;
  }
}
