package io.callmesh.routing.project;

import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.connector.PhoneNumber;
import io.callmesh.routing.api.ApiDocument;
import io.callmesh.routing.connector.Connectors;
import io.callmesh.routing.connector.ProvisioningApi;
import io.callmesh.routing.connector.ProvisioningLock;
import io.callmesh.routing.connector.Scope;
import io.callmesh.runtime.security.ApiKeys;
import io.callmesh.runtime.web.EntityTag;
import io.callmesh.runtime.web.Json;
import io.callmesh.runtime.web.Problem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/** {@code …/telephony/config}: a project's whole configuration, to fetch and to replace. */
public final class ConfigApi {
  private static final String CONFIG = ProvisioningApi.BASE + "/config";

  /** Room for a project that is full. */
  private static final int MAX_BODY_BYTES = 4 * 1024 * 1024;

  private final Vertx vertx;
  private final Connectors tables;
  private final ProvisioningLock lock;
  private final ApiDocument api;
  private final Clock clock;

  private record Document(EntityTag tag, Buffer text) {}

  private record Planned(EntityTag tag, ConfigPlan plan) {}

  /** An API on these connectors. */
  public ConfigApi(
      Vertx vertx, Connectors tables, ProvisioningLock lock, ApiDocument api, Clock clock) {
    this.vertx = vertx;
    this.tables = tables;
    this.lock = lock;
    this.api = api;
    this.clock = clock;
  }

  /** Lets bodies in that are longer than others; mounted before what bounds those. */
  public void mountBody(Router router) {
    router.route(CONFIG).handler(ApiKeys::mustBeThere);
    router.route(CONFIG).handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES));
  }

  /**
   * Mounts the routes, after those of {@link ProvisioningApi}, which let a request in and have its
   * reader see every change before it.
   */
  public void mount(Router router) {
    router.get(CONFIG).handler(this::export);
    router.put(CONFIG).handler(this::apply);
  }

  private void export(RoutingContext context) {
    Scope scope = Scope.of(context);
    String account = account(context);
    ConfigFormat format = ConfigFormat.wantedBy(context);
    vertx
        .executeBlocking(() -> document(scope, account, format))
        .onSuccess(document -> answer(context, document, format))
        .onFailure(context::fail);
  }

  private Document document(Scope scope, @Nullable String account, ConfigFormat format) {
    ProjectState state = ProjectState.of(tables, scope, account);
    return new Document(tag(state), format.write(state.document()));
  }

  private static void answer(RoutingContext context, Document document, ConfigFormat format) {
    context.response().putHeader(HttpHeaders.VARY, "Accept");
    if (!document.tag().isHad(context)) {
      context.response().putHeader(HttpHeaders.CONTENT_TYPE, format.mediaType());
      context.end(document.text()).onFailure(context::fail);
    }
  }

  private void apply(RoutingContext context) {
    Scope scope = Scope.of(context);
    String account = account(context);
    boolean dryRun = dryRun(context);
    ConfigFormat format = ConfigFormat.sentBy(context);
    Buffer body = context.body().buffer() == null ? Buffer.buffer() : context.body().buffer();
    vertx
        .executeBlocking(() -> api.checked("Config", format.read(body)))
        .compose(
            document ->
                lock.change(
                    () ->
                        vertx
                            .executeBlocking(() -> plan(context, scope, account, document))
                            .compose(planned -> carryOut(planned, scope, account, dryRun))))
        .onSuccess(done -> answer(context, done, !dryRun))
        .onFailure(context::fail);
  }

  private Planned plan(
      RoutingContext context, Scope scope, @Nullable String account, JsonObject document) {
    ProjectState state = ProjectState.of(tables, scope, account);
    tag(state).mustMatch(context);
    ConfigPlan plan = ConfigPlan.of(state, tables, document, clock.instant());
    if (plan.writes() > 0 && account == null && state.isNobodys(scope)) {
      throw new Problem(
          422,
          "nobody has anything in this project yet, and this key is for every account; "
              + "name one by ?accountId= (callmesh: --account)");
    }
    return new Planned(tag(state), plan);
  }

  private Future<Planned> carryOut(
      Planned planned, Scope scope, @Nullable String account, boolean dryRun) {
    if (dryRun || planned.plan().writes() == 0) {
      return Future.succeededFuture(planned);
    }
    return new ConfigWrites(tables, planned.plan())
        .apply()
        .compose(
            written -> vertx.executeBlocking(() -> tag(ProjectState.of(tables, scope, account))))
        .map(tag -> new Planned(tag, planned.plan()));
  }

  private static void answer(RoutingContext context, Planned done, boolean applied) {
    context.response().putHeader(HttpHeaders.ETAG, done.tag().text());
    Json.answer(context, 200, done.plan().told(applied));
  }

  /** Of what is stored, whether or not a document can say it. */
  private static EntityTag tag(ProjectState state) {
    return EntityTag.of(
        new JsonObject()
            .put(
                "connectors",
                new JsonArray(state.connectors().stream().map(Connector::toPublicJson).toList()))
            .put(
                "phoneNumbers",
                new JsonArray(state.numbers().stream().map(PhoneNumber::toJson).toList())));
  }

  private static @Nullable String account(RoutingContext context) {
    return context.request().getParam("accountId");
  }

  private static boolean dryRun(RoutingContext context) {
    String wanted = context.request().getParam("dryRun", "false");
    if (!wanted.equals("true") && !wanted.equals("false")) {
      throw Problem.badRequest("dryRun must be true or false");
    }
    return wanted.equals("true");
  }
}
