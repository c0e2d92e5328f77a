package io.callmesh.standalone;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * The public HTTP API, as a provisioning script or the published Twilio Function calls it. Blocks.
 */
final class MeshApi {
  private static final Duration TIMEOUT = Duration.ofSeconds(15);

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
  private final URI base;
  private final String apiKey;

  MeshApi(URI base, String apiKey) {
    this.base = base;
    this.apiKey = apiKey;
  }

  /** Creates a connector; the answer has its id and its token. */
  JsonObject createConnector(String project, JsonObject connector) {
    return send("POST", telephony(project) + "/connectors", connector, 201);
  }

  /** Imports a number and leads it to a connector. */
  JsonObject lead(String project, String number, String connectorId) {
    JsonObject imported =
        send(
            "POST",
            telephony(project) + "/phone-numbers",
            new JsonObject().put("phoneNumbers", new JsonArray().add(number)),
            201);
    if (imported.getJsonArray("imported").isEmpty()) {
      throw new IllegalStateException("the number was not imported");
    }
    return send(
        "PATCH",
        telephony(project) + "/phone-numbers/" + encode(number),
        new JsonObject().put("connectorId", connectorId),
        200);
  }

  /** The numbers of a project. */
  JsonArray numbers(String project) {
    return send("GET", telephony(project) + "/phone-numbers", null, 200)
        .getJsonArray("phoneNumbers");
  }

  /** The handoff state of a call, as Flex fetches it. */
  JsonObject handoffState(String callSid) {
    return send("GET", "/v1/handoff_state?id=" + encode(callSid), null, 200);
  }

  private JsonObject send(
      String method,
      String path,
      @org.jspecify.annotations.Nullable JsonObject body,
      int expected) {
    HttpRequest request =
        HttpRequest.newBuilder(base.resolve(path))
            .timeout(TIMEOUT)
            .header("x-api-key", apiKey)
            .header("content-type", "application/json")
            .method(
                method,
                body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body.encode()))
            .build();
    try {
      HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
      if (response.statusCode() != expected) {
        throw new IllegalStateException(
            "%s %s answered %d: %s"
                .formatted(method, path, response.statusCode(), response.body()));
      }
      return new JsonObject(response.body());
    } catch (IOException e) {
      throw new IllegalStateException(method + " " + path + " failed: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static String telephony(String project) {
    return "/v1/agents/" + encode(project) + "/telephony";
  }

  private static String encode(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }
}
