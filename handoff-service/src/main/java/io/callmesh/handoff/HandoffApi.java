package io.callmesh.handoff;

import static io.callmesh.handoff.store.HandoffMetrics.Read;

import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.Receipt.Step;
import io.callmesh.contracts.handoff.ReceiptChain;
import io.callmesh.contracts.security.ApiKey;
import io.callmesh.contracts.session.SessionNews;
import io.callmesh.handoff.access.Reader;
import io.callmesh.handoff.store.Answer;
import io.callmesh.handoff.store.HandoffMetrics;
import io.callmesh.handoff.store.HandoffRequest;
import io.callmesh.handoff.store.Lookup;
import io.callmesh.handoff.store.OutcomeStore;
import io.callmesh.handoff.store.Reads;
import io.callmesh.runtime.web.Json;
import io.callmesh.runtime.web.Problem;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The Handoff API (reference/polyai.md): what the agent had stored at the moment of handoff,
 * exactly, what became of it since, and its deletion. For one event loop.
 */
final class HandoffApi {
  private static final int MAX_WAIT_SECONDS = 8;

  /** The short form, and the full one. */
  static final List<String> PATHS =
      List.of("/v1/handoff_state", "/v1/:accountId/:projectId/handoff_state");

  private final OutcomeStore outcomes;
  private final Lookup lookup;
  private final Reads reads;
  private final HandoffMetrics metrics;
  private final Waits waits;

  HandoffApi(
      OutcomeStore outcomes, Lookup lookup, Waits waits, Reads reads, HandoffMetrics metrics) {
    this.outcomes = outcomes;
    this.lookup = lookup;
    this.waits = waits;
    this.reads = reads;
    this.metrics = metrics;
  }

  /**
   * @param admission lets a request pass that has this right
   */
  void mount(Router router, Function<ApiKey.Right, Handler<RoutingContext>> admission) {
    Handler<RoutingContext> mayRead = admission.apply(ApiKey.Right.HANDOFF_READ);
    Handler<RoutingContext> mayDelete = admission.apply(ApiKey.Right.HANDOFF_DELETE);
    for (String path : PATHS) {
      router.get(path).handler(mayRead).handler(this::get);
      router.delete(path).handler(mayDelete).handler(this::delete);
      router.get(path + "/receipts").handler(mayRead).handler(this::receipts);
    }
  }

  private void get(RoutingContext context) {
    HandoffRequest request = HandoffRequest.of(context);
    answer(context, request)
        .onSuccess(answer -> answer.accept(new Reply(context, request.reader())))
        .onFailure(cause -> failed(context, cause));
  }

  private Future<Answer> answer(RoutingContext context, HandoffRequest request) {
    Duration patience = patience(context);
    return patience.isZero()
        ? lookup.of(request.name(), request.reader())
        : waits.of(
            context.response(),
            request.reader(),
            left -> lookup.of(request.name(), request.reader(), patience, left));
  }

  private void failed(RoutingContext context, Throwable cause) {
    if (cause instanceof Waits.ClientGone) {
      Problem.clientGone(cause);
      return;
    }
    if (!(cause instanceof Problem)) { // which is a refusal, and nobody was asked
      metrics.read(Read.FAILED);
    }
    context.fail(cause);
  }

  private static Duration patience(RoutingContext context) {
    String wait = context.request().getParam("wait");
    if (wait == null) {
      return Duration.ZERO;
    }
    boolean isDigit = wait.length() == 1 && wait.charAt(0) >= '0';
    if (!isDigit || wait.charAt(0) - '0' > MAX_WAIT_SECONDS) {
      throw Problem.badRequest("wait must be 0.." + MAX_WAIT_SECONDS + " seconds");
    }
    return Duration.ofSeconds(wait.charAt(0) - '0');
  }

  /** Answers a {@code GET} of the handoff state. */
  private final class Reply implements Answer.Visitor<Void> {
    private final RoutingContext context;
    private final Reader reader;

    private Reply(RoutingContext context, Reader reader) {
      this.context = context;
      this.reader = reader;
    }

    @Override
    public Void found(Outcome outcome) {
      context.response().putHeader("cache-control", "no-store");
      Json.answer(context, 200, body(outcome, outcomes.connectors().shown(outcome, reader).text()));
      reads.read(outcome, reader);
      return count(Read.FOUND);
    }

    @Override
    public Void gone(Answer.Why why, Instant when) {
      context.fail(problem(why, when));
      return count(Read.GONE);
    }

    @Override
    public Void tooEarly(SessionNews session) {
      context.fail(HandoffApi.tooEarly());
      return count(Read.TOO_EARLY);
    }

    @Override
    public Void absent() {
      context.fail(notFound());
      return count(Read.ABSENT);
    }

    @SuppressWarnings("NullAway") // Void has no other value
    private Void count(Read result) {
      metrics.read(result);
      return null;
    }
  }

  /** The data is its text, so that numbers keep their digits and members their order. */
  private static Buffer body(Outcome outcome, String data) {
    Buffer body =
        Buffer.buffer(data.length() + 128)
            .appendString("{\"id\":")
            .appendString(quoted(outcome.conversationId()))
            .appendString(",\"data\":")
            .appendString(data);
    if (outcome.sharedId() != null) {
      body.appendString(",\"shared_id\":").appendString(quoted(outcome.sharedId()));
    }
    return body.appendString("}");
  }

  private static String quoted(String text) {
    return io.vertx.core.json.Json.encode(text);
  }

  private static Problem problem(Answer.Why why, Instant when) {
    String sentence =
        switch (why) {
          case EXPIRED -> "this handoff expired at " + when;
          case DELETED -> "this handoff was deleted at " + when;
          case REPLACED -> "a later outcome of the call took this handoff's place at " + when;
        };
    return Problem.gone(
        sentence, new JsonObject().put("reason", why.text()).put("at", when.toString()));
  }

  private static Problem tooEarly() {
    return Problem.tooEarly("the call is with an agent and has no handoff yet; ask again");
  }

  private static Problem notFound() {
    return Problem.notFound("there is no handoff under this id");
  }

  private void delete(RoutingContext context) {
    HandoffRequest request = HandoffRequest.of(context);
    outcomes
        .delete(request.name(), request.reader())
        .onSuccess(deleted -> answerDeleted(context, request, deleted))
        .onFailure(context::fail);
  }

  private void answerDeleted(RoutingContext context, HandoffRequest request, List<Outcome> those) {
    if (those.isEmpty()) {
      explain(context, request);
      return;
    }
    JsonArray deleted = new JsonArray();
    those.forEach(
        each ->
            deleted.add(
                new JsonObject().put("id", each.conversationId()).put("call_sid", each.callSid())));
    Json.answer(context, 200, new JsonObject().put("deleted", deleted));
  }

  /** Says why there is nothing. */
  private void explain(RoutingContext context, HandoffRequest request) {
    lookup
        .of(request.name(), request.reader())
        .onSuccess(answer -> context.fail(explanation(answer)))
        .onFailure(context::fail);
  }

  /** What a reader is told who asks for what is not there. */
  static Problem explanation(Answer answer) {
    return answer.accept(new Explanation());
  }

  private static final class Explanation implements Answer.Visitor<Problem> {
    @Override
    public Problem found(Outcome outcome) {
      return new Problem(503, "the handoff came just now; try again");
    }

    @Override
    public Problem gone(Answer.Why why, Instant when) {
      return problem(why, when);
    }

    @Override
    public Problem tooEarly(SessionNews session) {
      return HandoffApi.tooEarly();
    }

    @Override
    public Problem absent() {
      return notFound();
    }
  }

  private void receipts(RoutingContext context) {
    HandoffRequest request = HandoffRequest.of(context);
    outcomes
        .latestChains(request.name(), request.reader())
        .onSuccess(chains -> answerReceipts(context, request, chains))
        .onFailure(context::fail);
  }

  private void answerReceipts(
      RoutingContext context, HandoffRequest request, List<ReceiptChain> chains) {
    if (chains.isEmpty()) {
      explain(context, request);
      return;
    }
    JsonArray handoffs = new JsonArray();
    chains.forEach(chain -> handoffs.add(json(chain)));
    Json.answer(context, 200, new JsonObject().put("handoffs", handoffs));
  }

  private static JsonObject json(ReceiptChain chain) {
    JsonArray steps = new JsonArray();
    chain.receipts().forEach(receipt -> steps.add(receipt.toJson()));
    JsonObject json =
        new JsonObject()
            .put("id", chain.conversationId())
            .put("call_sid", chain.callSid())
            .put("decided_at", chain.decidedAt().toString());
    storedToRead(chain).ifPresent(time -> json.put("stored_to_read_ms", time.toMillis()));
    return json.put("receipts", steps);
  }

  private static Optional<Duration> storedToRead(ReceiptChain chain) {
    return chain
        .first(Step.STORED)
        .flatMap(stored -> chain.first(Step.READ).map(read -> notNegative(stored.at(), read.at())));
  }

  /** Each step has the clock of its own process, and two of them may differ. */
  private static Duration notNegative(Instant from, Instant to) {
    return to.isBefore(from) ? Duration.ZERO : Duration.between(from, to);
  }
}
