package io.callmesh.runtime.web;

import io.callmesh.contracts.bus.FailureCode;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.Future;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
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

  private final int status;

  /** A refusal with this HTTP status and a sentence for the caller. */
  public Problem(int status, String detail) {
    super(detail, null, false, false);
    this.status = status;
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

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** Makes a router answer every failure, its own 404 included, as a problem. */
  public static void answerFailuresOf(Router router) {
    router.route().failureHandler(Problem::answer);
    for (int status : new int[] {400, 404, 405, 413}) {
      router.errorHandler(
          status, context -> send(context, status, reason(status)).onFailure(Problem::gone));
    }
  }

  private static void answer(RoutingContext context) {
    if (context.response().headWritten()) {
      context.response().reset();
      return;
    }
    Problem problem = of(context);
    send(context, problem.status, String.valueOf(problem.getMessage())).onFailure(Problem::gone);
  }

  private static Problem of(RoutingContext context) {
    Throwable cause = context.failure();
    int status = Math.max(context.statusCode(), 400);
    if (cause instanceof Problem problem) {
      return problem;
    }
    if (cause instanceof ReplyException && FailureCode.of(cause).retryable()) {
      log.warn("{} answered with 503: {}", context.request().method(), cause.toString());
      return new Problem(503, "something this needs does not answer now; try again");
    }
    if (cause == null || status < FIRST_SERVER_ERROR) {
      return new Problem(status, reason(status));
    }
    // Without the path, which may hold a ticket or a number; the trace says where.
    log.error("{} failed", context.request().method(), cause);
    return new Problem(status, "something failed here; the server's log says what");
  }

  private static Future<Void> send(RoutingContext context, int status, String detail) {
    JsonObject body =
        new JsonObject()
            .put("type", "about:blank")
            .put("title", reason(status))
            .put("status", status)
            .put("detail", detail);
    return context
        .response()
        .setStatusCode(status)
        .putHeader("content-type", "application/problem+json")
        .end(body.toBuffer());
  }

  private static String reason(int status) {
    return HttpResponseStatus.valueOf(status).reasonPhrase();
  }

  private static void gone(Throwable cause) {
    log.debug("the client went away before its answer: {}", cause.toString());
  }
}
