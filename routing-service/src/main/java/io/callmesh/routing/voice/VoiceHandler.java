package io.callmesh.routing.voice;

import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.security.Masked;
import io.callmesh.routing.RoutingMetrics.Answer;
import io.callmesh.routing.connector.ConnectorDirectory;
import io.callmesh.routing.twiml.StreamNoun;
import io.callmesh.routing.voice.TwilioWebhook.Visit;
import io.vertx.core.Future;
import java.time.InstantSource;

/**
 * Answers the voice webhook: which connector takes this call, and the TwiML that brings it there.
 */
final class VoiceHandler {
  private final ConnectorDirectory connectors;
  private final Documents documents;
  private final Conversations conversations;
  private final Invitation invitation;
  private final CallFlow flow;
  private final CallStory story;
  private final InstantSource clock;

  VoiceHandler(
      ConnectorDirectory connectors,
      Documents documents,
      Conversations conversations,
      Invitation invitation,
      CallFlow flow,
      CallStory story,
      InstantSource clock) {
    this.connectors = connectors;
    this.documents = documents;
    this.conversations = conversations;
    this.invitation = invitation;
    this.flow = flow;
    this.story = story;
    this.clock = clock;
  }

  /** The TwiML for a call to a number of ours. */
  Future<String> toNumber(TwilioWebhook call) {
    String number = Leg.of(call).to();
    return connectors
        .serving(number)
        .compose(
            found ->
                found
                    .map(connector -> connect(call, connector))
                    .orElseGet(
                        () ->
                            lost(
                                call,
                                "no connector serves "
                                    + Masked.number(number)
                                    + ": import the number and assign it")));
  }

  /** The TwiML for a call to a connector, whatever the number. */
  Future<String> toConnector(TwilioWebhook call, String connectorId) {
    return connectors
        .find(connectorId)
        .compose(
            found ->
                found
                    .map(connector -> connect(call, connector))
                    .orElseGet(() -> lost(call, "there is no connector " + connectorId)));
  }

  private Future<String> lost(TwilioWebhook call, String sentence) {
    story.trouble(call, sentence);
    return Future.succeededFuture(flow.apologise(null));
  }

  private Future<String> connect(TwilioWebhook call, Connector connector) {
    if (!flow.admits(call, connector)) {
      return lost(call, flow.strangers(connector));
    }
    return flow.overflow(call, arriving(call, connector), connector)
        .map(Future::succeededFuture)
        .orElseGet(() -> stream(call, connector));
  }

  private Future<String> stream(TwilioWebhook call, Connector connector) {
    return documents
        .whole(connector, streams(call, call.visit()))
        .map(
            document -> {
              story.answered(Answer.STREAM);
              return document;
            })
        .recover(noAgent -> withoutAgent(call, connector, noAgent));
  }

  /** What puts this call's streams into a document. */
  Documents.Streams streams(TwilioWebhook call, Visit visit) {
    return (owner, slot) -> stream(call, visit, owner, slot);
  }

  private StreamNoun stream(TwilioWebhook call, Visit visit, Connector owner, Documents.Slot slot) {
    if (slot.isFirst() && slot.connector().agent() == null) {
      throw new NoAgent(slot.connector());
    }
    CallState state = begin(call, visit, slot).in(owner.connectorId(), slot.index());
    if (slot.isLost()) {
      story.trouble(
          call,
          "the TwiML of connector %s names %s, which its account does not have"
              .formatted(owner.connectorId(), slot.named()));
    }
    if (slot.isFirst()) {
      story.received(call, slot.connector(), state.conversationId());
    }
    boolean late = owner.twiml() != null;
    return invitation.begin(call, state, visit, late);
  }

  /** The state of a call that has come to a connector and no further. */
  CallState arriving(TwilioWebhook call, Connector connector) {
    return begin(call, call.visit(), Documents.Slot.first(connector));
  }

  private CallState begin(TwilioWebhook call, Visit visit, Documents.Slot slot) {
    Connector connector = slot.connector();
    String conversationId =
        conversations.id(call.callSid(), connector.connectorId(), visit.name(), slot.index());
    CallState state =
        CallState.begin(
            connector.connectorId(),
            conversationId,
            Invitation.sharedId(call, connector, slot.parameters()));
    // What the agent of an earlier entry of this name left behind is not this one's.
    return visit.unique() ? state : state.handled(clock.instant());
  }

  private Future<String> withoutAgent(TwilioWebhook call, Connector connector, Throwable cause) {
    if (!(cause instanceof NoAgent absent)) {
      return Future.failedFuture(cause);
    }
    story.trouble(
        call, "connector " + absent.connector.connectorId() + " has no agent: set its agent.url");
    return Future.succeededFuture(
        flow.rescue(call, arriving(call, connector), connector, null, "no_agent"));
  }

  /** A connector nobody has given an agent yet. */
  private static final class NoAgent extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Connector connector;

    NoAgent(Connector connector) {
      super("no agent", null, false, false);
      this.connector = connector;
    }
  }
}
