package io.callmesh.routing;

import io.callmesh.contracts.security.ApiKey;
import io.callmesh.routing.api.ApiDocument;
import io.callmesh.routing.calls.CallsConfig;
import io.callmesh.routing.calls.CallsMetrics;
import io.callmesh.routing.calls.HttpTwilioCalls;
import io.callmesh.routing.calls.LiveCallsApi;
import io.callmesh.routing.connector.ApiKeyApi;
import io.callmesh.routing.connector.Connectors;
import io.callmesh.routing.connector.ProvisioningApi;
import io.callmesh.routing.connector.ProvisioningLock;
import io.callmesh.routing.handoff.Offers;
import io.callmesh.routing.handoff.Outcomes;
import io.callmesh.routing.handoff.Receipts;
import io.callmesh.routing.project.ConfigApi;
import io.callmesh.routing.voice.PreviewApi;
import io.callmesh.routing.voice.TwilioWebhooks;
import io.callmesh.runtime.kafka.KafkaTable;
import io.callmesh.runtime.security.ApiKeys;
import io.callmesh.runtime.service.HttpSurface;
import io.callmesh.runtime.service.MeshService;
import io.callmesh.runtime.service.ServiceContext;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/** routing-service as its process knows it: HTTP alone, so there is nothing to drain. */
public final class RoutingService implements MeshService {
  private final Vertx vertx;
  private final Offers offers;
  private final TwilioWebhooks webhooks;
  private final ProvisioningApi provisioning;
  private final ConfigApi config;
  private final ApiKeyApi apiKeys;
  private final LiveCallsApi liveCalls;
  private final PreviewApi preview;
  private final ApiDocument api;

  /** Reads its settings and asks for its tables. */
  public RoutingService(ServiceContext context) {
    RoutingConfig config = RoutingConfig.from(context.settings());
    Connectors connectors = new Connectors(context.tables());
    KafkaTable<ApiKey> keyTable = ApiKeys.table(context.tables());
    ApiKeys keys = new ApiKeys(keyTable, config.adminApiKey());
    RoutingMetrics metrics = new RoutingMetrics(context.meters());
    this.vertx = context.vertx();
    this.offers = new Offers(context.clock(), metrics::offerTaken);
    Outcomes outcomes = new Outcomes(vertx.eventBus(), config.outcomeTimeout(), offers);
    this.webhooks =
        new TwilioWebhooks(
            config,
            connectors,
            outcomes,
            new Receipts(vertx.eventBus(), context.tables().requestTimeout(), metrics::receiptLost),
            context.events().from(name()),
            metrics,
            context.clock(),
            context.processId());
    this.api = ApiDocument.load(config.handoffLifetime());
    ProvisioningLock lock = new ProvisioningLock(context.vertx(), connectors);
    this.provisioning = new ProvisioningApi(connectors, lock, keys, api, context.clock());
    this.config = new ConfigApi(context.vertx(), connectors, lock, api, context.clock());
    this.apiKeys = new ApiKeyApi(keyTable, keys, api, context.clock());
    this.liveCalls = liveCalls(context, config, connectors, outcomes, keys, api);
    this.preview = new PreviewApi(config, connectors, api, context.clock());
  }

  private static LiveCallsApi liveCalls(
      ServiceContext context,
      RoutingConfig config,
      Connectors connectors,
      Outcomes outcomes,
      ApiKeys keys,
      ApiDocument api) {
    CallsConfig calls = CallsConfig.from(context.settings());
    CallsMetrics metrics = new CallsMetrics(context.meters());
    return new LiveCallsApi(
        connectors,
        outcomes,
        keys,
        api,
        vertx -> new HttpTwilioCalls(vertx, config.accounts(), calls, metrics),
        config.urls().web(),
        calls.findTimeout(),
        context.clock());
  }

  @Override
  public String name() {
    return "routing-service";
  }

  @Override
  public Future<?> start() {
    return offers.listen(vertx);
  }

  @Override
  public HttpSurface surface() {
    return (vertx, router) -> {
      config.mountBody(router);
      provisioning.mount(router);
      preview.mount(router);
      config.mount(router);
      apiKeys.mount(router);
      api.mount(router);
      return Future.all(webhooks.mount(vertx, router), liveCalls.mount(vertx, router));
    };
  }

  @Override
  public Future<?> drain() {
    return Future.succeededFuture();
  }
}
