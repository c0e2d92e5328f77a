package io.callmesh.routing.voice;

import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.connector.Destination;
import io.callmesh.routing.RoutingMetrics.Answer;
import io.callmesh.routing.RoutingMetrics.NotTaken;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes down what becomes of a call's transfers, a line for each thing that is told. */
final class TransferStory implements CallStory {
  final List<String> lines = new ArrayList<>();

  private void add(String what, CallState state, Connector connector, Object more) {
    String decided = state.decidedAt().map(Instant::toString).orElse("no outcome");
    lines.add(
        String.join(
            " ",
            what,
            state.destination(),
            "#" + state.attempts(),
            decided,
            connector.accountId(),
            more.toString()));
  }

  @Override
  public void routed(
      TwilioWebhook call,
      CallState state,
      Connector connector,
      Destination destination,
      String reason) {
    add("routed", state, connector, state.routedAt().orElseThrow());
  }

  @Override
  public void taken(TwilioWebhook call, CallState state, Connector connector, Instant at) {
    add("taken", state, connector, at);
  }

  @Override
  public void abandoned(TwilioWebhook call, CallState state, Connector connector) {
    add("abandoned", state, connector, "");
  }

  @Override
  public void notTaken(
      TwilioWebhook call, CallState state, Connector connector, NotTaken reason, Instant at) {
    add("not taken", state, connector, at + " " + reason);
  }

  @Override
  public void answered(Answer answer) {}

  @Override
  public void received(TwilioWebhook call, Connector connector, String conversationId) {}

  @Override
  public void returned(TwilioWebhook call, CallState state, String reason) {}

  @Override
  public void trouble(TwilioWebhook call, String sentence) {}

  @Override
  public void variables(Map<String, String> used) {}

  @Override
  public void sipHeaders(Map<String, String> headers) {}

  @Override
  public void unknownVariable() {}
}
