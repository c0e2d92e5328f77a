package io.callmesh.handoff;

import io.callmesh.contracts.security.ApiKey;
import io.callmesh.handoff.access.Access;
import io.callmesh.handoff.access.ReaderPlaces;
import io.callmesh.handoff.live.Live;
import io.callmesh.handoff.store.HandoffEvents;
import io.callmesh.handoff.store.HandoffMetrics;
import io.callmesh.handoff.store.Lookup;
import io.callmesh.handoff.store.OutcomeStore;
import io.callmesh.handoff.store.Places;
import io.callmesh.handoff.store.Reads;
import io.callmesh.handoff.store.UpkeepVerticle;
import io.callmesh.runtime.security.ApiKeys;
import io.callmesh.runtime.service.HttpSurface;
import io.callmesh.runtime.service.MeshService;
import io.callmesh.runtime.service.ServiceContext;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** handoff-service as its process knows it. */
public final class HandoffService implements MeshService {
  /** Requests that wait for a handoff at once. */
  private static final int MAX_WAITS = 1_000;

  /** Those of one reader: with one key for everything, some 25 calls per second at 8 s each. */
  static final int MAX_WAITS_PER_READER = 200;

  private final ServiceContext context;
  private final HandoffMetrics metrics;
  private final OutcomeStore outcomes;
  private final Reads reads;
  private final ReaderPlaces places = new ReaderPlaces(MAX_WAITS, MAX_WAITS_PER_READER);
  private final Places lookups = new Places(MAX_WAITS);
  private final List<Waits> waits = new CopyOnWriteArrayList<>();
  private final Access access;
  private final Live live;

  /** Reads its settings and asks for its tables. */
  public HandoffService(ServiceContext context) {
    this.context = context;
    this.metrics = new HandoffMetrics(context.meters());
    HandoffEvents events = new HandoffEvents(context.events().from(name()));
    this.outcomes =
        new OutcomeStore(
            context.vertx(),
            context.tables(),
            context.settings().duration("CALLMESH_HANDOFF_LIFETIME"),
            context.settings().duration("CALLMESH_HANDOFF_MEMORY"),
            events,
            metrics,
            context.clock());
    this.reads = new Reads(context.vertx(), outcomes, events, metrics, context.clock());
    this.access =
        Access.of(
            context,
            new ApiKeys(
                ApiKeys.table(context.tables()),
                context.settings().secret("CALLMESH_ADMIN_API_KEY")));
    this.live = new Live(HandoffApi::explanation, context.meters(), context.clock());
    metrics.waits(places::taken);
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
            () -> new HandoffVerticle(outcomes),
            new DeploymentOptions().setInstances(context.common().eventLoops()))
        .compose(deployed -> context.vertx().deployVerticle(new UpkeepVerticle(outcomes)));
  }

  @Override
  public HttpSurface surface() {
    return this::mount;
  }

  private Future<?> mount(Vertx vertx, Router router) {
    Lookup lookup = new Lookup(vertx, outcomes, lookups, System::nanoTime);
    Waits waits = new Waits(vertx, places, metrics.waitsRefused());
    this.waits.add(waits);
    List<String> livePaths = HandoffApi.PATHS.stream().map(path -> path + "/live").toList();
    access.mountCors(router, HandoffApi.PATHS);
    access.mountCors(router, HandoffApi.PATHS.stream().map(path -> path + "/receipts").toList());
    access.mountCors(router, livePaths);
    new HandoffApi(outcomes, lookup, waits, reads, metrics).mount(router, access::require);
    Future<?> followed =
        live.mount(
            vertx,
            router,
            livePaths,
            access.require(ApiKey.Right.HANDOFF_READ),
            outcomes,
            lookup,
            reads);
    return Future.all(lookup.start(), followed);
  }

  @Override
  public Future<?> drain() {
    List<Future<?>> drains = new ArrayList<>(List.of(live.drain()));
    waits.forEach(each -> drains.add(each.drain()));
    return Future.join(drains);
  }
}
