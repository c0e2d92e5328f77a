package io.callmesh.routing.voice;

import static net.logstash.logback.argument.StructuredArguments.kv;

import io.callmesh.contracts.event.CallEventType;
import io.callmesh.contracts.security.TicketSeal;
import io.callmesh.routing.RoutingConfig;
import io.callmesh.routing.RoutingMetrics;
import io.callmesh.routing.RoutingMetrics.Webhook;
import io.callmesh.routing.connector.ConnectorDirectory;
import io.callmesh.routing.handoff.Outcomes;
import io.callmesh.routing.handoff.Receipts;
import io.callmesh.runtime.kafka.CallEvents;
import io.callmesh.runtime.security.TwilioRequests;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Mounts Twilio's webhooks: each is checked, answered, and counted. */
public final class TwilioWebhooks {
  private static final Logger log = LoggerFactory.getLogger(TwilioWebhooks.class);

  private final TwilioRequests requests;
  private final CallEvents events;
  private final RoutingMetrics metrics;
  private final Desk.Backing backing;
  private final Outcomes outcomes;
  private final Receipts receipts;
  private final String processId;

  /**
   * Webhooks for these connectors.
   *
   * @param processId names this process on the bus
   */
  public TwilioWebhooks(
      RoutingConfig config,
      ConnectorDirectory connectors,
      Outcomes outcomes,
      Receipts receipts,
      CallEvents events,
      RoutingMetrics metrics,
      Clock clock,
      String processId) {
    this.outcomes = outcomes;
    this.receipts = receipts;
    this.requests = new TwilioRequests(config.accounts(), config.urls());
    this.events = events;
    this.metrics = metrics;
    this.backing =
        new Desk.Backing(
            config,
            connectors,
            new Documents(connectors),
            new TicketSeal(config.ticketSecrets(), clock),
            clock);
    this.processId = processId;
  }

  /**
   * Mounts the routes on the calling context. Twilio asks by GET or POST, as the number is
   * configured. Succeeds when this context hears of the workers.
   */
  public Future<?> mount(Vertx vertx, Router router) {
    ToldStory story = new ToldStory(metrics, events, receipts, backing.clock());
    return WorkerRoom.listen(vertx, processId)
        .map(room -> new Desk(backing, outcomes::find, room, story))
        .onSuccess(desk -> mount(router, desk));
  }

  private void mount(Router router, Desk desk) {
    ActionHandlers actions = desk.actions();
    twiml(router, "/twilio/voice", Webhook.VOICE, desk.voice()::toNumber);
    ofConnector(router, "voice", Webhook.VOICE, desk.voice()::toConnector);
    ofConnector(router, "fallback", Webhook.FALLBACK, actions::failed);
    twiml(router, "/twilio/connect-action", Webhook.CONNECT_ACTION, actions::streamEnded);
    twiml(router, "/twilio/dial-action", Webhook.DIAL_ACTION, actions::dialEnded);
    twiml(router, "/twilio/refer-action", Webhook.REFER_ACTION, actions::referEnded);
    twiml(router, "/twilio/enqueue-action", Webhook.ENQUEUE_ACTION, actions::queueLeft);
    twiml(router, "/twilio/enqueue-wait", Webhook.ENQUEUE_WAIT, actions::waiting);
    twiml(router, "/twilio/transfer", Webhook.TRANSFER, actions::transferred);
    twiml(router, "/twilio/fallback", Webhook.FALLBACK, actions::failed);
    status(router, "/twilio/stream-status", Webhook.STREAM_STATUS, this::streamStatus);
    status(router, "/twilio/call-status", Webhook.CALL_STATUS, this::callStatus);
  }

  private void ofConnector(
      Router router,
      String name,
      Webhook kind,
      BiFunction<TwilioWebhook, String, Future<String>> answer) {
    router
        .route("/twilio/connectors/:connectorId/" + name)
        .handler(
            context ->
                twiml(context, kind, call -> answer.apply(call, context.pathParam("connectorId"))));
  }

  private void twiml(
      Router router, String path, Webhook kind, Function<TwilioWebhook, Future<String>> answer) {
    router.route(path).handler(context -> twiml(context, kind, answer));
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

  private void status(
      Router router, String path, Webhook kind, java.util.function.Consumer<TwilioWebhook> told) {
    router
        .route(path)
        .handler(
            context ->
                TwilioWebhook.receive(context, kind, requests, metrics)
                    .onSuccess(
                        webhook -> {
                          told.accept(webhook);
                          context.response().setStatusCode(204).end();
                        })
                    .onFailure(context::fail));
  }

  private void streamStatus(TwilioWebhook webhook) {
    if (!webhook.get("StreamError").isEmpty()) {
      log.warn(
          "{} Twilio reports a stream error: {}",
          kv("callSid", webhook.callSid()),
          webhook.get("StreamError"));
    }
  }

  /** Twilio tells several times, and in any order: the event's id is the same each time. */
  private void callStatus(TwilioWebhook webhook) {
    if (webhook.isOver()) {
      events.publish(
          CallEventType.CALL_ENDED,
          webhook.callSid(),
          webhook.callSid() + "/" + CallEventType.CALL_ENDED.type(),
          new JsonObject()
              .put("status", webhook.get("CallStatus"))
              .put("durationSeconds", webhook.get("CallDuration"))
              .put("sipResponseCode", webhook.get("SipResponseCode")));
    }
  }
}
