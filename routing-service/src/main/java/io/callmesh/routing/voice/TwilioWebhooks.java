package io.callmesh.routing.voice;

import static net.logstash.logback.argument.StructuredArguments.kv;

import io.callmesh.contracts.security.TicketSeal;
import io.callmesh.routing.RoutingConfig;
import io.callmesh.routing.RoutingMetrics;
import io.callmesh.routing.RoutingMetrics.Webhook;
import io.callmesh.routing.connector.Connectors;
import io.callmesh.routing.handoff.Outcomes;
import io.callmesh.runtime.kafka.CallEvents;
import io.callmesh.runtime.security.TwilioRequests;
import io.vertx.core.Future;
import io.vertx.core.eventbus.EventBus;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Mounts Twilio's webhooks: each is checked, answered, and counted. */
public final class TwilioWebhooks {
  private static final Logger log = LoggerFactory.getLogger(TwilioWebhooks.class);

  private final TwilioRequests requests;
  private final RoutingMetrics metrics;
  private final VoiceHandler voice;
  private final ConnectActionHandler connectAction;

  /** Webhooks for these connectors. */
  public TwilioWebhooks(
      RoutingConfig config,
      Connectors connectors,
      EventBus bus,
      CallEvents events,
      RoutingMetrics metrics,
      Clock clock) {
    this.requests = new TwilioRequests(config.accounts(), config.urls());
    this.metrics = metrics;
    Invitation invitation =
        new Invitation(config, new TicketSeal(config.ticketSecrets(), clock), clock);
    this.voice = new VoiceHandler(connectors, invitation, events, metrics, config.apology());
    this.connectAction =
        new ConnectActionHandler(
            connectors,
            new Outcomes(bus, config.outcomeTimeout()),
            invitation,
            metrics,
            config.apology(),
            config.maxResumes());
  }

  /** Mounts the routes. Twilio asks by GET or POST, as the number is configured. */
  public void mount(Router router) {
    router
        .route("/twilio/voice")
        .handler(context -> twiml(context, Webhook.VOICE, voice::toNumber));
    router
        .route("/twilio/connectors/:connectorId/voice")
        .handler(
            context ->
                twiml(
                    context,
                    Webhook.VOICE,
                    call -> voice.toConnector(call, context.pathParam("connectorId"))));
    router
        .route("/twilio/connect-action")
        .handler(context -> twiml(context, Webhook.CONNECT_ACTION, connectAction::answer));
    router
        .route("/twilio/stream-status")
        .handler(context -> status(context, Webhook.STREAM_STATUS));
    router.route("/twilio/call-status").handler(context -> status(context, Webhook.CALL_STATUS));
  }

  private void twiml(
      RoutingContext context, Webhook kind, Function<TwilioWebhook, Future<String>> answer) {
    TwilioWebhook.receive(context, kind, requests, metrics)
        .compose(answer)
        .onSuccess(
            document ->
                context
                    .response()
                    .putHeader("content-type", "text/xml; charset=utf-8")
                    .end(document))
        .onFailure(context::fail);
  }

  private void status(RoutingContext context, Webhook kind) {
    TwilioWebhook.receive(context, kind, requests, metrics)
        .onSuccess(
            webhook -> {
              if (!webhook.get("StreamError").isEmpty()) {
                log.warn(
                    "{} Twilio reports a stream error: {}",
                    kv("callSid", webhook.callSid()),
                    webhook.get("StreamError"));
              }
              context.response().setStatusCode(204).end();
            })
        .onFailure(context::fail);
  }
}
