package io.callmesh.handoff.access;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Twilio's token validation on a port of its own; what it answers is a test's to say. */
final class FakeIam {
  /** A request as it came. */
  record Asked(String path, String authorization, String cacheControl, JsonObject body) {}

  /** How it answers. */
  interface Answer {
    void to(HttpServerRequest request);
  }

  final List<Asked> asked = new CopyOnWriteArrayList<>();
  volatile Answer answer = valid("WK1", Instant.now().plusSeconds(3600), "agent");
  private final HttpServer server;

  FakeIam(Vertx vertx) throws Exception {
    server =
        vertx
            .createHttpServer()
            .requestHandler(
                request ->
                    request
                        .body()
                        .onSuccess(
                            body -> {
                              asked.add(
                                  new Asked(
                                      request.path(),
                                      request.getHeader("Authorization"),
                                      request.getHeader("Cache-Control"),
                                      body.toJsonObject()));
                              answer.to(request);
                            }))
            .listen(0, "127.0.0.1")
            .await(10, SECONDS);
  }

  String url() {
    return "http://127.0.0.1:" + server.actualPort();
  }

  void close() throws Exception {
    server.close().await(10, SECONDS);
  }

  static Answer valid(String workerSid, Instant expiration, String... roles) {
    return says(
        200,
        new JsonObject()
            .put("valid", true)
            .put("code", 0)
            .putNull("message")
            .put("expiration", expiration.toString())
            .put("realm_user_id", "somebody")
            .put("identity", "grace.hopper@example.com")
            .put("roles", new JsonArray(List.of(roles)))
            .put("worker_sid", workerSid));
  }

  static Answer invalid() {
    return says(
        200, new JsonObject().put("valid", false).put("code", 1).put("message", "token expired"));
  }

  static Answer says(int status, JsonObject body) {
    return says(status, body.encode());
  }

  static Answer says(int status, String body) {
    return request -> request.response().setStatusCode(status).end(body);
  }
}
