package io.callmesh.routing.voice;

import static net.logstash.logback.argument.StructuredArguments.kv;

import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.connector.Destination;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.routing.RoutingMetrics;
import io.callmesh.routing.RoutingMetrics.Answer;
import io.callmesh.routing.connector.Connectors;
import io.callmesh.routing.handoff.Outcomes;
import io.callmesh.routing.twiml.Twiml;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the {@code <Connect>} action: the stream has ended, where does the call go? To the
 * outcome's destination; back to the agent when there is no outcome (the call was interrupted); to
 * a person when it was interrupted too often; never into silence.
 */
final class ConnectActionHandler {
  private static final Logger log = LoggerFactory.getLogger(ConnectActionHandler.class);

  private final Connectors connectors;
  private final Outcomes outcomes;
  private final Invitation invitation;
  private final RoutingMetrics metrics;
  private final String apology;
  private final int maxResumes;

  ConnectActionHandler(
      Connectors connectors,
      Outcomes outcomes,
      Invitation invitation,
      RoutingMetrics metrics,
      String apology,
      int maxResumes) {
    this.connectors = connectors;
    this.outcomes = outcomes;
    this.invitation = invitation;
    this.metrics = metrics;
    this.apology = apology;
    this.maxResumes = maxResumes;
  }

  /** The TwiML that continues the call. */
  Future<String> answer(TwilioWebhook call) {
    if (isOver(call.get("CallStatus"))) {
      metrics.answered(Answer.NOTHING);
      return Future.succeededFuture(new Twiml().end());
    }
    Future<Optional<Connector>> connector = connectors.find(call.ours(Invitation.CONNECTOR));
    Future<Optional<Outcome>> outcome =
        outcomes
            .of(call.callSid())
            .map(found -> found.filter(one -> isOfThisConversation(call, one)))
            .recover(cause -> unknown(call, cause));
    return Future.all(connector, outcome)
        .map(both -> decide(call, connector.result().orElse(null), outcome.result().orElse(null)));
  }

  /** A call that came back to an agent has the outcome of its last conversation still stored. */
  private static boolean isOfThisConversation(TwilioWebhook call, Outcome outcome) {
    return outcome.conversationId().equals(call.ours(Invitation.CONVERSATION));
  }

  private static boolean isOver(String callStatus) {
    return switch (callStatus) {
      case "completed", "busy", "failed", "no-answer", "canceled" -> true;
      default -> false;
    };
  }

  /**
   * Without handoff-service nobody can say how it ended; going back to the agent is the mildest
   * guess.
   */
  private static Future<Optional<Outcome>> unknown(TwilioWebhook call, Throwable cause) {
    log.error(
        "{} cannot ask for the outcome: {}", kv("callSid", call.callSid()), cause.getMessage());
    return Future.succeededFuture(Optional.empty());
  }

  private String decide(
      TwilioWebhook call, @Nullable Connector connector, @Nullable Outcome outcome) {
    if (connector == null) {
      log.error("{} the connector of this call is gone", kv("callSid", call.callSid()));
      return apologise("");
    }
    if (outcome == null) {
      return interrupted(call, connector);
    }
    return outcome.kind() == Outcome.Kind.HANGUP
        ? hangUp(outcome, connector)
        : handOff(call, outcome, connector);
  }

  private String hangUp(Outcome outcome, Connector connector) {
    metrics.answered(Answer.HANGUP);
    return spoken(outcome, connector).hangup().end();
  }

  private String handOff(TwilioWebhook call, Outcome outcome, Connector connector) {
    Destination destination =
        connector.destination(outcome.destination()).or(connector::rescueDestination).orElse(null);
    if (destination == null) {
      log.error(
          "{} connector {} has no handoff destination: the caller is lost",
          kv("callSid", call.callSid()),
          connector.connectorId());
      return apologise(connector.ttsLangCode());
    }
    metrics.answered(Answer.HANDOFF);
    log.info(
        "{} {} handed off to {}: {}",
        kv("callSid", call.callSid()),
        kv("conversationId", outcome.conversationId()),
        destination.name(),
        outcome.reason());
    JsonObject attributes =
        FlexTask.attributes(
            destination, call.get("From"), outcome.conversationId(), connector, outcome.reason());
    return spoken(outcome, connector).enqueue(destination.route(), attributes).end();
  }

  private static Twiml spoken(Outcome outcome, Connector connector) {
    Twiml twiml = new Twiml();
    String utterance = outcome.utterance();
    return utterance == null || utterance.isBlank()
        ? twiml
        : twiml.say(utterance, connector.ttsLangCode());
  }

  private String interrupted(TwilioWebhook call, Connector connector) {
    int resumes = resumes(call);
    String conversationId = call.ours(Invitation.CONVERSATION);
    if (resumes < maxResumes) {
      metrics.answered(Answer.STREAM);
      log.warn(
          "{} {} interrupted; sent back to the agent",
          kv("callSid", call.callSid()),
          kv("conversationId", conversationId));
      return new Twiml().connect(invitation.to(call, connector, conversationId, resumes + 1)).end();
    }
    Destination rescue = connector.rescueDestination().orElse(null);
    if (rescue == null) {
      return apologise(connector.ttsLangCode());
    }
    metrics.answered(Answer.HANDOFF);
    log.error(
        "{} {} interrupted {} times; handed to {}",
        kv("callSid", call.callSid()),
        kv("conversationId", conversationId),
        resumes + 1,
        rescue.name());
    return new Twiml()
        .enqueue(
            rescue.route(),
            FlexTask.attributes(rescue, call.get("From"), conversationId, connector, "interrupted"))
        .end();
  }

  private static int resumes(TwilioWebhook call) {
    try {
      return Integer.parseInt(call.ours(Invitation.RESUMES));
    } catch (NumberFormatException notOurs) {
      return Integer.MAX_VALUE;
    }
  }

  private String apologise(String language) {
    metrics.answered(Answer.APOLOGY);
    return new Twiml().say(apology, language).hangup().end();
  }
}
