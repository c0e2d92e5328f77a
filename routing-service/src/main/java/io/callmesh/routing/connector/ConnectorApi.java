package io.callmesh.routing.connector;

import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.connector.PhoneNumber;
import io.callmesh.routing.api.ApiDocument;
import io.callmesh.runtime.web.EntityTag;
import io.callmesh.runtime.web.Json;
import io.callmesh.runtime.web.Problem;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** Connectors one at a time. */
final class ConnectorApi {
  private static final String ONE = ProvisioningApi.BASE + "/connectors/:connectorId";
  private static final int DEFAULT_OVERLAP_S = 86_400;

  private final Connectors connectors;
  private final ConnectorChanges changes;
  private final ApiDocument api;

  ConnectorApi(Connectors connectors, ConnectorChanges changes, ApiDocument api) {
    this.connectors = connectors;
    this.changes = changes;
    this.api = api;
  }

  void mount(Router router) {
    router.get(ProvisioningApi.BASE + "/connectors").handler(this::list);
    router.post(ProvisioningApi.BASE + "/connectors").handler(this::create);
    router.post(ProvisioningApi.BASE + "/connectors/lookup").handler(this::lookUp);
    router.get(ONE).handler(this::get);
    router.patch(ONE).handler(this::patch);
    router.delete(ONE).handler(this::delete);
    router.post(ONE + "/token").handler(this::rotate);
  }

  private void list(RoutingContext context) {
    Scope scope = Scope.of(context);
    Json.answerLong(context, () -> visible(scope));
  }

  private JsonObject visible(Scope scope) {
    JsonArray visible = new JsonArray();
    connectors.ofProject(scope.project()).stream()
        .filter(scope::sees)
        .forEach(connector -> visible.add(connector.toPublicJson()));
    return new JsonObject().put("connectors", visible);
  }

  private void create(RoutingContext context) {
    changes
        .create(Scope.of(context), api.body(context, "ConnectorCreate"))
        .onSuccess(created -> show(context, created))
        .onFailure(context::fail);
  }

  private static void show(RoutingContext context, ConnectorChanges.Created created) {
    JsonObject shown = created.connector().toPublicJson();
    context.response().putHeader(HttpHeaders.ETAG, EntityTag.of(shown).text());
    Json.answer(context, 201, shown.put("connectorToken", created.token().text().reveal()));
  }

  private void lookUp(RoutingContext context) {
    Scope scope = Scope.of(context);
    String number = api.body(context, "ConnectorLookup").getString("phoneNumber");
    connectors
        .findNumber(number)
        .map(found -> scope.mustHave(found, number))
        .compose(found -> connectors.serving(number))
        .map(found -> serving(scope, found, number))
        .onSuccess(connector -> show(context, connector))
        .onFailure(context::fail);
  }

  private static Connector serving(Scope scope, Optional<Connector> found, String number) {
    return found
        .filter(scope::sees)
        .orElseThrow(() -> Problem.notFound(number + " leads to no connector; assign it to one"));
  }

  private void get(RoutingContext context) {
    Scope scope = Scope.of(context);
    connectors
        .find(id(context))
        .map(found -> scope.must(found, id(context)))
        .onSuccess(connector -> show(context, connector))
        .onFailure(context::fail);
  }

  private void patch(RoutingContext context) {
    changes
        .patch(
            Scope.of(context), id(context), api.body(context, "ConnectorPatch"), unchanged(context))
        .onSuccess(connector -> show(context, connector))
        .onFailure(context::fail);
  }

  private void delete(RoutingContext context) {
    changes
        .delete(Scope.of(context), id(context), unchanged(context))
        .map(
            numbers ->
                new JsonObject()
                    .put("deletedConnector", id(context))
                    .put(
                        "deletedPhoneNumbers",
                        new JsonArray(numbers.stream().map(PhoneNumber::number).toList())))
        .onSuccess(deleted -> Json.answer(context, 200, deleted))
        .onFailure(context::fail);
  }

  private void rotate(RoutingContext context) {
    int overlap =
        api.optionalBody(context, "TokenRotation").getInteger("overlap", DEFAULT_OVERLAP_S);
    changes
        .rotate(Scope.of(context), id(context), Duration.ofSeconds(overlap))
        .map(
            rotated ->
                new JsonObject()
                    .put("connectorId", id(context))
                    .put("connectorToken", rotated.token().text().reveal())
                    .put("previousTokenValidUntil", rotated.previousValidUntil().toString()))
        .onSuccess(rotated -> Json.answer(context, 200, rotated))
        .onFailure(context::fail);
  }

  private static void show(RoutingContext context, Connector connector) {
    JsonObject shown = connector.toPublicJson();
    EntityTag.of(shown).answer(context, shown);
  }

  private static Consumer<Connector> unchanged(RoutingContext context) {
    return connector -> EntityTag.of(connector.toPublicJson()).mustMatch(context);
  }

  private static String id(RoutingContext context) {
    return context.pathParam("connectorId");
  }
}
