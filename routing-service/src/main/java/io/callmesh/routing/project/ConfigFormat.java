package io.callmesh.routing.project;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.callmesh.routing.api.Yaml;
import io.callmesh.runtime.web.Problem;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** How the document is written. */
enum ConfigFormat {
  JSON("application/json"),
  YAML("application/yaml");

  private final String mediaType;

  ConfigFormat(String mediaType) {
    this.mediaType = mediaType;
  }

  String mediaType() {
    return mediaType;
  }

  /** The one that a client wants to have: JSON unless it asks for YAML. */
  static ConfigFormat wantedBy(RoutingContext context) {
    String accept = context.request().getHeader("accept");
    return accept != null && isYaml(accept) ? YAML : JSON;
  }

  /** The one that a client sends: JSON unless it says YAML. */
  static ConfigFormat sentBy(RoutingContext context) {
    String type = context.request().getHeader("content-type");
    return type != null && isYaml(type) ? YAML : JSON;
  }

  private static boolean isYaml(String header) {
    return header.toLowerCase(Locale.ROOT).contains("yaml");
  }

  /** Reads a document, or refuses it with a 400. */
  JsonObject read(Buffer body) {
    try {
      return this == YAML ? Yaml.read(body.toString(StandardCharsets.UTF_8)) : new JsonObject(body);
    } catch (JsonProcessingException malformed) {
      throw Problem.badRequest("the body must be YAML: " + told(malformed));
    } catch (IOException unwanted) {
      throw Problem.badRequest("the body must be YAML: " + unwanted.getMessage());
    } catch (DecodeException | ClassCastException malformed) {
      throw Problem.badRequest("the body must be a JSON object");
    }
  }

  /** The first line of what may be a drawing of the place. */
  private static String told(JsonProcessingException malformed) {
    String what = malformed.getOriginalMessage().lines().findFirst().orElse("it cannot be read");
    return malformed.getLocation() == null
        ? what
        : "%s (line %d, column %d)"
            .formatted(
                what, malformed.getLocation().getLineNr(), malformed.getLocation().getColumnNr());
  }

  /** Writes a document. */
  Buffer write(JsonObject document) {
    return this == YAML ? Buffer.buffer(Yaml.write(document)) : document.toBuffer();
  }
}
