package io.callmesh.routing.voice;

import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.Transcript;
import io.callmesh.routing.RoutingConfig;
import io.callmesh.routing.api.ApiDocument;
import io.callmesh.routing.connector.ConnectorDirectory;
import io.callmesh.routing.connector.ProvisioningApi;
import io.callmesh.routing.connector.Scope;
import io.callmesh.runtime.web.Fault;
import io.callmesh.runtime.web.Json;
import io.callmesh.runtime.web.Problem;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** {@code POST …/preview}: what Twilio would be answered, without a call. */
public final class PreviewApi {
  private static final String CALLER = "+14155550100";
  private static final String CALLED = "+14155550199";
  private static final String CALL_SID = "CA00000000000000000000000000000000";
  private static final String ACCOUNT_SID = "AC00000000000000000000000000000000";

  private final RoutingConfig config;
  private final ConnectorDirectory connectors;
  private final ApiDocument api;
  private final Clock clock;

  /** An API that previews calls to these connectors. */
  public PreviewApi(
      RoutingConfig config, ConnectorDirectory connectors, ApiDocument api, Clock clock) {
    this.config = config;
    this.connectors = connectors;
    this.api = api;
    this.clock = clock;
  }

  /** Mounts the route, behind what {@link ProvisioningApi#mount} has put before all of them. */
  public void mount(Router router) {
    router.post(ProvisioningApi.BASE + "/preview").handler(this::preview);
  }

  private void preview(RoutingContext context) {
    JsonObject request = api.body(context, "PreviewRequest");
    Instant time = time(request.getString("time"));
    connector(Scope.of(context), request)
        .compose(
            connector ->
                new Preview(config, connectors, plan(connector, request, time))
                    .run()
                    .map(steps -> shown(connector, time, steps)))
        .onSuccess(answer -> Json.answer(context, 200, answer))
        .onFailure(context::fail);
  }

  private Instant time(@Nullable String text) {
    try {
      return text == null ? clock.instant() : Instant.parse(text);
    } catch (DateTimeException noSuchDay) {
      throw Problem.invalid(
          List.of(Fault.at("#/time", "must be a time such as 2026-11-23T10:00:00Z")));
    }
  }

  private Future<Connector> connector(Scope scope, JsonObject request) {
    String connectorId = request.getString("connectorId");
    String number = request.getString("number");
    if (connectorId != null) {
      return connectors.find(connectorId).map(found -> scope.must(found, connectorId));
    }
    if (number == null) {
      throw Problem.invalid(
          List.of(Fault.at("#/number", "is required, unless there is a connectorId")));
    }
    return connectors
        .serving(number)
        .map(
            found ->
                found
                    .filter(scope::sees)
                    .orElseThrow(
                        () ->
                            Problem.notFound(
                                number + " leads to no connector in this project; assign it")));
  }

  private static Preview.Plan plan(Connector connector, JsonObject request, Instant time) {
    JsonObject outcome = request.getJsonObject("outcome");
    boolean interrupted = outcome != null && outcome.getString("kind").equals("interrupted");
    String number = request.getString("number");
    return new Preview.Plan(
        connector,
        number == null
            ? "/twilio/connectors/" + connector.connectorId() + "/voice"
            : "/twilio/voice",
        fields(request),
        time,
        outcome == null || interrupted ? null : made(connector, outcome, time),
        interrupted,
        request.getJsonArray("transferResults", new JsonArray()).stream()
            .map(String::valueOf)
            .toList());
  }

  private static Map<String, String> fields(JsonObject request) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("AccountSid", ACCOUNT_SID);
    fields.put("CallSid", CALL_SID);
    fields.put("CallStatus", "ringing");
    fields.put("Direction", "inbound");
    fields.put("From", request.getString("caller", CALLER));
    fields.put("To", request.getString("number", CALLED));
    request
        .getJsonObject("fields", new JsonObject())
        .forEach(field -> fields.put(field.getKey(), String.valueOf(field.getValue())));
    return fields;
  }

  private static Function<String, Outcome> made(
      Connector connector, JsonObject outcome, Instant time) {
    return conversationId ->
        new Outcome(
            CALL_SID,
            ACCOUNT_SID,
            conversationId,
            connector.connectorId(),
            connector.accountId(),
            connector.projectId(),
            outcome.getString("kind").equals("hangup") ? Outcome.Kind.HANGUP : Outcome.Kind.HANDOFF,
            outcome.getString("destination"),
            outcome.getString("reason"),
            outcome.getString("utterance"),
            Optional.ofNullable(outcome.getBoolean("utteranceSpoken")).orElse(false),
            outcome.getString("sharedId"),
            HandoffData.of(outcome.getJsonObject("data", new JsonObject())),
            Transcript.EMPTY,
            time,
            null);
  }

  private static JsonObject shown(Connector connector, Instant time, JsonArray steps) {
    return new JsonObject()
        .put("connectorId", connector.connectorId())
        .put("time", time.toString())
        .put("steps", steps);
  }
}
