package io.callmesh.handoff;

import io.callmesh.runtime.kafka.CallEvents;
import io.callmesh.runtime.security.ApiKeys;
import io.callmesh.runtime.service.HttpSurface;
import io.callmesh.runtime.service.MeshService;
import io.callmesh.runtime.service.ServiceContext;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;

/** handoff-service as its process knows it. */
public final class HandoffService implements MeshService {
  private final ServiceContext context;
  private final OutcomeStore outcomes;
  private final CallEvents events;
  private final HandoffApi api;

  /** Reads its settings and asks for its tables. */
  public HandoffService(ServiceContext context) {
    this.context = context;
    this.events = context.events().from(name());
    this.outcomes =
        new OutcomeStore(
            context.tables(),
            context.settings().duration("CALLMESH_HANDOFF_LIFETIME"),
            context.clock());
    ApiKeys keys =
        new ApiKeys(
            ApiKeys.table(context.tables()), context.settings().secret("CALLMESH_ADMIN_API_KEY"));
    this.api = new HandoffApi(outcomes, keys, events, context.clock());
  }

  @Override
  public String name() {
    return "handoff-service";
  }

  @Override
  public Future<?> start() {
    return context
        .vertx()
        .deployVerticle(
            () -> new HandoffVerticle(outcomes, events),
            new DeploymentOptions().setInstances(context.common().eventLoops()));
  }

  @Override
  public HttpSurface surface() {
    return (vertx, router) -> {
      api.mount(router);
      return Future.succeededFuture();
    };
  }

  @Override
  public Future<?> drain() {
    return Future.succeededFuture();
  }
}
