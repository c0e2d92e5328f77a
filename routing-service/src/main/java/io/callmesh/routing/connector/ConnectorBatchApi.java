package io.callmesh.routing.connector;

import io.callmesh.contracts.connector.Connector;
import io.callmesh.routing.api.ApiDocument;
import io.callmesh.runtime.web.Json;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Connectors several at a time. */
final class ConnectorBatchApi {
  private static final String BATCH = ProvisioningApi.BASE + "/connectors/batch";

  private final Connectors connectors;
  private final ConnectorChanges changes;
  private final ApiDocument api;

  ConnectorBatchApi(Connectors connectors, ConnectorChanges changes, ApiDocument api) {
    this.connectors = connectors;
    this.changes = changes;
    this.api = api;
  }

  void mount(Router router) {
    router.post(BATCH).handler(this::get);
    router.patch(BATCH).handler(this::patch);
  }

  private void get(RoutingContext context) {
    Scope scope = Scope.of(context);
    List<String> ids =
        texts(api.body(context, "ConnectorIds").getJsonArray("connectorIds")).distinct().toList();
    Future.all(ids.stream().map(connectors::find).toList())
        .onSuccess(all -> answer(context, scope, ids, all.list()))
        .onFailure(context::fail);
  }

  private static Stream<String> texts(JsonArray array) {
    return array.stream().map(String.class::cast);
  }

  private static void answer(
      RoutingContext context, Scope scope, List<String> ids, List<Optional<Connector>> all) {
    JsonArray found = new JsonArray();
    LinkedHashSet<String> notFound = new LinkedHashSet<>(ids);
    all.stream()
        .flatMap(Optional::stream)
        .filter(scope::sees)
        .forEach(
            connector -> {
              found.add(connector.toPublicJson());
              notFound.remove(connector.connectorId());
            });
    Json.answer(
        context,
        200,
        new JsonObject().put("found", found).put("notFound", new JsonArray(List.copyOf(notFound))));
  }

  private void patch(RoutingContext context) {
    List<ConnectorUpdate> updates =
        api.body(context, "ConnectorUpdates").getJsonArray("updates").stream()
            .map(JsonObject.class::cast)
            .map(said -> new ConnectorUpdate(said, api.faults("ConnectorPatch", said)))
            .toList();
    changes
        .patchAll(Scope.of(context), updates)
        .map(results -> new JsonObject().put("results", new JsonArray(results)))
        .onSuccess(results -> Json.answer(context, 200, results))
        .onFailure(context::fail);
  }
}
