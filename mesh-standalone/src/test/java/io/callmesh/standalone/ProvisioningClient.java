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
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The provisioning API of one replica, for one project. What it answers comes as it is. */
final class ProvisioningClient {
  static final String PROJECT = "crash";

  /** Longer than any wait of the API's own, so that it is the API that gives up. */
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private static final String TELEPHONY = "/v1/agents/" + PROJECT + "/telephony";

  private final Vertx vertx;
  private final HttpClient http;
  private final int port;

  /** An answer, whatever it says. */
  record Answer(int status, JsonObject body) {}

  /**
   * @param connections how many requests can be under way at once
   */
  ProvisioningClient(Vertx vertx, int port, int connections) {
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

  Future<Answer> createConnector(JsonObject connector) {
    return send(HttpMethod.POST, "/connectors", connector);
  }

  Future<Answer> connector(String connectorId) {
    return send(HttpMethod.GET, "/connectors/" + connectorId, null);
  }

  Future<Answer> connectors() {
    return send(HttpMethod.GET, "/connectors", null);
  }

  Future<Answer> importNumbers(JsonObject numbers) {
    return send(HttpMethod.POST, "/phone-numbers", numbers);
  }

  Future<Answer> assign(String number, String connectorId) {
    return send(
        HttpMethod.PATCH,
        "/phone-numbers/" + URLEncoder.encode(number, StandardCharsets.UTF_8),
        new JsonObject().put("connectorId", connectorId));
  }

  Future<Answer> numbers() {
    return send(HttpMethod.GET, "/phone-numbers", null);
  }

  private Future<Answer> send(HttpMethod method, String path, @Nullable JsonObject body) {
    RequestOptions options =
        new RequestOptions()
            .setMethod(method)
            .setHost("127.0.0.1")
            .setPort(port)
            .setURI(TELEPHONY + path)
            .setTimeout(LIMIT.toMillis())
            .putHeader("x-api-key", ProcessMesh.API_KEY)
            .putHeader("content-type", "application/json");
    Promise<Answer> answer = Promise.promise();
    // On a loop: asked for on another thread, a body that has come already never comes.
    vertx.runOnContext(
        now ->
            http.request(options)
                .compose(request -> request.send(body == null ? Buffer.buffer() : body.toBuffer()))
                .compose(ProvisioningClient::answer)
                .onComplete(answer));
    return answer.future();
  }

  private static Future<Answer> answer(HttpClientResponse response) {
    return response.body().map(body -> new Answer(response.statusCode(), body.toJsonObject()));
  }
}
