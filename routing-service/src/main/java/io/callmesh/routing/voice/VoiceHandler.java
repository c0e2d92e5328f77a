package io.callmesh.routing.voice;

import static net.logstash.logback.argument.StructuredArguments.kv;

import io.callmesh.contracts.Ids;
import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.event.CallEventType;
import io.callmesh.contracts.security.Masked;
import io.callmesh.routing.RoutingMetrics;
import io.callmesh.routing.RoutingMetrics.Answer;
import io.callmesh.routing.connector.Connectors;
import io.callmesh.routing.twiml.CustomerDocument;
import io.callmesh.routing.twiml.StreamNoun;
import io.callmesh.routing.twiml.Twiml;
import io.callmesh.runtime.kafka.CallEvents;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the voice webhook: which connector takes this call, and the TwiML that brings it there.
 */
final class VoiceHandler {
  private static final Logger log = LoggerFactory.getLogger(VoiceHandler.class);

  private final Connectors connectors;
  private final Invitation invitation;
  private final CallEvents events;
  private final RoutingMetrics metrics;
  private final String apology;

  VoiceHandler(
      Connectors connectors,
      Invitation invitation,
      CallEvents events,
      RoutingMetrics metrics,
      String apology) {
    this.connectors = connectors;
    this.invitation = invitation;
    this.events = events;
    this.metrics = metrics;
    this.apology = apology;
  }

  /** The TwiML for a call to a number of ours. */
  Future<String> toNumber(TwilioWebhook call) {
    String number = call.get("To").isEmpty() ? call.get("Called") : call.get("To");
    return connectors
        .serving(number)
        .compose(
            found -> {
              if (found.isEmpty()) {
                log.warn(
                    "{} no connector serves {}: import the number and assign it",
                    kv("callSid", call.callSid()),
                    Masked.number(number));
                return apologise("");
              }
              return connect(call, found.get());
            });
  }

  /** The TwiML for a call to a connector, whatever the number. */
  Future<String> toConnector(TwilioWebhook call, String connectorId) {
    return connectors
        .find(connectorId)
        .compose(
            found -> {
              if (found.isEmpty()) {
                log.warn("{} there is no connector {}", kv("callSid", call.callSid()), connectorId);
                return apologise("");
              }
              return connect(call, found.get());
            });
  }

  private Future<String> connect(TwilioWebhook call, Connector connector) {
    if (connector.twiml() == null) {
      return stream(call, connector, noun -> new Twiml().connect(noun).end());
    }
    CustomerDocument document = CustomerDocument.parse(connector.twiml());
    String named = document.connectorIds().get(0);
    if (named.isEmpty() || named.equals(connector.connectorId())) {
      return stream(call, connector, noun -> document.complete(List.of(noun)));
    }
    return connectors
        .find(named)
        .compose(
            found -> {
              Optional<Connector> beside = found.filter(other -> sameProject(connector, other));
              if (beside.isEmpty()) {
                log.warn(
                    "{} the TwiML of connector {} names {}, which its project does not have",
                    kv("callSid", call.callSid()),
                    connector.connectorId(),
                    named);
              }
              return stream(
                  call, beside.orElse(connector), noun -> document.complete(List.of(noun)));
            });
  }

  /** Nobody writes the calls of one project to another's agent. */
  private static boolean sameProject(Connector one, Connector other) {
    return one.accountId().equals(other.accountId()) && one.projectId().equals(other.projectId());
  }

  private Future<String> stream(
      TwilioWebhook call, Connector connector, Function<StreamNoun, String> document) {
    if (connector.agent() == null) {
      log.warn(
          "{} connector {} has no agent: set its agent.url",
          kv("callSid", call.callSid()),
          connector.connectorId());
      return apologise(connector.ttsLangCode());
    }
    String conversationId = Ids.conversation();
    String twiml = document.apply(invitation.to(call, connector, conversationId, 0));
    metrics.answered(Answer.STREAM);
    log.info(
        "{} {} call from {} to connector {}",
        kv("callSid", call.callSid()),
        kv("conversationId", conversationId),
        Masked.number(call.get("From")),
        connector.connectorId());
    events.publish(
        CallEventType.CALL_RECEIVED,
        call.callSid(),
        new JsonObject()
            .put("conversationId", conversationId)
            .put("connectorId", connector.connectorId())
            .put("accountId", connector.accountId())
            .put("projectId", connector.projectId())
            .put("from", Masked.number(call.get("From")))
            .put("to", Masked.number(call.get("To")))
            .put(
                "direction",
                Optional.of(call.get("Direction")).filter(d -> !d.isEmpty()).orElse("inbound")));
    return Future.succeededFuture(twiml);
  }

  private Future<String> apologise(String language) {
    metrics.answered(Answer.APOLOGY);
    return Future.succeededFuture(new Twiml().say(apology, language, "").hangup().end());
  }
}
