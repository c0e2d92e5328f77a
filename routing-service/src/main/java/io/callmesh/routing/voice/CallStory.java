package io.callmesh.routing.voice;

import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.connector.Destination;
import io.callmesh.routing.RoutingMetrics.Answer;
import io.callmesh.routing.RoutingMetrics.NotTaken;
import java.time.Instant;
import java.util.Map;

/** Who is told what becomes of a call while its webhooks are answered. */
interface CallStory {
  /** A call was answered. */
  void answered(Answer answer);

  /** A call comes to an agent. */
  void received(TwilioWebhook call, Connector connector, String conversationId);

  /** A call goes back to its agent. */
  void returned(TwilioWebhook call, CallState state, String reason);

  /** A call goes to a destination. */
  void routed(
      TwilioWebhook call,
      CallState state,
      Connector connector,
      Destination destination,
      String reason);

  /** The destination that the call was sent to last took it. */
  void taken(TwilioWebhook call, CallState state, Connector connector, Instant at);

  /** The caller hung up before the destination that the call was sent to last took it. */
  void abandoned(TwilioWebhook call, CallState state, Connector connector);

  /** The destination that the call was sent to last did not take it. */
  void notTaken(
      TwilioWebhook call, CallState state, Connector connector, NotTaken reason, Instant at);

  /** A caller could not be helped as asked: what an operator must read. */
  void trouble(TwilioWebhook call, String sentence);

  /** These {@code $variables} were filled in. */
  void variables(Map<String, String> used);

  /** These SIP headers go with the call. */
  void sipHeaders(Map<String, String> headers);

  /** A {@code $variable} that nobody knows. */
  void unknownVariable();
}
