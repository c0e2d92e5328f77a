package io.callmesh.routing.voice;

import static net.logstash.logback.argument.StructuredArguments.kv;

import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.connector.Destination;
import io.callmesh.contracts.event.CallEventType;
import io.callmesh.contracts.security.Masked;
import io.callmesh.routing.RoutingMetrics;
import io.callmesh.routing.RoutingMetrics.Answer;
import io.callmesh.routing.RoutingMetrics.NotTaken;
import io.callmesh.runtime.kafka.CallEvents;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The story of real calls: to the log, the meters and the call events. An event's id comes out of
 * what it tells, so that a repeated webhook tells it again and consumers drop the second.
 */
final class ToldStory implements CallStory {
  private static final Logger log = LoggerFactory.getLogger(ToldStory.class);

  private final RoutingMetrics metrics;
  private final CallEvents events;

  ToldStory(RoutingMetrics metrics, CallEvents events) {
    this.metrics = metrics;
    this.events = events;
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
  public void routed(TwilioWebhook call, CallState state, Destination destination, String reason) {
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
        state.conversationId(),
        "/" + state.attempts(),
        transfer(state, reason).put("method", destination.method().text()));
  }

  @Override
  public void notTaken(TwilioWebhook call, CallState state, NotTaken reason) {
    metrics.notTaken(reason);
    log.warn(
        "{} {} {} did not take the call: {}",
        kv("callSid", call.callSid()),
        kv("conversationId", state.conversationId()),
        state.destination(),
        reason);
    publish(
        CallEventType.HANDOFF_FAILED,
        call,
        state.conversationId(),
        "/" + state.attempts(),
        transfer(state, reason.text()));
  }

  private static JsonObject transfer(CallState state, String reason) {
    return new JsonObject()
        .put("connectorId", state.connectorId())
        .put("destination", state.destination())
        .put("reason", reason)
        .put("attempt", state.attempts());
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
