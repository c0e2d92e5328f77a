package io.callmesh.routing.connector;

import io.callmesh.contracts.Ids;
import io.callmesh.contracts.security.ApiKey;
import io.callmesh.contracts.security.IssuedSecret;
import io.callmesh.routing.api.ApiDocument;
import io.callmesh.runtime.kafka.KafkaIndex;
import io.callmesh.runtime.kafka.KafkaTable;
import io.callmesh.runtime.security.ApiKeys;
import io.callmesh.runtime.web.Fault;
import io.callmesh.runtime.web.Json;
import io.callmesh.runtime.web.Problem;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Clock;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code /v1/api-keys}: issues, lists and revokes keys. A key manages those that are not wider than
 * itself: in its account, and with none but its rights.
 */
public final class ApiKeyApi {
  private static final String ALL = "/v1/api-keys";
  private static final String ONE = ALL + "/:keyId";
  private static final int MAX_BODY_BYTES = 16 * 1024;

  private final KafkaTable<ApiKey> table;
  private final KafkaIndex<ApiKey> byAccount;
  private final ApiKeys keys;
  private final ApiDocument api;
  private final Clock clock;

  /** An API that writes this table. */
  public ApiKeyApi(KafkaTable<ApiKey> table, ApiKeys keys, ApiDocument api, Clock clock) {
    this.table = table;
    this.byAccount = table.index("account", ApiKey::accountId);
    this.keys = keys;
    this.api = api;
    this.clock = clock;
  }

  /** Mounts the routes. */
  public void mount(Router router) {
    router.route(ALL + "/*").handler(ApiKeys::mustBeThere);
    router
        .route(ALL + "/*")
        .handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES))
        .handler(keys.require(ApiKey.Right.PROVISION))
        .handler(ApiKeyApi::mustManageKeys);
    router.get(ALL).handler(this::list);
    router.post(ALL).handler(this::issue);
    router.get(ONE).handler(this::get);
    router.delete(ONE).handler(this::revoke);
  }

  private static void mustManageKeys(RoutingContext context) {
    if (ApiKeys.of(context).projectId() != null) {
      throw Problem.forbidden("a key for one project manages no keys; use one for its account");
    }
    context.next();
  }

  private void list(RoutingContext context) {
    ApiKey own = ApiKeys.of(context);
    table
        .catchUp()
        .map(caughtUp -> managedBy(own))
        .onSuccess(keys -> Json.answer(context, 200, new JsonObject().put("apiKeys", keys)))
        .onFailure(context::fail);
  }

  private JsonArray managedBy(ApiKey own) {
    Collection<ApiKey> some =
        own.accountId() == null ? table.values() : byAccount.all(own.accountId());
    JsonArray visible = new JsonArray();
    some.stream()
        .filter(key -> manages(own, key))
        .sorted(Comparator.comparing(ApiKey::createdAt).thenComparing(ApiKey::keyId))
        .forEach(key -> visible.add(shown(key)));
    return visible;
  }

  private static boolean manages(ApiKey own, ApiKey key) {
    boolean inAccount = own.accountId() == null || own.accountId().equals(key.accountId());
    return inAccount && own.rights().containsAll(key.rights());
  }

  private void issue(RoutingContext context) {
    ApiKey own = ApiKeys.of(context);
    JsonObject said = api.body(context, "ApiKeyCreate");
    IssuedSecret secret = IssuedSecret.issue(IssuedSecret.API_KEY, Ids.apiKey());
    String account = said.getString("accountId");
    ApiKey key =
        new ApiKey(
            secret.id(),
            said.getString("name"),
            secret.hash(),
            account == null ? own.accountId() : account,
            said.getString("projectId"),
            rights(said.getJsonArray("rights"), own),
            clock.instant());
    if (key.projectId() != null && key.accountId() == null) {
      throw Problem.invalid(
          List.of(Fault.at("#/accountId", "is needed with projectId, which is of one account")));
    }
    if (!manages(own, key)) {
      throw Problem.forbidden("a key issues none that is wider than itself: it has one account");
    }
    table
        .put(key.keyId(), key)
        .onSuccess(
            stored -> Json.answer(context, 201, shown(key).put("apiKey", secret.text().reveal())))
        .onFailure(context::fail);
  }

  private static Set<ApiKey.Right> rights(@Nullable JsonArray named, ApiKey own) {
    Set<ApiKey.Right> rights = EnumSet.noneOf(ApiKey.Right.class);
    if (named == null) {
      rights.addAll(own.rights());
      rights.retainAll(ApiKey.UNNAMED_RIGHTS);
      return rights;
    }
    named.forEach(name -> ApiKey.Right.of((String) name).ifPresent(rights::add));
    for (ApiKey.Right right : rights) {
      if (!own.may(right)) {
        throw Problem.forbidden(
            "a key issues none that is wider than itself: it lacks " + right.text());
      }
    }
    return rights;
  }

  private void get(RoutingContext context) {
    managed(context)
        .onSuccess(key -> Json.answer(context, 200, shown(key)))
        .onFailure(context::fail);
  }

  private void revoke(RoutingContext context) {
    managed(context)
        .compose(key -> table.remove(key.keyId()).map(key))
        .onSuccess(key -> Json.answer(context, 200, new JsonObject().put("revoked", key.keyId())))
        .onFailure(context::fail);
  }

  private Future<ApiKey> managed(RoutingContext context) {
    String keyId = context.pathParam("keyId");
    ApiKey own = ApiKeys.of(context);
    return table
        .catchUp()
        .map(
            caughtUp ->
                Optional.ofNullable(table.get(keyId))
                    .filter(key -> manages(own, key))
                    .orElseThrow(
                        () -> Problem.notFound("no key " + keyId + " that this key may manage")));
  }

  private static JsonObject shown(ApiKey key) {
    JsonObject json = key.toJson();
    json.remove("secretHash");
    return json;
  }
}
