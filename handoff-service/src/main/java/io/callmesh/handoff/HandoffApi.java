package io.callmesh.handoff;

import io.callmesh.contracts.event.CallEventType;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.security.ApiKey;
import io.callmesh.runtime.kafka.CallEvents;
import io.callmesh.runtime.security.ApiKeys;
import io.callmesh.runtime.web.Json;
import io.callmesh.runtime.web.Problem;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The read side of the Handoff API (reference/polyai.md): what the agent had stored at the moment
 * of handoff, exactly. The first read leaves a receipt.
 */
final class HandoffApi {
  private static final int MAX_ID = 256;

  private final OutcomeStore outcomes;
  private final ApiKeys keys;
  private final CallEvents events;
  private final Clock clock;

  HandoffApi(OutcomeStore outcomes, ApiKeys keys, CallEvents events, Clock clock) {
    this.outcomes = outcomes;
    this.keys = keys;
    this.events = events;
    this.clock = clock;
  }

  void mount(Router router) {
    Handler<RoutingContext> allowed = keys.require(ApiKey.Right.HANDOFF_READ);
    router.get("/v1/handoff_state").handler(allowed).handler(this::get);
    router.get("/v1/:accountId/:projectId/handoff_state").handler(allowed).handler(this::get);
  }

  private void get(RoutingContext context) {
    String sharedId = parameter(context, "shared_id");
    String id = parameter(context, "id");
    if (sharedId == null && id == null) {
      throw Problem.badRequest("id (a conversation id or a CallSid) or shared_id is required");
    }
    Predicate<Outcome> visible = outcome -> visible(context, outcome);
    Future<Optional<Outcome>> found =
        sharedId != null
            ? outcomes.withSharedId(sharedId, visible)
            : outcomes.withId(String.valueOf(id)).map(outcome -> outcome.filter(visible));
    found.onSuccess(outcome -> answer(context, outcome)).onFailure(context::fail);
  }

  private static @Nullable String parameter(RoutingContext context, String name) {
    String value = context.request().getParam(name);
    if (value != null && value.length() > MAX_ID) {
      throw Problem.badRequest(name + " must have at most " + MAX_ID + " characters");
    }
    return value == null || value.isEmpty() ? null : value;
  }

  /** What a key may not see does not exist for it; nor does what another path names. */
  private static boolean visible(RoutingContext context, Outcome outcome) {
    String account = context.pathParam("accountId");
    String project = context.pathParam("projectId");
    return outcome.kind() == Outcome.Kind.HANDOFF
        && ApiKeys.of(context).opens(outcome.accountId(), outcome.projectId())
        && (account == null || account.equals(outcome.accountId()))
        && (project == null || project.equals(outcome.projectId()));
  }

  private void answer(RoutingContext context, Optional<Outcome> found) {
    if (found.isEmpty()) {
      context.fail(Problem.notFound("no handoff is stored under this id, or its lifetime is over"));
      return;
    }
    Outcome outcome = found.get();
    JsonObject body =
        new JsonObject().put("id", outcome.conversationId()).put("data", outcome.state().toJson());
    if (outcome.sharedId() != null) {
      body.put("shared_id", outcome.sharedId());
    }
    Json.answer(context, 200, body);
    tell(outcome, ApiKeys.of(context));
  }

  private void tell(Outcome outcome, ApiKey key) {
    Instant now = clock.instant();
    // Two replicas may each see a first read; the same id lets consumers count it once.
    events.publish(
        CallEventType.HANDOFF_READ,
        outcome.callSid(),
        outcome.conversationId() + "/handoff.read",
        new JsonObject()
            .put("conversationId", outcome.conversationId())
            .put("readBy", key.keyId())
            .put("msAfterStored", Duration.between(outcome.decidedAt(), now).toMillis()));
  }
}
