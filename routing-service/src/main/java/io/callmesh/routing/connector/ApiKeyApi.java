package io.callmesh.routing.connector;

import io.callmesh.contracts.Ids;
import io.callmesh.contracts.security.ApiKey;
import io.callmesh.contracts.security.IssuedSecret;
import io.callmesh.runtime.kafka.KafkaTable;
import io.callmesh.runtime.security.ApiKeys;
import io.callmesh.runtime.web.Json;
import io.callmesh.runtime.web.Problem;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/** {@code POST /v1/api-keys}: issues keys that are scoped to an account and a project. */
public final class ApiKeyApi {
  private static final int MAX_BODY_BYTES = 16 * 1024;
  private static final int MAX_TEXT = 256;

  private final KafkaTable<ApiKey> table;
  private final ApiKeys keys;
  private final Clock clock;

  /** An API that writes this table. */
  public ApiKeyApi(KafkaTable<ApiKey> table, ApiKeys keys, Clock clock) {
    this.table = table;
    this.keys = keys;
    this.clock = clock;
  }

  /** Mounts the route. */
  public void mount(Router router) {
    router
        .post("/v1/api-keys")
        .handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES))
        .handler(keys::require)
        .handler(this::issue);
  }

  private void issue(RoutingContext context) {
    if (!ApiKeys.of(context).opensEverything()) {
      throw Problem.forbidden("only a key without a scope may issue keys");
    }
    JsonObject body = Json.body(context);
    IssuedSecret secret = IssuedSecret.issue(IssuedSecret.API_KEY, Ids.apiKey());
    ApiKey key =
        new ApiKey(
            secret.id(),
            bounded("name", Json.required(body, "name")),
            secret.hash(),
            scope(body, "accountId"),
            scope(body, "projectId"),
            ApiKey.ALL_RIGHTS,
            clock.instant());
    table
        .put(key.keyId(), key)
        .onSuccess(stored -> Json.answer(context, 201, shown(key, secret)))
        .onFailure(context::fail);
  }

  /** Absent or null opens everything; nobody means that by a blank text. */
  private static @Nullable String scope(JsonObject body, String field) {
    String value = Json.text(body, field);
    if (value != null && value.isBlank()) {
      throw Problem.badRequest(field + " must not be blank; leave it out for a key to all");
    }
    return value == null ? null : bounded(field, value);
  }

  private static String bounded(String field, String value) {
    if (value.length() > MAX_TEXT) {
      throw Problem.badRequest(field + " must have at most " + MAX_TEXT + " characters");
    }
    return value;
  }

  private static JsonObject shown(ApiKey key, IssuedSecret secret) {
    JsonObject json = key.toJson();
    json.remove("secretHash");
    return json.put("apiKey", secret.text().reveal());
  }
}
