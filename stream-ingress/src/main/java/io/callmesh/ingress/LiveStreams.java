package io.callmesh.ingress;

import io.callmesh.ingress.stream.StreamTable;
import io.callmesh.runtime.web.Json;
import io.callmesh.runtime.web.Problem;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.function.Function;

/**
 * The streams that are open in this process, with their flight records so far: {@code /streams} and
 * {@code /streams/{callSid}} on the management port. No numbers of people, no words, no audio.
 */
final class LiveStreams {
  private static final int USUAL_LIMIT = 50;

  /** The records are made on the loops that carry the audio. */
  private static final int MOST = 200;

  private final List<StreamTable> tables;
  private final IngressMetrics metrics;

  /**
   * @param tables those there are at the time of a request
   */
  LiveStreams(List<StreamTable> tables, IngressMetrics metrics) {
    this.tables = tables;
    this.metrics = metrics;
  }

  /** Mounts the routes. */
  Future<?> mount(Router router) {
    router.get("/streams").handler(this::list);
    router.get("/streams/:callSid").handler(this::ofCall);
    return Future.succeededFuture();
  }

  private void list(RoutingContext request) {
    int limit = limit(request.request().getParam("limit", Integer.toString(USUAL_LIMIT)));
    ask(table -> table.live(limit))
        .onSuccess(found -> answer(request, found.stream().limit(limit).toList()))
        .onFailure(request::fail);
  }

  private void ofCall(RoutingContext request) {
    String callSid = request.pathParam("callSid");
    ask(table -> table.live(callSid))
        .map(found -> found.stream().limit(MOST).toList())
        .onSuccess(
            found -> {
              if (found.isEmpty()) {
                request.fail(Problem.notFound("no stream of this call is open here"));
              } else {
                answer(request, found);
              }
            })
        .onFailure(request::fail);
  }

  private Future<List<JsonObject>> ask(Function<StreamTable, Future<List<JsonObject>>> question) {
    List<Future<List<JsonObject>>> answers = tables.stream().map(question).toList();
    return Future.all(answers)
        .map(all -> answers.stream().flatMap(each -> each.result().stream()).toList());
  }

  private void answer(RoutingContext request, List<JsonObject> streams) {
    Json.answerLong(
        request,
        () ->
            new JsonObject().put("open", metrics.streams()).put("streams", new JsonArray(streams)));
  }

  private static int limit(String text) {
    try {
      int limit = Integer.parseInt(text);
      if (limit >= 1 && limit <= MOST) {
        return limit;
      }
    } catch (NumberFormatException notANumber) {
      // Told below.
    }
    throw Problem.badRequest("limit must be 1.." + MOST);
  }
}
