package io.callmesh.routing.voice;

import io.callmesh.contracts.Ids;
import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.handoff.FindOutcome;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.security.Secret;
import io.callmesh.contracts.security.TicketSeal;
import io.callmesh.routing.RoutingConfig;
import io.callmesh.routing.connector.ConnectorDirectory;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A call that is not placed: the documents that Twilio would be given at each step, from the
 * handlers that answer real calls. Its tickets are sealed with a secret that nobody keeps, so that
 * they open nothing.
 */
final class Preview {
  private static final int MAX_STEPS = 20;

  private final Plan plan;
  private final String web;
  private final Desk desk;
  private final PreviewStory story = new PreviewStory();
  private final JsonArray steps = new JsonArray();
  private final Iterator<String> transferResults;
  private final Map<String, String> fields;
  private boolean outcomeTold;
  private String currentConversation = "";

  /**
   * What is to be imagined.
   *
   * @param connector who takes the call
   * @param path of the voice webhook
   * @param fields of the webhook
   * @param time of the call
   * @param outcome makes the outcome of a conversation; null when the preview ends with the stream
   * @param interrupted whether the stream ends without an outcome
   * @param transferResults what becomes of each transfer, as a {@code DialCallStatus} says it
   */
  record Plan(
      Connector connector,
      String path,
      Map<String, String> fields,
      Instant time,
      @Nullable Function<String, Outcome> outcome,
      boolean interrupted,
      List<String> transferResults) {}

  Preview(RoutingConfig config, ConnectorDirectory connectors, Plan plan) {
    this.plan = plan;
    this.web = config.urls().web();
    this.fields = new LinkedHashMap<>(plan.fields());
    this.transferResults = plan.transferResults().iterator();
    Clock clock = Clock.fixed(plan.time(), ZoneOffset.UTC);
    Secret nobodys = new Secret(Ids.hex(32));
    Desk.Backing backing =
        new Desk.Backing(
            config,
            connectors,
            new Documents(connectors),
            new TicketSeal(List.of(nobodys), clock),
            clock);
    this.desk = new Desk(backing, this::outcome, () -> true, story);
  }

  /** The steps, each with what Twilio sends and what it is answered. */
  Future<JsonArray> run() {
    TwilioWebhook voice = TwilioWebhook.imagined(fields, "");
    return desk.voice()
        .toConnector(voice, plan.connector().connectorId())
        .compose(document -> goOn("voice", web + plan.path(), document))
        .map(done -> steps);
  }

  private Future<Void> goOn(String step, String url, String document) {
    steps.add(
        story
            .addTo(
                new JsonObject()
                    .put("step", step)
                    .put("url", url)
                    .put("fields", new JsonObject(new LinkedHashMap<String, Object>(fields))))
            .put("twiml", document));
    Optional<FirstAction> next = FirstAction.in(document, web);
    return steps.size() >= MAX_STEPS || next.isEmpty()
        ? Future.succeededFuture()
        : after(next.get());
  }

  private Future<Void> after(FirstAction action) {
    fields.put("CallStatus", "in-progress");
    return switch (action.verb()) {
      case "Connect" -> streamEnds(action.url());
      case "Dial" -> transferEnds("dial-action", "DialCallStatus", action.url());
      case "Refer" -> transferEnds("refer-action", "ReferCallStatus", action.url());
      case "Enqueue" -> transferEnds("enqueue-action", "QueueResult", action.url());
      default -> Future.succeededFuture();
    };
  }

  private Future<Void> streamEnds(String url) {
    boolean ends = !outcomeTold && (plan.outcome() != null || plan.interrupted());
    if (!ends) {
      return Future.succeededFuture();
    }
    outcomeTold = true;
    if (plan.connector().disableHandoff() && wantsHandoff(url)) {
      steps.add(
          new JsonObject()
              .put("step", "handoff-refused")
              .put(
                  "notes",
                  new JsonArray()
                      .add(
                          "the connector has disableHandoff: the agent is told handoff_disabled,"
                              + " and the call stays with it")));
      return Future.succeededFuture();
    }
    return ask("connect-action", url, desk.actions()::streamEnded);
  }

  private boolean wantsHandoff(String url) {
    Function<String, Outcome> outcome = plan.outcome();
    return outcome != null && outcome.apply(conversation(url)).kind() == Outcome.Kind.HANDOFF;
  }

  private Future<Void> transferEnds(String step, String field, String url) {
    if (!transferResults.hasNext()) {
      return Future.succeededFuture();
    }
    fields.put(field, said(step, transferResults.next()));
    Function<TwilioWebhook, Future<String>> handler =
        switch (step) {
          case "dial-action" -> desk.actions()::dialEnded;
          case "refer-action" -> desk.actions()::referEnded;
          default -> desk.actions()::queueLeft;
        };
    return ask(step, url, handler).onComplete(asked -> fields.remove(field));
  }

  /** What a queue or a REFER says for a {@code DialCallStatus}. */
  private static String said(String step, String result) {
    return switch (step) {
      case "refer-action" -> result.equals("completed") ? "in-progress" : result;
      case "enqueue-action" ->
          switch (result) {
            case "completed" -> "bridged";
            case "no-answer" -> "leave";
            default -> "error";
          };
      default -> result;
    };
  }

  private Future<Void> ask(
      String step, String url, Function<TwilioWebhook, Future<String>> handler) {
    String query = URI.create(url).getRawQuery();
    currentConversation = conversation(url);
    return handler
        .apply(TwilioWebhook.imagined(fields, query == null ? "" : query))
        .compose(document -> goOn(step, url, document));
  }

  private static String conversation(String url) {
    String query = URI.create(url).getRawQuery();
    return TwilioForm.decode(query == null ? "" : query).get("conversation");
  }

  private Future<Optional<Outcome>> outcome(FindOutcome question) {
    Function<String, Outcome> made = plan.outcome();
    return Future.succeededFuture(
        made == null ? Optional.empty() : Optional.of(made.apply(currentConversation)));
  }
}
