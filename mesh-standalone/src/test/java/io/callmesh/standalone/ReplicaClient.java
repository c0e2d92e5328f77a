package io.callmesh.standalone;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The HTTP API of one replica of a {@link ProcessMesh}. What it answers comes as it is. */
final class ReplicaClient {
  /** Longer than any wait of the API's own, so that it is the API that gives up. */
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final Vertx vertx;
  private final HttpClient http;
  private final int port;

  /** An answer, whatever it says. */
  record Answer(int status, String text) {
    JsonObject body() {
      return new JsonObject(text);
    }
  }

  /**
   * @param connections how many requests can be under way at once
   */
  ReplicaClient(Vertx vertx, int port, int connections) {
    this.vertx = vertx;
    this.http =
        vertx
            .httpClientBuilder()
            .with(new PoolOptions().setHttp1MaxSize(connections))
            // A request that loses its connection says so itself; an idle one need not.
            .withConnectHandler(connection -> connection.exceptionHandler(lost -> {}))
            .build();
    this.port = port;
  }

  Future<Answer> get(String uri) {
    return send(HttpMethod.GET, uri, null);
  }

  Future<Answer> send(HttpMethod method, String uri, @Nullable JsonObject body) {
    RequestOptions options =
        new RequestOptions()
            .setMethod(method)
            .setHost("127.0.0.1")
            .setPort(port)
            .setURI(uri)
            .setTimeout(LIMIT.toMillis())
            .putHeader("x-api-key", ProcessMesh.API_KEY)
            .putHeader("content-type", "application/json");
    Promise<Answer> answer = Promise.promise();
    // On a loop: asked for on another thread, a body that has come already never comes.
    vertx.runOnContext(
        now ->
            http.request(options)
                .compose(request -> request.send(body == null ? Buffer.buffer() : body.toBuffer()))
                .compose(ReplicaClient::answer)
                .onComplete(answer));
    return answer.future();
  }

  private static Future<Answer> answer(HttpClientResponse response) {
    return response.body().map(body -> new Answer(response.statusCode(), body.toString()));
  }
}
