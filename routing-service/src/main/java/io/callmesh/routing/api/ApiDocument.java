package io.callmesh.routing.api;

import io.callmesh.runtime.web.Fault;
import io.callmesh.runtime.web.Json;
import io.callmesh.runtime.web.Problem;
import io.vertx.core.json.JsonObject;
import io.vertx.core.json.pointer.JsonPointer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * The OpenAPI document of this service (docs/openapi.yaml): it is served as it is, and requests are
 * checked against its schemas. Safe on any thread.
 */
public final class ApiDocument {
  private static final String RESOURCE = "openapi.yaml";

  private final String yaml;
  private final JsonObject document;
  private final ThreadLocal<SchemaCheck> schemas;

  private ApiDocument(String yaml, JsonObject document) {
    this.yaml = yaml;
    this.document = document;
    this.schemas = ThreadLocal.withInitial(() -> new SchemaCheck(document.copy()));
  }

  /**
   * The document in this jar, as it is where handoffs can be fetched for this long: connectors may
   * only say less.
   */
  public static ApiDocument load(Duration handoffLifetime) {
    ApiDocument api = load();
    JsonObject bounded =
        (JsonObject)
            JsonPointer.from("/components/schemas/ConnectorSettings/properties/handoffLifetime")
                .queryJson(api.document);
    bounded.put("maximum", handoffLifetime.toSeconds());
    return api;
  }

  /** The document in this jar. */
  public static ApiDocument load() {
    try (InputStream resource = ApiDocument.class.getResourceAsStream(RESOURCE)) {
      if (resource == null) {
        throw new IllegalStateException(RESOURCE + " is not in the jar");
      }
      String yaml = new String(resource.readAllBytes(), StandardCharsets.UTF_8);
      return new ApiDocument(yaml, Yaml.read(yaml));
    } catch (IOException malformed) {
      throw new IllegalStateException(RESOURCE + " cannot be read", malformed);
    }
  }

  /** Mounts the routes that serve it, to anybody. */
  public void mount(Router router) {
    SchemaCheck ready = schemas.get(); // not only when somebody waits for it
    assert ready != null;
    router.get("/v1/openapi.yaml").handler(this::serveYaml);
    router.get("/v1/openapi.json").handler(context -> Json.answer(context, 200, document));
  }

  private void serveYaml(RoutingContext context) {
    context.response().putHeader("content-type", "application/yaml");
    context.end(yaml).onFailure(context::fail);
  }

  /** A copy of the document. */
  public JsonObject json() {
    return document.copy();
  }

  /**
   * The request's body, valid against a schema of the document.
   *
   * @param schema its name among the components
   * @throws Problem 400 when it is no JSON object, 422 with every fault when it is not valid
   */
  public JsonObject body(RoutingContext context, String schema) {
    return checked(schema, Json.body(context));
  }

  /** The same for a body that may be left out, which is an empty object then. */
  public JsonObject optionalBody(RoutingContext context, String schema) {
    return context.body().length() <= 0 ? new JsonObject() : body(context, schema);
  }

  /** The same value, when it is valid against a schema; otherwise a {@link Problem} with 422. */
  public JsonObject checked(String schema, JsonObject body) {
    List<Fault> faults = faults(schema, body);
    if (!faults.isEmpty()) {
      throw Problem.invalid(faults);
    }
    return body;
  }

  /** What is wrong with a value by a schema of the document, at most one fault for each place. */
  public List<Fault> faults(String schema, JsonObject value) {
    return schemas.get().faults(schema, value);
  }
}
