package io.callmesh.routing.connector;

import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.connector.PhoneNumber;
import io.callmesh.contracts.security.ApiKey;
import io.callmesh.contracts.security.IssuedSecret;
import io.callmesh.runtime.security.ApiKeys;
import io.callmesh.runtime.web.Json;
import io.callmesh.runtime.web.Problem;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The Connectors API and the phone numbers' (reference/polyai.md), under {@code
 * /v1/agents/{agentId}/telephony}; {@code agentId} is the project.
 */
public final class ProvisioningApi {
  private static final String BASE = "/v1/agents/:agentId/telephony";
  private static final Pattern E164 = Pattern.compile("\\+[1-9][0-9]{1,14}");
  private static final int MAX_BODY_BYTES = 256 * 1024;
  private static final int MAX_NUMBERS = 1_000;

  private final Connectors connectors;
  private final ApiKeys keys;
  private final Clock clock;

  /** An API on these connectors. */
  public ProvisioningApi(Connectors connectors, ApiKeys keys, Clock clock) {
    this.connectors = connectors;
    this.keys = keys;
    this.clock = clock;
  }

  /** Mounts the routes. */
  public void mount(Router router) {
    router
        .route(BASE + "/*")
        .handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES))
        .handler(keys::require);
    router.get(BASE + "/connectors").handler(this::list);
    router.post(BASE + "/connectors").handler(this::create);
    router.get(BASE + "/connectors/:connectorId").handler(this::get);
    router.get(BASE + "/phone-numbers").handler(this::listNumbers);
    router.post(BASE + "/phone-numbers").handler(this::importNumbers);
    router.patch(BASE + "/phone-numbers/:number").handler(this::assign);
  }

  private void list(RoutingContext context) {
    ApiKey key = ApiKeys.of(context);
    JsonArray visible = new JsonArray();
    connectors.ofProject(project(context)).stream()
        .filter(connector -> key.opens(connector.accountId(), connector.projectId()))
        .forEach(connector -> visible.add(connector.toPublicJson()));
    Json.answer(context, 200, new JsonObject().put("connectors", visible));
  }

  private void create(RoutingContext context) {
    IssuedSecret token = ConnectorForm.newToken();
    Connector connector =
        ConnectorForm.read(Json.body(context), project(context), token, clock.instant());
    mayTouch(context, connector.accountId(), connector.projectId());
    JsonObject answer = connector.toPublicJson().put("connectorToken", token.text().reveal());
    answer(context, 201, connectors.store(connector).map(stored -> answer));
  }

  private void get(RoutingContext context) {
    answer(
        context,
        200,
        connector(context, context.pathParam("connectorId")).map(Connector::toPublicJson));
  }

  private void listNumbers(RoutingContext context) {
    ApiKey key = ApiKeys.of(context);
    String wanted = context.request().getParam("connectorId");
    JsonArray visible = new JsonArray();
    connectors.numbersOfProject(project(context)).stream()
        .filter(number -> wanted == null || wanted.equals(number.connectorId()))
        .filter(number -> key.opens(number.accountId(), number.projectId()))
        .forEach(number -> visible.add(number.toJson()));
    Json.answer(context, 200, new JsonObject().put("phoneNumbers", visible));
  }

  /** A number that is already here keeps its connector: importing again is harmless. */
  private void importNumbers(RoutingContext context) {
    JsonObject body = Json.body(context);
    List<String> numbers = Json.list(body, "phoneNumbers", String.class, MAX_NUMBERS);
    if (numbers.isEmpty()) {
      throw Problem.badRequest("phoneNumbers must name at least one number");
    }
    numbers.forEach(ProvisioningApi::mustBeE164);
    String environment = ConnectorForm.environment(Json.text(body, "clientEnv", "live"));
    String account =
        ConnectorForm.bounded("accountId", Json.text(body, "accountId", accountOf(context)));
    mayTouch(context, account, project(context));
    List<Future<PhoneNumber>> checked = new ArrayList<>();
    for (String number : new LinkedHashSet<>(numbers)) {
      checked.add(
          importable(new PhoneNumber(number, project(context), account, environment, null)));
    }
    answer(
        context,
        201,
        Future.all(checked)
            .compose(all -> store(all.<PhoneNumber>list()))
            .map(ProvisioningApi::imported));
  }

  /** The number as it is here, or else as it will be; fails when it is another project's. */
  private Future<PhoneNumber> importable(PhoneNumber number) {
    return connectors
        .findNumber(number.number())
        .map(
            found -> {
              PhoneNumber here = found.orElse(number);
              if (here.projectId().equals(number.projectId())
                  && here.accountId().equals(number.accountId())) {
                return here;
              }
              throw new Problem(409, number.number() + " belongs to another project");
            });
  }

  private Future<List<PhoneNumber>> store(List<PhoneNumber> numbers) {
    return Future.all(numbers.stream().map(connectors::store).toList()).map(numbers);
  }

  private static JsonObject imported(List<PhoneNumber> numbers) {
    JsonArray array = new JsonArray();
    numbers.forEach(number -> array.add(number.toJson()));
    return new JsonObject().put("imported", array);
  }

  private void assign(RoutingContext context) {
    String number = context.pathParam("number");
    String connectorId = Json.required(Json.body(context), "connectorId");
    answer(
        context,
        200,
        connector(context, connectorId)
            .compose(
                connector -> number(context, number).map(found -> found.assignedTo(connectorId)))
            .compose(assigned -> connectors.store(assigned).map(assigned.toJson())));
  }

  private Future<Connector> connector(RoutingContext context, String connectorId) {
    return connectors
        .find(connectorId)
        .map(
            found ->
                visible(
                    context,
                    found,
                    Connector::accountId,
                    Connector::projectId,
                    "no connector " + connectorId + " in this project"));
  }

  private Future<PhoneNumber> number(RoutingContext context, String number) {
    return connectors
        .findNumber(number)
        .map(
            found ->
                visible(
                    context,
                    found,
                    PhoneNumber::accountId,
                    PhoneNumber::projectId,
                    "no number " + number + " in this project; import it first"));
  }

  /** What a key may not see does not exist for it. */
  private static <T> T visible(
      RoutingContext context,
      Optional<T> found,
      java.util.function.Function<T, String> account,
      java.util.function.Function<T, String> project,
      String absent) {
    ApiKey key = ApiKeys.of(context);
    return found
        .filter(thing -> project.apply(thing).equals(project(context)))
        .filter(thing -> key.opens(account.apply(thing), project.apply(thing)))
        .orElseThrow(() -> Problem.notFound(absent));
  }

  private static void mayTouch(RoutingContext context, String account, String project) {
    if (!ApiKeys.of(context).opens(account, project)) {
      throw Problem.forbidden("this key is for another account or project");
    }
  }

  private static String accountOf(RoutingContext context) {
    String account = ApiKeys.of(context).accountId();
    return account == null ? "" : account;
  }

  private static void mustBeE164(String number) {
    if (!E164.matcher(number).matches()) {
      throw Problem.badRequest(
          "phoneNumbers must be E.164, such as +14158675309; one has "
              + number.length()
              + " characters");
    }
  }

  private static String project(RoutingContext context) {
    return ConnectorForm.bounded("agentId", context.pathParam("agentId"));
  }

  private static void answer(RoutingContext context, int status, Future<JsonObject> body) {
    Handler<JsonObject> send = json -> Json.answer(context, status, json);
    body.onSuccess(send).onFailure(context::fail);
  }
}
