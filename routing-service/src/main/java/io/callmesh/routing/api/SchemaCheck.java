package io.callmesh.routing.api;

import io.callmesh.runtime.web.Fault;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.SchemaRepository;
import io.vertx.json.schema.Validator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Checks values against the component schemas of an OpenAPI document. One thread's own: the library
 * wraps schemas at their first use, without a thought for other threads.
 */
final class SchemaCheck {
  static final String COMPONENTS = "#/components/schemas/";

  private static final String BASE = "https://callmesh.invalid/openapi";

  private final FaultWords words;
  private final Map<String, Validator> validators = new HashMap<>();

  /**
   * @param document owned by this from now on
   */
  SchemaCheck(JsonObject document) {
    this.words = new FaultWords(document.copy());
    JsonObject schemas = document.getJsonObject("components").getJsonObject("schemas");
    JsonObject only =
        new JsonObject().put("components", new JsonObject().put("schemas", exact(schemas)));
    SchemaRepository repository =
        SchemaRepository.create(
            new JsonSchemaOptions()
                .setBaseUri(BASE)
                .setDraft(Draft.DRAFT202012)
                .setOutputFormat(OutputFormat.Basic));
    repository.dereference(BASE, JsonSchema.of(only));
    schemas
        .fieldNames()
        .forEach(name -> validators.put(name, repository.validator(COMPONENTS + name)));
  }

  /** For Java a {@code $} also stands before a last line break; for JSON Schema it does not. */
  private static JsonObject exact(JsonObject schema) {
    JsonObject exact = new JsonObject();
    schema.forEach(
        member -> {
          Object value = member.getValue();
          boolean anchored =
              member.getKey().equals("pattern")
                  && value instanceof String text
                  && text.endsWith("$");
          exact.put(
              member.getKey(),
              anchored ? ((String) value).replaceAll("\\$$", "\\\\z") : exactly(value));
        });
    return exact;
  }

  private static Object exactly(Object value) {
    if (value instanceof JsonObject object) {
      return exact(object);
    }
    if (value instanceof JsonArray array) {
      JsonArray exact = new JsonArray();
      array.forEach(entry -> exact.add(exactly(entry)));
      return exact;
    }
    return value;
  }

  List<Fault> faults(String schema, JsonObject value) {
    Validator validator = validators.get(schema);
    if (validator == null) {
      throw new IllegalArgumentException("the document has no schema " + schema);
    }
    OutputUnit result = validator.validate(value);
    return Boolean.TRUE.equals(result.getValid())
        ? List.of()
        : words.faults(schema, value, result.getErrors());
  }
}
