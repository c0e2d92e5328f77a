package io.callmesh.handoff;

import static net.logstash.logback.argument.StructuredArguments.kv;

import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.bus.BusFailure;
import io.callmesh.contracts.bus.FailureCode;
import io.callmesh.contracts.handoff.FindOutcome;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.ReceiptChain;
import io.callmesh.contracts.security.Masked;
import io.callmesh.handoff.store.OutcomeStore;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers what workers and routing-service ask and tell on the bus. */
final class HandoffVerticle extends VerticleBase {
  private static final Logger log = LoggerFactory.getLogger(HandoffVerticle.class);

  private final OutcomeStore outcomes;

  HandoffVerticle(OutcomeStore outcomes) {
    this.outcomes = outcomes;
  }

  @Override
  public Future<?> start() {
    MessageConsumer<Outcome> store =
        vertx.eventBus().consumer(Addresses.HANDOFF_STORE, this::store);
    MessageConsumer<FindOutcome> find =
        vertx.eventBus().consumer(Addresses.HANDOFF_FIND, this::find);
    MessageConsumer<ReceiptChain> receipt =
        vertx.eventBus().consumer(Addresses.HANDOFF_RECEIPT, this::receipt);
    return Future.all(List.of(store.completion(), find.completion(), receipt.completion()));
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

  private static void tell(Outcome outcome) {
    log.info(
        "{} {} {} stored: {}",
        kv("callSid", outcome.callSid()),
        kv("conversationId", outcome.conversationId()),
        outcome.kind(),
        Masked.reason(outcome.reason()));
  }

  private void find(Message<FindOutcome> request) {
    outcomes
        .find(request.body())
        .compose(
            found ->
                found
                    .map(Future::succeededFuture)
                    .orElseGet(() -> outcomes.isGone(request.body()).compose(this::absent)))
        .onSuccess(request::reply)
        .onFailure(cause -> fail(request, cause));
  }

  private Future<Outcome> absent(boolean gone) {
    return Future.failedFuture(
        gone
            ? new BusFailure(FailureCode.GONE, "the call's outcome has expired, or was deleted")
            : new BusFailure(FailureCode.NOT_FOUND, "the call has no outcome"));
  }

  private void receipt(Message<ReceiptChain> request) {
    outcomes
        .add(request.body())
        .onSuccess(stored -> request.reply(new JsonObject()))
        .onFailure(cause -> fail(request, cause));
  }

  private static void fail(Message<?> request, Throwable cause) {
    FailureCode code =
        cause instanceof BusFailure ? FailureCode.of(cause) : FailureCode.UNAVAILABLE;
    request.fail(code.code(), cause.getMessage());
  }
}
