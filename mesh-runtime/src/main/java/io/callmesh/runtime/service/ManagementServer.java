package io.callmesh.runtime.service;

import io.callmesh.runtime.config.CommonConfig;
import io.callmesh.runtime.web.Json;
import io.callmesh.runtime.web.Problem;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.healthchecks.CheckResult;
import io.vertx.ext.healthchecks.HealthChecks;
import io.vertx.ext.healthchecks.Status;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Serves {@code /health/live}, {@code /health/ready}, {@code /metrics} and what the services have
 * for operators on a port of their own.
 */
final class ManagementServer {
  private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

  private final Vertx vertx;
  private final PrometheusMeterRegistry meters;
  private final HealthChecks live;
  private final HealthChecks ready;

  ManagementServer(Vertx vertx, PrometheusMeterRegistry meters) {
    this.vertx = vertx;
    this.meters = meters;
    this.live = HealthChecks.create(vertx);
    this.ready = HealthChecks.create(vertx);
    check(live, "process", () -> true);
  }

  /** Adds something without which the process takes no traffic. */
  void readyWhen(String name, BooleanSupplier holds) {
    check(ready, name, holds);
  }

  /** Mounts what the services have, and listens. */
  Future<HttpServer> listen(CommonConfig config, List<MeshService> services) {
    Router router = Router.router(vertx);
    Problem.answerFailuresOf(router);
    router.get(MeshProcess.LIVE_PATH).handler(context -> report(context, live));
    router.get(MeshProcess.READY_PATH).handler(context -> report(context, ready));
    router
        .get(MeshProcess.METRICS_PATH)
        .handler(
            context ->
                context.response().putHeader("content-type", PROMETHEUS_TEXT).end(meters.scrape()));
    return Future.all(
            services.stream().map(each -> each.managementSurface().mount(vertx, router)).toList())
        .compose(
            mounted ->
                vertx
                    .createHttpServer()
                    .requestHandler(router)
                    .listen(config.managementPort(), config.listenAddress()));
  }

  /** Kubernetes reads the status, people the body. */
  private static void report(RoutingContext context, HealthChecks checks) {
    checks
        .checkStatus()
        .onSuccess(
            result -> Json.answer(context, CheckResult.isUp(result) ? 200 : 503, result.toJson()))
        .onFailure(context::fail);
  }

  private static void check(HealthChecks checks, String name, BooleanSupplier holds) {
    checks.register(
        name, promise -> promise.complete(holds.getAsBoolean() ? Status.OK() : Status.KO()));
  }
}
