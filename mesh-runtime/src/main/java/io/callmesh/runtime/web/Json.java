package io.callmesh.runtime.web;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.Callable;

/** Reads JSON bodies and writes JSON answers. */
public final class Json {
  private Json() {}

  /** The request's body, which must be a JSON object. */
  public static JsonObject body(RoutingContext context) {
    try {
      JsonObject body = context.body().asJsonObject();
      if (body != null) {
        return body;
      }
    } catch (DecodeException | ClassCastException malformed) {
      // Told below, in the same words as an empty body.
    }
    throw Problem.badRequest("the body must be a JSON object");
  }

  /** Answers with JSON. */
  public static void answer(RoutingContext context, int status, JsonObject body) {
    answer(context, status, body.toBuffer());
  }

  /**
   * Answers 200 with JSON that may be long: it is made and encoded on a worker thread, and whatever
   * fails there fails the request.
   */
  public static void answerLong(RoutingContext context, Callable<JsonObject> body) {
    context
        .vertx()
        .executeBlocking(() -> body.call().toBuffer())
        .onSuccess(text -> answer(context, 200, text))
        .onFailure(context::fail);
  }

  /** Answers with the text of JSON. */
  public static void answer(RoutingContext context, int status, Buffer body) {
    context
        .response()
        .setStatusCode(status)
        .putHeader("content-type", "application/json")
        .end(body);
  }
}
