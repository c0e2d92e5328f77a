package io.callmesh.routing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.routing.api.ApiDocument;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntSupplier;
import java.util.regex.Pattern;

/** A client of the HTTP API that holds every answer against the API's own document. */
final class DocumentedApi {
  private static final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final ApiDocument document = ApiDocument.load();
  private static final JsonObject json = document.json();
  private static final String SCHEMAS = "#/components/schemas/";
  private static final String RESPONSES = "#/components/responses/";

  private final IntSupplier port;
  private final String key;

  DocumentedApi(IntSupplier port, String key) {
    this.port = port;
    this.key = key;
  }

  /** What came back. */
  record Reply(int status, HttpHeaders headers, String body) {
    JsonObject json(int expected) {
      assertThat(status).as(body).isEqualTo(expected);
      assertThat(contentType()).isEqualTo("application/json");
      return new JsonObject(body);
    }

    String contentType() {
      return headers.firstValue("content-type").orElse("");
    }

    String tag() {
      return headers.firstValue("etag").orElseThrow();
    }

    JsonObject fault(int expected) {
      assertThat(status).as(body).isEqualTo(expected);
      assertThat(contentType()).isEqualTo("application/problem+json");
      return new JsonObject(body);
    }

    String problem(int expected) {
      return fault(expected).getString("detail");
    }
  }

  /** The same replica, asked with another key; none for an empty one. */
  DocumentedApi with(String otherKey) {
    return new DocumentedApi(port, otherKey);
  }

  Reply get(String path, String... headers) {
    return send("GET", path, "", headers);
  }

  Reply post(String path, JsonObject body) {
    return send("POST", path, body.encode());
  }

  Reply patch(String path, JsonObject body, String... headers) {
    return send("PATCH", path, body.encode(), headers);
  }

  Reply send(String method, String path, String body, String... headers) {
    return sendLater(method, path, body, headers).join();
  }

  CompletableFuture<Reply> sendLater(String method, String path, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port.getAsInt() + path))
            .header("content-type", "application/json")
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (!key.isEmpty()) {
      request.header("x-api-key", key);
    }
    for (int i = 0; i < headers.length; i += 2) {
      request.setHeader(headers[i], headers[i + 1]);
    }
    return http.sendAsync(request.build(), BodyHandlers.ofString())
        .thenApply(DocumentedApi::reply)
        .thenApply(reply -> documented(method, path, reply));
  }

  private static Reply reply(HttpResponse<String> response) {
    return new Reply(response.statusCode(), response.headers(), response.body());
  }

  static String encode(String text) {
    return URLEncoder.encode(text, UTF_8);
  }

  private static Reply documented(String method, String path, Reply reply) {
    JsonObject operation = operation(method, path.replaceFirst("\\?.*", ""));
    if (operation == null || !reply.contentType().endsWith("json")) {
      return reply;
    }
    JsonObject responses = operation.getJsonObject("responses");
    JsonObject response =
        responses.getJsonObject(String.valueOf(reply.status()), responses.getJsonObject("default"));
    if (response.containsKey("$ref")) {
      response = component("responses", response.getString("$ref").substring(RESPONSES.length()));
    }
    JsonObject content = response.getJsonObject("content").getJsonObject(reply.contentType());
    assertThat(content).as("%s %s answered with %s", method, path, reply).isNotNull();
    String schema = content.getJsonObject("schema").getString("$ref");
    if (schema != null) {
      assertThat(document.faults(schema.substring(SCHEMAS.length()), new JsonObject(reply.body())))
          .as(reply.body())
          .isEmpty();
    }
    return reply;
  }

  private static JsonObject component(String kind, String name) {
    return json.getJsonObject("components").getJsonObject(kind).getJsonObject(name);
  }

  @org.jspecify.annotations.Nullable
  private static JsonObject operation(String method, String path) {
    JsonObject paths = json.getJsonObject("paths");
    return paths.fieldNames().stream()
        .filter(template -> Pattern.matches(template.replaceAll("\\{\\w+\\}", "[^/]+"), path))
        .sorted(java.util.Comparator.comparing(template -> template.contains("{connectorId}")))
        .map(
            template ->
                paths
                    .getJsonObject(template)
                    .getJsonObject(method.toLowerCase(java.util.Locale.ROOT)))
        .filter(java.util.Objects::nonNull)
        .findFirst()
        .orElse(null);
  }
}
