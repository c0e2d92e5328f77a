package io.callmesh.standalone;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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

  /** The connector that serves a number; empty when there is none in the project. */
  Optional<JsonObject> serving(String project, String number) {
    HttpResponse<String> response =
        exchange(
            request(telephony(project) + "/connectors/lookup")
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(new JsonObject().put("phoneNumber", number).encode()))
                .build());
    return response.statusCode() == 200
        ? Optional.of(new JsonObject(response.body()))
        : Optional.empty();
  }

  /** Changes what is said of a connector, and answers with all of it. */
  JsonObject changeConnector(String project, String connectorId, JsonObject change) {
    return send("PATCH", telephony(project) + "/connectors/" + connectorId, change, 200);
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

  /** What became of the handoffs of a call, step by step. */
  JsonObject receipts(String callSid) {
    return send("GET", "/v1/handoff_state/receipts?id=" + encode(callSid), null, 200);
  }

  /** A project's whole configuration, in this format; whatever the answer is. */
  HttpResponse<String> config(String project, @Nullable String account, String mediaType) {
    return exchange(
        request(config(project, account, false)).header("accept", mediaType).GET().build());
  }

  /**
   * Makes a project as a document says; whatever the answer is.
   *
   * @param dryRun only tells what would change
   * @param tag only if the project still has it; null for whatever it has
   */
  HttpResponse<String> putConfig(
      String project,
      @Nullable String account,
      String mediaType,
      String document,
      boolean dryRun,
      @Nullable String tag) {
    HttpRequest.Builder request =
        request(config(project, account, dryRun))
            .header("content-type", mediaType)
            .PUT(BodyPublishers.ofString(document));
    return exchange((tag == null ? request : request.header("if-match", tag)).build());
  }

  /** What Twilio would be answered; whatever the answer is. */
  HttpResponse<String> preview(String project, JsonObject request) {
    return exchange(
        request(telephony(project) + "/preview")
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(request.encode()))
            .build());
  }

  private static String config(String project, @Nullable String account, boolean dryRun) {
    String path = telephony(project) + "/config?dryRun=" + dryRun;
    return account == null ? path : path + "&accountId=" + encode(account);
  }

  private JsonObject send(String method, String path, @Nullable JsonObject body, int expected) {
    HttpResponse<String> response =
        exchange(
            request(path)
                .header("content-type", "application/json")
                .method(
                    method,
                    body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body.encode()))
                .build());
    if (response.statusCode() != expected) {
      throw new IllegalStateException(
          "%s %s answered %d: %s".formatted(method, path, response.statusCode(), response.body()));
    }
    return new JsonObject(response.body());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(uri(path)).timeout(TIMEOUT).header("x-api-key", apiKey);
  }

  /** The base may have a path of its own, where a proxy has the mesh below one. */
  URI uri(String path) {
    return URI.create(base.toString().replaceFirst("/+$", "") + path);
  }

  private HttpResponse<String> exchange(HttpRequest request) {
    try {
      return http.send(request, BodyHandlers.ofString());
    } catch (ConnectException nobody) {
      throw new UserErrorException(
          "no mesh answers at " + base + ": start one with 'callmesh up', or give its --url");
    } catch (IOException e) {
      throw new IllegalStateException(request.method() + " " + request.uri() + " failed: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static String telephony(String project) {
    return "/v1/agents/" + encode(project) + "/telephony";
  }

  /** For a path and for a query: a space is no plus in the former. */
  static String encode(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
