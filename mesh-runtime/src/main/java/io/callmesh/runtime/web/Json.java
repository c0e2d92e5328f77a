package io.callmesh.runtime.web;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

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
    context
        .response()
        .setStatusCode(status)
        .putHeader("content-type", "application/json")
        .end(body.toBuffer());
  }
}
