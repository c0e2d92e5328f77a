package io.callmesh.runtime.web;

import io.callmesh.contracts.bus.FailureCode;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.Future;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An error answer: {@code application/problem+json} (RFC 9457) with a detail that names the remedy.
 * As an exception it is how a handler refuses a request from any depth.
 */
public final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final Logger log = LoggerFactory.getLogger(Problem.class);
  private static final int FIRST_SERVER_ERROR = 500;

  private static final int MAX_FAULTS = 20;
  private static final int TOO_EARLY = 425;

  /** What may be otherwise in a second. */
  private static final Set<Integer> MAY_CHANGE = Set.of(TOO_EARLY, 429, 503);

  private final int status;
  private final transient List<Fault> faults;
  private final transient JsonObject members;

  /** A refusal with this HTTP status and a sentence for the caller. */
  public Problem(int status, String detail) {
    this(status, detail, List.of(), new JsonObject());
  }

  private Problem(int status, String detail, List<Fault> faults, JsonObject members) {
    super(detail, null, false, false);
    this.status = status;
    this.faults = faults;
    this.members = members;
  }

  /** 400: the request makes no sense. */
  public static Problem badRequest(String detail) {
    return new Problem(400, detail);
  }

  /** 401: no valid key. */
  public static Problem unauthorized() {
    return new Problem(401, "a valid API key is needed in the header x-api-key");
  }

  /** 403: known, but not allowed. */
  public static Problem forbidden(String detail) {
    return new Problem(403, detail);
  }

  /** 404: there is no such thing, or none that this key may see. */
  public static Problem notFound(String detail) {
    return new Problem(404, detail);
  }

  /** 409: it does not go together with what is here. */
  public static Problem conflict(String detail) {
    return new Problem(409, detail);
  }

  /**
   * 422: the body is understood, and cannot be taken.
   *
   * @param faults at least one; the first {@value #MAX_FAULTS} are told
   */
  public static Problem invalid(List<Fault> faults) {
    List<Fault> told = faults.stream().limit(MAX_FAULTS).toList();
    return new Problem(422, told.get(0).sentence(), told, new JsonObject());
  }

  /**
   * 410: there was one.
   *
   * @param members of the document, beside the usual ones, for machines
   */
  public static Problem gone(String detail, JsonObject members) {
    return new Problem(410, detail, List.of(), members.copy());
  }

  /** 425: it may come soon. */
  public static Problem tooEarly(String detail) {
    return new Problem(TOO_EARLY, detail);
  }

  /** Whatever failed, as a problem; what is nobody's business goes to the log instead. */
  public static Problem of(Throwable cause, Object doing) {
    return of(cause, FIRST_SERVER_ERROR, doing);
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** Makes a router answer every failure, its own 404 included, as a problem. */
  public static void answerFailuresOf(Router router) {
    router.route().failureHandler(Problem::answer);
    for (int status : new int[] {400, 404, 405, 413}) {
      router.errorHandler(
          status,
          context ->
              send(context, new Problem(status, reason(status))).onFailure(Problem::clientGone));
    }
  }

  private static void answer(RoutingContext context) {
    if (context.response().headWritten()) {
      context.response().reset();
      return;
    }
    Problem problem =
        of(context.failure(), Math.max(context.statusCode(), 400), context.request().method());
    send(context, problem).onFailure(Problem::clientGone);
  }

  /** The method stands for the request: its path may hold a ticket or a number. */
  private static Problem of(@Nullable Throwable cause, int status, Object method) {
    if (cause instanceof Problem problem) {
      return problem;
    }
    if (cause instanceof ReplyException && FailureCode.of(cause).retryable()) {
      log.warn("{} answered with 503: {}", method, cause.toString());
      return new Problem(503, "something this needs does not answer now; try again");
    }
    if (cause == null || status < FIRST_SERVER_ERROR) {
      return new Problem(status, reason(status));
    }
    log.error("{} failed", method, cause); // the trace says where
    return new Problem(status, "something failed here; the server's log says what");
  }

  /** The problem document. */
  public JsonObject toJson() {
    JsonObject json =
        new JsonObject()
            .put("type", "about:blank")
            .put("title", reason(status))
            .put("status", status)
            .put("detail", String.valueOf(getMessage()))
            .mergeIn(members);
    return faults.isEmpty()
        ? json
        : json.put("errors", new JsonArray(faults.stream().map(Fault::toJson).toList()));
  }

  private static Future<Void> send(RoutingContext context, Problem problem) {
    HttpServerResponse response = context.response();
    if (MAY_CHANGE.contains(problem.status) && !response.headers().contains("retry-after")) {
      response.putHeader("retry-after", "1");
    }
    return response
        .setStatusCode(problem.status)
        .setStatusMessage(reason(problem.status))
        .putHeader("content-type", "application/problem+json")
        .end(problem.toJson().toBuffer());
  }

  private static String reason(int status) {
    // Netty has another name for it, which nobody ever used.
    return status == TOO_EARLY ? "Too Early" : HttpResponseStatus.valueOf(status).reasonPhrase();
  }

  /** Takes note that an answer could not be sent. */
  public static void clientGone(Throwable cause) {
    log.debug("the client went away before its answer: {}", cause.toString());
  }
}
