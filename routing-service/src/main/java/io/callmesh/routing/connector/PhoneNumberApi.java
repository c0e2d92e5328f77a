package io.callmesh.routing.connector;

import io.callmesh.contracts.connector.PhoneNumber;
import io.callmesh.routing.api.ApiDocument;
import io.callmesh.runtime.web.EntityTag;
import io.callmesh.runtime.web.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The phone numbers of a project. */
final class PhoneNumberApi {
  private static final String ALL = ProvisioningApi.BASE + "/phone-numbers";
  private static final String ONE = ALL + "/:phoneNumber";

  private final Connectors connectors;
  private final PhoneNumberChanges changes;
  private final ApiDocument api;

  PhoneNumberApi(Connectors connectors, PhoneNumberChanges changes, ApiDocument api) {
    this.connectors = connectors;
    this.changes = changes;
    this.api = api;
  }

  void mount(Router router) {
    router.get(ALL).handler(this::list);
    router.post(ALL).handler(this::importAll);
    router.delete(ALL).handler(this::delete);
    router.get(ONE).handler(this::get);
    router.patch(ONE).handler(this::assign);
  }

  private void list(RoutingContext context) {
    Scope scope = Scope.of(context);
    String connectorId = context.request().getParam("connectorId");
    Json.answerLong(context, () -> visible(scope, connectorId));
  }

  private JsonObject visible(Scope scope, @Nullable String connectorId) {
    List<PhoneNumber> numbers =
        connectorId == null
            ? connectors.numbersOfProject(scope.project())
            : connectors.numbersOf(connectorId);
    JsonArray visible = shown(numbers.stream().filter(scope::sees).toList());
    return new JsonObject().put("phoneNumbers", visible);
  }

  private static JsonArray shown(List<PhoneNumber> numbers) {
    return new JsonArray(numbers.stream().map(PhoneNumber::toJson).toList());
  }

  private void importAll(RoutingContext context) {
    changes
        .importAll(Scope.of(context), api.body(context, "PhoneNumberImport"))
        .map(numbers -> new JsonObject().put("imported", shown(numbers)))
        .onSuccess(imported -> Json.answer(context, 201, imported))
        .onFailure(context::fail);
  }

  private void get(RoutingContext context) {
    Scope scope = Scope.of(context);
    connectors
        .findNumber(number(context))
        .map(found -> scope.mustHave(found, number(context)))
        .onSuccess(number -> show(context, number))
        .onFailure(context::fail);
  }

  private void assign(RoutingContext context) {
    String connectorId = api.body(context, "PhoneNumberPatch").getString("connectorId");
    changes
        .assign(Scope.of(context), number(context), connectorId, unchanged(context))
        .onSuccess(number -> show(context, number))
        .onFailure(context::fail);
  }

  private void delete(RoutingContext context) {
    List<String> numbers =
        api.body(context, "PhoneNumberDeletion").getJsonArray("phoneNumbers").stream()
            .map(String.class::cast)
            .toList();
    changes
        .delete(Scope.of(context), numbers)
        .onSuccess(done -> Json.answer(context, 200, told(done)))
        .onFailure(context::fail);
  }

  private static JsonObject told(PhoneNumberChanges.Deleted done) {
    JsonArray failed = new JsonArray();
    done.failed()
        .forEach(
            (number, reason) ->
                failed.add(new JsonObject().put("number", number).put("reason", reason)));
    return new JsonObject().put("deleted", new JsonArray(done.deleted())).put("failed", failed);
  }

  private static void show(RoutingContext context, PhoneNumber number) {
    JsonObject shown = number.toJson();
    EntityTag.of(shown).answer(context, shown);
  }

  private static Consumer<PhoneNumber> unchanged(RoutingContext context) {
    return number -> EntityTag.of(number.toJson()).mustMatch(context);
  }

  private static String number(RoutingContext context) {
    return context.pathParam("phoneNumber");
  }
}
