package io.callmesh.standalone;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;

/**
 * An answer of the configuration API that is good; what is not becomes a {@link UserErrorException}
 * with the remedy.
 */
record ConfigAnswer(String body, String tag) {
  /** What a 401 means. */
  static final String UNKNOWN_KEY =
      "the mesh does not know this API key: give --api-key, or set CALLMESH_API_KEY";

  static ConfigAnswer of(HttpResponse<String> response) {
    if (response.statusCode() != 200) {
      throw new UserErrorException(remedy(response.statusCode(), response.body()));
    }
    return new ConfigAnswer(response.body(), response.headers().firstValue("etag").orElse(""));
  }

  private static String remedy(int status, String body) {
    return switch (status) {
      case 401 -> UNKNOWN_KEY;
      case 404 ->
          "the mesh has no configuration API there: is --url right, and the mesh up to date?";
      case 412 -> "somebody changed the configuration meanwhile: nothing was applied; run it again";
      case 413 -> "the document is too long for one project: split it over several";
      default -> told(status, body, "nothing was applied, put this right first:");
    };
  }

  /**
   * What a problem document says.
   *
   * @param headline stands before the faults, when it has some
   */
  static String told(int status, String body, String headline) {
    try {
      JsonObject problem = new JsonObject(body);
      String detail = problem.getString("detail", "");
      JsonArray errors = problem.getJsonArray("errors", new JsonArray());
      if (errors.isEmpty()) {
        return "the mesh refused it (%d): %s".formatted(status, detail);
      }
      StringBuilder all = new StringBuilder(headline);
      errors.forEach(error -> all.append("\n  ").append(fault((JsonObject) error)));
      return all.toString();
    } catch (DecodeException | ClassCastException notOurs) {
      return "what is at --url answered %d, and is no callmesh".formatted(status);
    }
  }

  private static String fault(JsonObject error) {
    Integer line = error.getInteger("line");
    return "%s %s%s"
        .formatted(
            error.getString("pointer"),
            error.getString("detail"),
            line == null ? "" : " (line %d)".formatted(line));
  }
}
