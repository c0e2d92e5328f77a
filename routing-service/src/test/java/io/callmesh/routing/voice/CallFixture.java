package io.callmesh.routing.voice;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.security.TicketSeal;
import io.callmesh.routing.RoutingConfig;
import io.callmesh.routing.connector.ConnectorDirectory;
import io.callmesh.runtime.config.Settings;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A desk with connectors of its own, and calls to it: without a broker, at a fixed time. */
final class CallFixture {
  static final String CALL = "CA00000000000000000000000000000001";
  static final String CALLER = "+14158675309";
  static final String NUMBER = "+15005550000";
  static final String WORKFLOW = "WW0123456789abcdef0123456789abcdef";
  static final String FLOW = "FW0123456789abcdef0123456789abcdef";

  final RoutingConfig config =
      RoutingConfig.from(
          Settings.load(
              Map.of(
                  "CALLMESH_PUBLIC_URL", "https://mesh.example",
                  "CALLMESH_TICKET_SECRET", "a-secret-for-tickets",
                  "CALLMESH_TWILIO_ACCOUNTS",
                      "[{\"accountSid\":\"AC2\",\"authTokens\":[\"t\"],\"accountId\":\"other\"}]",
                  "CALLMESH_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9"),
              "routing-defaults.properties"));
  final Map<String, String> fields = new LinkedHashMap<>();
  final PreviewStory story = new PreviewStory();
  CallStory told = story;
  boolean room = true;
  @Nullable Outcome outcome;
  Instant now = Instant.parse("2026-11-23T10:00:30Z");

  private final Map<String, Connector> connectors = new HashMap<>();
  final ConnectorDirectory directory = directory();
  private final Documents documents = new Documents(directory);

  CallFixture() {
    fields.put("AccountSid", "AC00000000000000000000000000000001");
    fields.put("CallSid", CALL);
    fields.put("CallStatus", "ringing");
    fields.put("Direction", "inbound");
    fields.put("From", CALLER);
    fields.put("To", NUMBER);
  }

  private ConnectorDirectory directory() {
    return new ConnectorDirectory() {
      @Override
      public Future<Optional<Connector>> find(String connectorId) {
        return Future.succeededFuture(Optional.ofNullable(connectors.get(connectorId)));
      }

      @Override
      public Future<Optional<Connector>> serving(String number) {
        return find("conn-1");
      }

      @Override
      public Optional<Connector> get(String connectorId) {
        return Optional.ofNullable(connectors.get(connectorId));
      }
    };
  }

  /** A connector, the one that all numbers lead to, with an agent, and what is told here. */
  void connector(JsonObject members) {
    Connector connector =
        Connector.fromJson(
            new JsonObject()
                .put("connectorId", "conn-1")
                .put("accountId", "acme")
                .put("projectId", "support")
                .put("ttsLangCode", "en-GB")
                .put("agent", new JsonObject().put("url", "wss://agent.example"))
                .put("createdAt", "2026-11-23T09:00:00Z")
                .mergeIn(members));
    connectors.put(connector.connectorId(), connector);
  }

  /** The same with these destinations. */
  void destinations(JsonObject... destinations) {
    JsonArray all = new JsonArray();
    for (JsonObject destination : destinations) {
      all.add(destination);
    }
    connector(new JsonObject().put("destinations", all));
  }

  static JsonObject destination(String name, String method, String route) {
    return new JsonObject().put("name", name).put("method", method).put("route", route);
  }

  Desk desk() {
    Clock clock = Clock.fixed(now, ZoneOffset.UTC);
    return new Desk(
        new Desk.Backing(
            config, directory(), documents, new TicketSeal(config.ticketSecrets(), clock), clock),
        question -> Future.succeededFuture(Optional.ofNullable(outcome)),
        () -> room,
        told);
  }

  TwilioWebhook webhook(String query) {
    return TwilioWebhook.imagined(fields, query);
  }

  /** The answer to the voice webhook. */
  String voice() throws Exception {
    return answer(desk().voice()::toNumber, "");
  }

  /** The answer to the question that a document's first action asks, of one of these handlers. */
  String next(String document, Function<ActionHandlers, Handler> handler, String... more)
      throws Exception {
    for (int i = 0; i < more.length; i += 2) {
      fields.put(more[i], more[i + 1]);
    }
    fields.put("CallStatus", "in-progress");
    String url = FirstAction.in(document, "https://mesh.example/").orElseThrow().url();
    return answer(handler.apply(desk().actions()), URI.create(url).getRawQuery());
  }

  /** One webhook's handler. */
  interface Handler extends Function<TwilioWebhook, Future<String>> {}

  /** The answer of a handler to this call. */
  String answer(Function<TwilioWebhook, Future<String>> handler, String query) throws Exception {
    return handler.apply(webhook(query)).await(10, SECONDS);
  }

  /** The agent hands the call off, in the conversation of a document's first action. */
  void handoff(String document, @Nullable String destination, JsonObject more) {
    outcome(document, "HANDOFF", destination, more);
  }

  /** The agent ends the call. */
  void hangup(String document) {
    outcome(document, "HANGUP", null, new JsonObject());
  }

  private void outcome(
      String document, String kind, @Nullable String destination, JsonObject more) {
    String query =
        URI.create(FirstAction.in(document, "https://mesh.example/").orElseThrow().url())
            .getRawQuery();
    now = now.plus(Duration.ofSeconds(30));
    JsonObject json =
        new JsonObject()
            .put("callSid", CALL)
            .put("accountSid", "AC1")
            .put("conversationId", TwilioForm.decode(query).get("conversation"))
            .put("connectorId", "conn-1")
            .put("accountId", "acc-1")
            .put("projectId", "proj-1")
            .put("kind", kind)
            .put("destination", destination)
            .put("reason", "needs_human")
            .put("state", new JsonObject())
            .put("decidedAt", now.toString())
            .mergeIn(more);
    outcome = Outcome.fromJson(json.put("state", json.getJsonObject("state").encode()));
  }
}
