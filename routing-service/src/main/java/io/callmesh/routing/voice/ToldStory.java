package io.callmesh.routing.voice;

import static net.logstash.logback.argument.StructuredArguments.kv;

import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.connector.Destination;
import io.callmesh.contracts.event.CallEventType;
import io.callmesh.contracts.handoff.Receipt;
import io.callmesh.contracts.handoff.Receipt.Step;
import io.callmesh.contracts.handoff.ReceiptChain;
import io.callmesh.contracts.security.Masked;
import io.callmesh.routing.RoutingMetrics;
import io.callmesh.routing.RoutingMetrics.Answer;
import io.callmesh.routing.RoutingMetrics.NotTaken;
import io.callmesh.routing.handoff.Receipts;
import io.callmesh.runtime.kafka.CallEvents;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The story of real calls: to the log, the meters, the call events and the handoffs' receipts. An
 * event's id comes out of what it tells, so that a repeated webhook tells it again and consumers
 * drop the second.
 */
final class ToldStory implements CallStory {
  private static final Logger log = LoggerFactory.getLogger(ToldStory.class);

  private final RoutingMetrics metrics;
  private final CallEvents events;
  private final Receipts receipts;
  private final Clock clock;

  ToldStory(RoutingMetrics metrics, CallEvents events, Receipts receipts, Clock clock) {
    this.metrics = metrics;
    this.events = events;
    this.receipts = receipts;
    this.clock = clock;
  }

  @Override
  public void answered(Answer answer) {
    metrics.answered(answer);
  }

  @Override
  public void received(TwilioWebhook call, Connector connector, String conversationId) {
    Leg leg = Leg.of(call);
    log.info(
        "{} {} call from {} to connector {}",
        kv("callSid", call.callSid()),
        kv("conversationId", conversationId),
        Masked.number(leg.from()),
        connector.connectorId());
    String direction = call.get("Direction");
    publish(
        CallEventType.CALL_RECEIVED,
        call,
        conversationId,
        "",
        new JsonObject()
            .put("connectorId", connector.connectorId())
            .put("accountId", connector.accountId())
            .put("projectId", connector.projectId())
            .put("from", Masked.number(leg.from()))
            .put("to", Masked.number(leg.to()))
            .put("direction", direction.isEmpty() ? "inbound" : direction));
  }

  @Override
  public void returned(TwilioWebhook call, CallState state, String reason) {
    log.warn(
        "{} {} sent back to the agent: {}",
        kv("callSid", call.callSid()),
        kv("conversationId", state.conversationId()),
        reason);
  }

  @Override
  public void routed(
      TwilioWebhook call,
      CallState state,
      Connector connector,
      Destination destination,
      String reason) {
    metrics.routed(destination.method());
    log.info(
        "{} {} handed to {} ({}): {}",
        kv("callSid", call.callSid()),
        kv("conversationId", state.conversationId()),
        destination.name(),
        destination.method().text(),
        Masked.reason(reason));
    publish(
        CallEventType.HANDOFF_ROUTED,
        call,
        state,
        transfer(state)
            .put("reason", Masked.reason(reason))
            .put("method", destination.method().text()));
    receipt(
        call,
        state,
        connector,
        Step.ROUTED,
        state.routedAt().orElseGet(clock::instant),
        attempt(destination.method().text(), state));
  }

  /** A destination may be tried, and fail, more than once. */
  private static String attempt(String what, CallState state) {
    return what + " #" + state.attempts();
  }

  @Override
  public void taken(TwilioWebhook call, CallState state, Connector connector, Instant at) {
    Instant then = state.sinceRouted(at);
    log.info(
        "{} {} {} took the call",
        kv("callSid", call.callSid()),
        kv("conversationId", state.conversationId()),
        state.destination());
    OptionalLong waited = waitedS(call);
    publish(
        CallEventType.HANDOFF_ACCEPTED,
        call,
        state,
        waited.isPresent()
            ? transfer(state).put("queueSeconds", waited.getAsLong())
            : timed(state, then));
    receipt(
        call,
        state,
        connector,
        waited.isPresent()
            ? Receipt.acceptedAfter(then, state.destination(), waited.getAsLong())
            : new Receipt(Step.ACCEPTED, then, null, state.destination(), null));
  }

  /** How long the call was in a queue, as Twilio counts; empty when it was in none. */
  private static OptionalLong waitedS(TwilioWebhook call) {
    String seconds = call.get("QueueTime");
    boolean told = !seconds.isEmpty() && seconds.length() <= 9;
    return told && seconds.chars().allMatch(c -> c >= '0' && c <= '9')
        ? OptionalLong.of(Long.parseLong(seconds))
        : OptionalLong.empty();
  }

  @Override
  public void abandoned(TwilioWebhook call, CallState state, Connector connector) {
    Instant now = state.sinceRouted(clock.instant());
    log.info(
        "{} {} hung up before {} took the call",
        kv("callSid", call.callSid()),
        kv("conversationId", state.conversationId()),
        state.destination());
    publish(CallEventType.HANDOFF_ABANDONED, call, state, timed(state, now));
    receipt(call, state, connector, Step.ABANDONED, now, null);
  }

  @Override
  public void notTaken(
      TwilioWebhook call, CallState state, Connector connector, NotTaken reason, Instant at) {
    metrics.notTaken(reason);
    log.warn(
        "{} {} {} did not take the call: {}",
        kv("callSid", call.callSid()),
        kv("conversationId", state.conversationId()),
        state.destination(),
        reason);
    publish(
        CallEventType.HANDOFF_FAILED, call, state, transfer(state).put("reason", reason.text()));
    receipt(call, state, connector, Step.FAILED, at, attempt(reason.text(), state));
  }

  private void receipt(
      TwilioWebhook call,
      CallState state,
      Connector connector,
      Step step,
      Instant at,
      @Nullable String detail) {
    receipt(call, state, connector, new Receipt(step, at, null, state.destination(), detail));
  }

  private void receipt(TwilioWebhook call, CallState state, Connector connector, Receipt receipt) {
    state
        .decidedAt()
        .ifPresent(
            decidedAt ->
                receipts.tell(
                    new ReceiptChain(
                        call.callSid(),
                        decidedAt,
                        state.conversationId(),
                        call.accountSid(),
                        connector.accountId(),
                        connector.projectId(),
                        null, // the shared id is told when the handoff is stored
                        List.of(receipt))));
  }

  private static JsonObject timed(CallState state, Instant at) {
    JsonObject data = transfer(state);
    state.decidedAt().ifPresent(decided -> data.put("msSinceDecided", ms(decided, at)));
    return data;
  }

  /** Never less than nothing, whatever the clocks of two machines say. */
  private static long ms(Instant from, Instant to) {
    return Math.max(0, Duration.between(from, to).toMillis());
  }

  private static JsonObject transfer(CallState state) {
    return new JsonObject()
        .put("connectorId", state.connectorId())
        .put("destination", state.destination())
        .put("attempt", state.attempts());
  }

  /** Of a transfer: a supervisor's begin to count again, with an outcome of their own. */
  private void publish(CallEventType type, TwilioWebhook call, CallState state, JsonObject data) {
    String outcome = state.decidedAt().map(time -> "/" + time.toEpochMilli()).orElse("");
    publish(type, call, state.conversationId(), "/" + state.attempts() + outcome, data);
  }

  private void publish(
      CallEventType type,
      TwilioWebhook call,
      String conversationId,
      String occasion,
      JsonObject data) {
    events.publish(
        type,
        call.callSid(),
        conversationId + "/" + type.type() + occasion,
        data.put("conversationId", conversationId));
  }

  @Override
  public void trouble(TwilioWebhook call, String sentence) {
    log.warn("{} {}", kv("callSid", call.callSid()), sentence);
  }

  @Override
  public void variables(Map<String, String> used) {}

  @Override
  public void sipHeaders(Map<String, String> headers) {}

  @Override
  public void unknownVariable() {
    metrics.unknownVariable();
  }
}
