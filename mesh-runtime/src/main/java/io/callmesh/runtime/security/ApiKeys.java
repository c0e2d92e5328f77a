package io.callmesh.runtime.security;

import io.callmesh.contracts.Topic;
import io.callmesh.contracts.security.ApiKey;
import io.callmesh.contracts.security.IssuedSecret;
import io.callmesh.contracts.security.Secret;
import io.callmesh.runtime.kafka.KafkaTable;
import io.callmesh.runtime.kafka.KafkaTables;
import io.callmesh.runtime.web.Problem;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.Optional;

/**
 * Tells whose request this is by the header {@code x-api-key}: the operator's first key from the
 * configuration, or one from the table. Safe on any thread.
 */
public final class ApiKeys {
  /** The header. */
  public static final String HEADER = "x-api-key";

  private static final String CONTEXT_KEY = ApiKey.class.getName();
  private static final ApiKey ADMIN =
      new ApiKey("admin", "admin", "", null, null, ApiKey.ALL_RIGHTS, Instant.EPOCH);

  private final KafkaTable<ApiKey> table;
  private final Optional<Secret> admin;

  /**
   * @param admin {@code CALLMESH_ADMIN_API_KEY}, which has every right; without it only keys from
   *     the table are good
   */
  public ApiKeys(KafkaTable<ApiKey> table, Optional<Secret> admin) {
    this.table = table;
    this.admin = admin;
  }

  /** The table of keys, the same for every service of a process. */
  public static KafkaTable<ApiKey> table(KafkaTables tables) {
    return tables.table(Topic.API_KEYS, ApiKey::toJson, ApiKey::fromJson);
  }

  /**
   * The key that was presented; empty when it is not good. Fails when a key cannot be looked up.
   */
  public Future<Optional<ApiKey>> check(String presented) {
    if (admin.isPresent() && admin.get().matches(presented)) {
      return Future.succeededFuture(Optional.of(ADMIN));
    }
    return IssuedSecret.claimedId(IssuedSecret.API_KEY, presented)
        .map(
            id ->
                table
                    .find(id)
                    .map(
                        found ->
                            found.filter(key -> IssuedSecret.matches(key.secretHash(), presented))))
        .orElseGet(() -> Future.succeededFuture(Optional.empty()));
  }

  /**
   * A route handler that lets a request pass with a key that has this right. Without a good key it
   * answers 401, without the right 403.
   */
  public Handler<RoutingContext> require(ApiKey.Right right) {
    return context -> admit(context, right);
  }

  /**
   * A route handler that answers 401 when there is no key at all, good or not: for before a body is
   * read.
   */
  public static void mustBeThere(RoutingContext context) {
    if (context.request().getHeader(HEADER) == null) {
      context.fail(Problem.unauthorized());
    } else {
      context.next();
    }
  }

  private void admit(RoutingContext context, ApiKey.Right right) {
    String presented = context.request().getHeader(HEADER);
    if (presented == null) {
      context.fail(Problem.unauthorized());
      return;
    }
    check(presented)
        .map(found -> found.orElseThrow(Problem::unauthorized))
        .onSuccess(key -> admit(context, key, right))
        .onFailure(context::fail);
  }

  private static void admit(RoutingContext context, ApiKey key, ApiKey.Right right) {
    if (key.may(right)) {
      context.put(CONTEXT_KEY, key).next();
    } else {
      context.fail(
          Problem.forbidden("this key lacks the right " + right.text() + "; use one that has it"));
    }
  }

  /** The key of a request that {@link #require} let pass. */
  public static ApiKey of(RoutingContext context) {
    return context.<ApiKey>get(CONTEXT_KEY);
  }
}
