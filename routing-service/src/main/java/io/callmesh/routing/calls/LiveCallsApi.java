package io.callmesh.routing.calls;

import static net.logstash.logback.argument.StructuredArguments.kv;

import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.connector.Destination;
import io.callmesh.contracts.security.ApiKey;
import io.callmesh.routing.api.ApiDocument;
import io.callmesh.routing.connector.Connectors;
import io.callmesh.routing.handoff.Outcomes;
import io.callmesh.runtime.security.ApiKeys;
import io.callmesh.runtime.web.Json;
import io.callmesh.runtime.web.Problem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /v1/calls/{callSid}/transfer} and {@code /hangup}, for supervisors. A call that the
 * key's account and project do not have is as one that there is not: 404.
 */
public final class LiveCallsApi {
  private static final Logger log = LoggerFactory.getLogger(LiveCallsApi.class);
  private static final Pattern CALL_SID = Pattern.compile("CA[0-9a-fA-F]{32}");

  /** The longest body that is right, with every character escaped. */
  private static final int MAX_BODY_BYTES = 32 * 1024;

  private final Connectors connectors;
  private final Outcomes outcomes;
  private final ApiKeys keys;
  private final ApiDocument api;
  private final Function<Vertx, TwilioCalls> twilio;
  private final String publicUrl;
  private final Duration findTimeout;
  private final InstantSource clock;

  /**
   * An API on the calls of these connectors.
   *
   * @param twilio makes what tells Twilio, for the event loop that it is called on
   * @param publicUrl the base URL that Twilio is given
   * @param findTimeout how long workers may take to say that they have a call
   */
  public LiveCallsApi(
      Connectors connectors,
      Outcomes outcomes,
      ApiKeys keys,
      ApiDocument api,
      Function<Vertx, TwilioCalls> twilio,
      String publicUrl,
      Duration findTimeout,
      InstantSource clock) {
    this.connectors = connectors;
    this.outcomes = outcomes;
    this.keys = keys;
    this.api = api;
    this.twilio = twilio;
    this.publicUrl = publicUrl;
    this.findTimeout = findTimeout;
    this.clock = clock;
  }

  /** Mounts the routes on one event loop; succeeds when workers can answer this loop. */
  public Future<Void> mount(Vertx vertx, Router router) {
    Sessions sessions = new Sessions(vertx, findTimeout);
    LiveCalls calls =
        new LiveCalls(sessions, outcomes, connectors, twilio.apply(vertx), publicUrl, clock);
    post(router, "transfer", context -> transfer(context, calls));
    post(router, "hangup", context -> hangUp(context, calls));
    return sessions.start();
  }

  private void post(
      Router router, String action, Function<RoutingContext, Future<JsonObject>> handler) {
    String path = "/v1/calls/:callSid/" + action;
    router.post(path).handler(ApiKeys::mustBeThere);
    router
        .post(path)
        .handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES))
        .handler(keys.require(ApiKey.Right.CALLS_CONTROL))
        .handler(
            context ->
                handler
                    .apply(context)
                    .onSuccess(answer -> Json.answer(context, 202, answer))
                    .onFailure(context::fail));
  }

  private Future<JsonObject> transfer(RoutingContext context, LiveCalls calls) {
    JsonObject body = api.optionalBody(context, "CallTransfer");
    String wanted = body.getString("destination");
    String reason = orElse(body.getString("reason"), "supervisor_transfer");
    String utterance = body.getString("utterance");
    return find(context, calls)
        .compose(
            call -> {
              Destination destination = destination(call, wanted);
              return calls
                  .transfer(call, destination, reason, utterance)
                  .onSuccess(stored -> tell(context, call, "transferred to " + destination.name()))
                  .map(stored -> transferred(call, destination, stored));
            });
  }

  private Future<JsonObject> hangUp(RoutingContext context, LiveCalls calls) {
    JsonObject body = api.optionalBody(context, "CallHangup");
    String reason = orElse(body.getString("reason"), "supervisor_hangup");
    return find(context, calls)
        .compose(
            call ->
                calls
                    .hangUp(call, reason)
                    .onSuccess(done -> tell(context, call, "hung up"))
                    .map(done -> new JsonObject().put("callSid", call.callSid())));
  }

  private static String orElse(@Nullable String value, String otherwise) {
    return value == null || value.isBlank() ? otherwise : value;
  }

  private static Future<LiveCall> find(RoutingContext context, LiveCalls calls) {
    String callSid = context.pathParam("callSid");
    Future<Optional<LiveCall>> found =
        CALL_SID.matcher(callSid).matches()
            ? calls.find(callSid)
            : Future.succeededFuture(Optional.empty());
    ApiKey key = ApiKeys.of(context);
    return found.map(
        call ->
            call.filter(one -> one.isOpenTo(key))
                .orElseThrow(() -> Problem.notFound("no agent has or had a call with this SID")));
  }

  private static Destination destination(LiveCall call, @Nullable String wanted) {
    Connector connector =
        call.connector()
            .orElseThrow(
                () -> new Problem(409, "the connector of this call and its destinations are gone"));
    return connector
        .destination(wanted)
        .orElseThrow(
            () ->
                new Problem(
                    422,
                    wanted == null
                        ? "connector " + connector.connectorId() + " has no destinations"
                        : "destination is none of connector " + connector.connectorId() + "'s"));
  }

  private static JsonObject transferred(LiveCall call, Destination destination, boolean stored) {
    return new JsonObject()
        .put("callSid", call.callSid())
        .put("conversationId", call.conversationId())
        .put("destination", destination.name())
        .put("contextStored", stored);
  }

  private static void tell(RoutingContext context, LiveCall call, String what) {
    log.info(
        "{} {} {} with API key {}",
        kv("callSid", call.callSid()),
        kv("conversationId", call.conversationId()),
        what,
        ApiKeys.of(context).keyId());
  }
}
