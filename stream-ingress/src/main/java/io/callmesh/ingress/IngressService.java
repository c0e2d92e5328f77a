package io.callmesh.ingress;

import io.callmesh.contracts.Topic;
import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.security.TicketSeal;
import io.callmesh.ingress.stream.Places;
import io.callmesh.ingress.stream.StreamTable;
import io.callmesh.runtime.kafka.KafkaTable;
import io.callmesh.runtime.security.TwilioRequests;
import io.callmesh.runtime.service.HttpSurface;
import io.callmesh.runtime.service.MeshService;
import io.callmesh.runtime.service.ServiceContext;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** stream-ingress as its process knows it: one table of streams for each event loop. */
public final class IngressService implements MeshService {
  private final ServiceContext context;
  private final IngressConfig config;
  private final Places places;
  private final IngressMetrics metrics;
  private final StreamEvents events;
  private final StreamHandshake handshake;
  private final List<StreamTable> tables = new CopyOnWriteArrayList<>();

  /** Reads its settings and asks for the connectors' table. */
  public IngressService(ServiceContext context) {
    this.context = context;
    this.config = IngressConfig.from(context.settings());
    this.places = new Places(config.maxStreamsPerAccount());
    this.metrics = new IngressMetrics(context.meters());
    this.events = context.events().from(name())::publish;
    KafkaTable<Connector> connectors =
        context.tables().table(Topic.CONNECTORS, Connector::toJson, Connector::fromJson);
    this.handshake =
        new StreamHandshake(
            new TwilioRequests(config.accounts(), config.urls()),
            new TicketSeal(config.ticketSecrets(), context.clock()),
            new SharedUsedTickets(context.vertx(), context.clock()),
            connectors::find,
            context.clock(),
            metrics);
  }

  @Override
  public String name() {
    return "stream-ingress";
  }

  @Override
  public Future<?> start() {
    return Future.succeededFuture();
  }

  @Override
  public HttpSurface surface() {
    return this::mount;
  }

  @Override
  public HttpSurface managementSurface() {
    LiveStreams streams = new LiveStreams(tables, metrics);
    return (loop, router) -> streams.mount(router);
  }

  private Future<?> mount(Vertx vertx, Router router) {
    StreamTable table =
        new StreamTable(
            vertx,
            config,
            places,
            metrics,
            events,
            context.processId(),
            context.clock(),
            System::nanoTime);
    tables.add(table);
    vertx.setPeriodic(StreamTable.SWEEP_MS, id -> table.sweep());
    router.get("/streams/:ticket").handler(request -> handshake.byTicket(request, table));
    router.get("/streams").handler(request -> handshake.byToken(request, table));
    return table.start();
  }

  @Override
  public Future<?> drain() {
    return Future.all(tables.stream().map(StreamTable::drain).toList());
  }
}
