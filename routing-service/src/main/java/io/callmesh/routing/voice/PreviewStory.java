package io.callmesh.routing.voice;

import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.connector.Destination;
import io.callmesh.routing.RoutingMetrics.Answer;
import io.callmesh.routing.RoutingMetrics.NotTaken;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keeps what a preview shows beside the documents. */
final class PreviewStory implements CallStory {
  private final Map<String, String> variables = new LinkedHashMap<>();
  private final Map<String, String> sipHeaders = new LinkedHashMap<>();
  private final List<String> notes = new ArrayList<>();

  JsonObject addTo(JsonObject step) {
    put(step, "variables", variables);
    put(step, "sipHeaders", sipHeaders);
    if (!notes.isEmpty()) {
      step.put("notes", new JsonArray(List.copyOf(notes)));
      notes.clear();
    }
    return step;
  }

  private static void put(JsonObject step, String name, Map<String, String> values) {
    if (!values.isEmpty()) {
      step.put(name, new JsonObject(new LinkedHashMap<String, Object>(values)));
      values.clear();
    }
  }

  @Override
  public void answered(Answer answer) {}

  @Override
  public void received(TwilioWebhook call, Connector connector, String conversationId) {
    notes.add("conversation " + conversationId + " with connector " + connector.connectorId());
  }

  @Override
  public void returned(TwilioWebhook call, CallState state, String reason) {
    notes.add("back to the agent: " + reason);
  }

  @Override
  public void routed(
      TwilioWebhook call,
      CallState state,
      Connector connector,
      Destination destination,
      String reason) {
    String to = "to %s (%s)".formatted(destination.name(), destination.method().text());
    notes.add(reason.isEmpty() ? to : to + ": " + reason);
  }

  @Override
  public void taken(TwilioWebhook call, CallState state, Connector connector, Instant at) {
    notes.add(state.destination() + " takes the call");
  }

  @Override
  public void abandoned(TwilioWebhook call, CallState state, Connector connector) {
    notes.add("the caller hangs up before " + state.destination() + " takes the call");
  }

  @Override
  public void notTaken(
      TwilioWebhook call, CallState state, Connector connector, NotTaken reason, Instant at) {
    notes.add(state.destination() + " does not take the call: " + reason.text());
  }

  @Override
  public void trouble(TwilioWebhook call, String sentence) {
    notes.add(sentence);
  }

  @Override
  public void variables(Map<String, String> used) {
    variables.putAll(used);
  }

  @Override
  public void sipHeaders(Map<String, String> headers) {
    sipHeaders.putAll(headers);
  }

  @Override
  public void unknownVariable() {
    notes.add("a $variable that neither the call nor the handoff data has: it is empty");
  }
}
