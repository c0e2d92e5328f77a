package io.callmesh.handoff;

import static net.logstash.logback.argument.StructuredArguments.kv;

import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.bus.BusFailure;
import io.callmesh.contracts.bus.FailureCode;
import io.callmesh.contracts.event.CallEventType;
import io.callmesh.contracts.handoff.FindOutcome;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.security.Masked;
import io.callmesh.runtime.kafka.CallEvents;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers {@code handoff.store} and {@code handoff.find} on the bus. */
final class HandoffVerticle extends VerticleBase {
  private static final Logger log = LoggerFactory.getLogger(HandoffVerticle.class);

  private final OutcomeStore outcomes;
  private final CallEvents events;

  HandoffVerticle(OutcomeStore outcomes, CallEvents events) {
    this.outcomes = outcomes;
    this.events = events;
  }

  @Override
  public Future<?> start() {
    MessageConsumer<Outcome> store =
        vertx.eventBus().consumer(Addresses.HANDOFF_STORE, this::store);
    MessageConsumer<FindOutcome> find =
        vertx.eventBus().consumer(Addresses.HANDOFF_FIND, this::find);
    return Future.all(List.of(store.completion(), find.completion()));
  }

  private void store(Message<Outcome> request) {
    Outcome outcome = request.body();
    outcomes
        .store(outcome)
        .onSuccess(
            stored -> {
              tell(outcome);
              request.reply(new JsonObject());
            })
        .onFailure(
            cause -> {
              log.error(
                  "{} outcome not stored: {}", kv("callSid", outcome.callSid()), cause.toString());
              fail(request, cause);
            });
  }

  private void tell(Outcome outcome) {
    log.info(
        "{} {} {} stored: {}",
        kv("callSid", outcome.callSid()),
        kv("conversationId", outcome.conversationId()),
        outcome.kind(),
        Masked.reason(outcome.reason()));
    if (outcome.kind() == Outcome.Kind.HANDOFF) {
      events.publish(
          CallEventType.HANDOFF_STORED,
          outcome.callSid(),
          // The worker asks again when our answer was late: the same event then.
          outcome.conversationId() + "/handoff.stored/" + outcome.decidedAt().toEpochMilli(),
          new JsonObject()
              .put("conversationId", outcome.conversationId())
              .put("connectorId", outcome.connectorId())
              .put("accountId", outcome.accountId())
              .put("projectId", outcome.projectId())
              .put("destination", outcome.destination())
              .put("reason", outcome.reason()));
    }
  }

  private void find(Message<FindOutcome> request) {
    outcomes
        .find(request.body())
        .map(
            found ->
                found.orElseThrow(
                    () -> new BusFailure(FailureCode.NOT_FOUND, "the call has no outcome")))
        .onSuccess(request::reply)
        .onFailure(cause -> fail(request, cause));
  }

  private static void fail(Message<?> request, Throwable cause) {
    FailureCode code =
        cause instanceof BusFailure ? FailureCode.of(cause) : FailureCode.UNAVAILABLE;
    request.fail(code.code(), cause.getMessage());
  }
}
