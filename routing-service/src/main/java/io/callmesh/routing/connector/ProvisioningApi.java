package io.callmesh.routing.connector;

import io.callmesh.contracts.security.ApiKey;
import io.callmesh.routing.api.ApiDocument;
import io.callmesh.runtime.security.ApiKeys;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Clock;

/**
 * The Connectors API and the phone numbers' (reference/polyai.md), under {@code
 * /v1/agents/{agentId}/telephony}; {@code agentId} is the project. Everything there needs a key
 * with the right to provision.
 */
public final class ProvisioningApi {
  /** Where it all is. */
  public static final String BASE = "/v1/agents/:agentId/telephony";

  private static final int MAX_BODY_BYTES = 256 * 1024;

  private final Connectors tables;
  private final ApiKeys keys;
  private final ConnectorBatchApi batches;
  private final ConnectorApi connectors;
  private final PhoneNumberApi numbers;

  /** An API on these connectors. */
  public ProvisioningApi(
      Connectors connectors, ProvisioningLock lock, ApiKeys keys, ApiDocument api, Clock clock) {
    ConnectorChanges changes = new ConnectorChanges(connectors, lock, clock);
    this.tables = connectors;
    this.keys = keys;
    this.batches = new ConnectorBatchApi(connectors, changes, api);
    this.connectors = new ConnectorApi(connectors, changes, api);
    this.numbers = new PhoneNumberApi(connectors, new PhoneNumberChanges(connectors, lock), api);
  }

  /**
   * Lets a request that reads see every change that was acknowledged before it, by whichever
   * replica. Requests that change something see to that when it is their turn.
   */
  private void current(RoutingContext context) {
    HttpMethod method = context.request().method();
    if (method.equals(HttpMethod.GET) || method.equals(HttpMethod.POST)) {
      tables.catchUp().onSuccess(caughtUp -> context.next()).onFailure(context::fail);
    } else {
      context.next();
    }
  }

  /** Mounts the routes, and what every route below {@link #BASE} passes first. */
  public void mount(Router router) {
    router.route(BASE + "/*").handler(ApiKeys::mustBeThere);
    router
        .route(BASE + "/*")
        .handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES))
        .handler(keys.require(ApiKey.Right.PROVISION))
        .handler(this::current);
    batches.mount(router);
    connectors.mount(router);
    numbers.mount(router);
  }
}
