package io.callmesh.routing.voice;

import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.connector.Destination;
import io.callmesh.routing.RoutingMetrics.NotTaken;
import io.callmesh.routing.twiml.Dial;
import io.callmesh.routing.twiml.Enqueue;
import io.callmesh.routing.twiml.HandoffDocument;
import io.callmesh.routing.twiml.SipAddress;
import io.callmesh.routing.twiml.Template;
import io.callmesh.routing.twiml.Twiml;
import io.callmesh.routing.twiml.Variables;
import io.callmesh.routing.twiml.Voices;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The TwiML that takes a call to a destination, for each method (reference/twilio.md 3 and 7). */
final class Transfers {
  private final WebhookUrls urls;
  private final FlexTask flexTask;
  private final StudioReturn studio;
  private final CallStory story;

  Transfers(WebhookUrls urls, FlexTask flexTask, StudioReturn studio, CallStory story) {
    this.urls = urls;
    this.flexTask = flexTask;
    this.studio = studio;
    this.story = story;
  }

  /** Why a call cannot get to a destination at all; empty when it can. */
  static Optional<NotTaken> obstacle(TwilioWebhook call, Destination destination) {
    Leg leg = Leg.of(call);
    boolean possible =
        switch (destination.method()) {
          case SIP_INVITE, SIP_REFER ->
              destination.route().startsWith("sip:") || !leg.sipHost().isEmpty();
          case SIP_BYE -> leg.sip();
          default -> true;
        };
    return possible ? Optional.empty() : Optional.of(NotTaken.IMPOSSIBLE);
  }

  /** The document. */
  String document(Handover handover) {
    Destination destination = handover.destination();
    return switch (destination.method()) {
      case FLEX -> enqueue(handover);
      case NUMBER ->
          spoken(handover)
              .dialNumber(dial(handover, callerId(handover)), destination.route())
              .end();
      case SIP_INVITE -> invite(handover);
      case SIP_REFER -> Leg.of(handover.call()).sip() ? refer(handover) : invite(handover);
      case SIP_BYE -> spoken(handover).hangup().end();
      case STUDIO -> spoken(handover).redirect(studio.url(handover)).end();
      case TWIML -> own(handover);
    };
  }

  private Twiml spoken(Handover handover) {
    String utterance = handover.utterance();
    return utterance.isEmpty() ? new Twiml() : say(new Twiml(), utterance, handover.connector());
  }

  /** Says a sentence as the connector's callers are spoken to. */
  static Twiml say(Twiml twiml, String sentence, Connector connector) {
    return twiml.say(sentence, connector.ttsLangCode(), Voices.say(connector.voiceName()));
  }

  private String enqueue(Handover handover) {
    Destination destination = handover.destination();
    boolean ownMusic = destination.holdMusic() != null || destination.maxWait() != null;
    return spoken(handover)
        .enqueue(
            new Enqueue(
                destination.route(),
                urls.enqueueAction(handover.state()),
                ownMusic ? urls.enqueueWait(handover.state()) : null,
                flexTask.attributes(handover),
                destination.priority(),
                destination.timeout()))
        .end();
  }

  private Dial dial(Handover handover, @Nullable String callerId) {
    return new Dial(urls.dialAction(handover.state()), handover.destination().timeout(), callerId);
  }

  /** Carriers take no call from nobody, so an anonymous caller shows the number that was called. */
  private static @Nullable String callerId(Handover handover) {
    Leg leg = Leg.of(handover.call());
    String wanted = handover.destination().callerId();
    boolean ownNumber = wanted == null && leg.anonymous() && leg.to().startsWith("+");
    return ownNumber ? leg.to() : wanted;
  }

  private String invite(Handover handover) {
    Dial dial = dial(handover, handover.destination().callerId());
    return spoken(handover).dialSip(dial, sipUri(handover)).end();
  }

  private String refer(Handover handover) {
    return spoken(handover).refer(urls.referAction(handover.state()), sipUri(handover)).end();
  }

  private String sipUri(Handover handover) {
    Destination destination = handover.destination();
    Variables variables = handover.variables(story::unknownVariable);
    Map<String, String> headers = new LinkedHashMap<>();
    destination
        .sipHeaders()
        .forEach((name, value) -> headers.put(name, Template.of(value).fill(variables)));
    SipAddress.Filled filled =
        SipAddress.of(destination.route(), Leg.of(handover.call()).sipHost()).with(headers);
    filled.leftOut().forEach(headers::remove);
    if (!filled.leftOut().isEmpty()) {
      story.trouble(handover.call(), "too long for a SIP URI, left out: " + filled.leftOut());
    }
    story.variables(variables.used());
    story.sipHeaders(headers);
    return filled.uri();
  }

  private String own(Handover handover) {
    Variables variables = handover.variables(story::unknownVariable);
    String twiml = handover.destination().twiml();
    HandoffDocument document = HandoffDocument.parse(twiml == null ? "<Response/>" : twiml);
    String filled = document.fill(variables, firstWords(handover));
    story.variables(variables.used());
    return filled;
  }

  private static String firstWords(Handover handover) {
    String utterance = handover.utterance();
    return utterance.isEmpty()
        ? ""
        : Twiml.verbs(twiml -> say(twiml, utterance, handover.connector()));
  }
}
