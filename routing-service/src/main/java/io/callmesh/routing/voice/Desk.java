package io.callmesh.routing.voice;

import io.callmesh.contracts.security.TicketSeal;
import io.callmesh.routing.RoutingConfig;
import io.callmesh.routing.connector.ConnectorDirectory;
import java.time.Clock;

/** The handlers of one event loop, or of one preview, put together. */
final class Desk {
  private final VoiceHandler voice;
  private final ActionHandlers actions;

  /**
   * What all desks share. Safe on any thread.
   *
   * @param seal for tickets
   */
  record Backing(
      RoutingConfig config,
      ConnectorDirectory connectors,
      Documents documents,
      TicketSeal seal,
      Clock clock) {}

  Desk(
      Backing backing, ActionHandlers.OutcomeOfCall outcomes, CallFlow.Room room, CallStory story) {
    RoutingConfig config = backing.config();
    WebhookUrls urls = new WebhookUrls(config.urls());
    Conversations conversations = new Conversations(config.ticketSecrets().get(0));
    Invitation invitation =
        new Invitation(
            urls, backing.seal(), conversations, config.ticketLifetime(), backing.clock());
    Transfers transfers =
        new Transfers(
            urls,
            new FlexTask(urls, config.taskAttributesLimit()),
            new StudioReturn(config.studioUrl()),
            story);
    CallFlow flow =
        new CallFlow(
            config.accounts(),
            backing.connectors(),
            backing.documents(),
            invitation,
            transfers,
            room,
            story,
            new CallFlow.Limits(config.maxResumes(), config.maxTransfers(), config.apology()),
            backing.clock());
    this.voice =
        new VoiceHandler(
            backing.connectors(),
            backing.documents(),
            conversations,
            invitation,
            flow,
            story,
            backing.clock());
    this.actions =
        new ActionHandlers(
            backing.connectors(),
            outcomes,
            voice,
            flow,
            story,
            config.urls().web(),
            config.holdSentence(),
            backing.clock());
  }

  VoiceHandler voice() {
    return voice;
  }

  ActionHandlers actions() {
    return actions;
  }
}
