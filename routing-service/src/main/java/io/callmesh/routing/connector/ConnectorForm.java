package io.callmesh.routing.connector;

import io.callmesh.contracts.Ids;
import io.callmesh.contracts.connector.AgentEndpoint;
import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.connector.Destination;
import io.callmesh.contracts.security.IssuedSecret;
import io.callmesh.routing.twiml.CustomerDocument;
import io.callmesh.routing.twiml.TwimlException;
import io.callmesh.runtime.web.Json;
import io.callmesh.runtime.web.Problem;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a client sends to create a connector, and refuses what cannot work with a {@link
 * Problem}.
 */
final class ConnectorForm {
  private static final Set<String> ENVIRONMENTS = Set.of("sandbox", "pre-release", "live");
  private static final Pattern WORKFLOW_SID = Pattern.compile("WW[0-9a-fA-F]{32}");
  private static final Pattern LANGUAGE = Pattern.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*");
  private static final int MAX_TEXT = 256;
  private static final int MAX_URL = 2_048;
  private static final int MAX_DESTINATIONS = 50;

  /** Twilio takes no TwiML over 64 KB, and XML may need five characters for one of these. */
  private static final int MAX_ATTRIBUTES = 8 * 1024;

  private ConnectorForm() {}

  /**
   * A new connector from a request body.
   *
   * @param projectId from the path; the body may repeat it
   * @param token the connector's token, of which only the hash is kept
   */
  static Connector read(JsonObject body, String projectId, IssuedSecret token, Instant now) {
    String named = Json.text(body, "projectId", projectId);
    if (!named.equals(projectId)) {
      throw Problem.badRequest(
          "projectId must be the path's " + projectId + ", was '" + named + "'");
    }
    List<Destination> destinations = destinations(body);
    return new Connector(
        token.id(),
        bounded("name", Json.required(body, "name")),
        bounded("accountId", Json.text(body, "accountId", "")),
        projectId,
        environment(Json.text(body, "clientEnv", "live")),
        bounded("variantId", Json.text(body, "variantId", "")),
        language("asrLangCode", Json.text(body, "asrLangCode", "en-US")),
        language("ttsLangCode", Json.text(body, "ttsLangCode", "en-US")),
        bounded("voiceName", Json.text(body, "voiceName", "")),
        Json.flag(body, "disableHandoff", false),
        agent(Json.object(body, "agent")),
        destinations,
        fallback(Json.text(body, "fallbackDestination"), destinations),
        null,
        twiml(Json.text(body, "twiml")),
        null,
        token.hash(),
        null,
        now);
  }

  /** A token for a connector that does not exist yet; its id is the connector's. */
  static IssuedSecret newToken() {
    return IssuedSecret.issue(IssuedSecret.CONNECTOR_TOKEN, Ids.connector());
  }

  /** Refuses a text that is too long to keep. */
  static String bounded(String field, String value) {
    if (value.length() > MAX_TEXT) {
      throw Problem.badRequest(field + " must have at most " + MAX_TEXT + " characters");
    }
    return value;
  }

  /** Refuses an environment that we do not know. */
  static String environment(String value) {
    if (!ENVIRONMENTS.contains(value)) {
      throw Problem.badRequest(
          "clientEnv must be sandbox, pre-release or live, was '" + value + "'");
    }
    return value;
  }

  private static String language(String field, String value) {
    // Bounded first: the pattern's matcher recurses.
    if (!LANGUAGE.matcher(bounded(field, value)).matches()) {
      throw Problem.badRequest(field + " must be a BCP 47 code such as en-GB, was '" + value + "'");
    }
    return value;
  }

  private static @Nullable AgentEndpoint agent(@Nullable JsonObject json) {
    if (json == null) {
      return null;
    }
    String url = Json.text(json, "url", "");
    if (url.length() > MAX_URL || !isWebSocket(url)) {
      throw Problem.badRequest(
          "agent.url must be like wss://host[:port]/path, of at most " + MAX_URL + " characters");
    }
    try {
      return AgentEndpoint.fromJson(json);
    } catch (ClassCastException wrongType) {
      throw Problem.badRequest("agent has a field of the wrong type");
    } catch (IllegalArgumentException wrong) {
      throw Problem.badRequest(String.valueOf(wrong.getMessage()));
    }
  }

  private static boolean isWebSocket(String url) {
    try {
      URI uri = new URI(url);
      return ("ws".equals(uri.getScheme()) || "wss".equals(uri.getScheme()))
          && uri.getHost() != null
          && uri.getRawUserInfo() == null
          && uri.getRawFragment() == null;
    } catch (URISyntaxException malformed) {
      return false;
    }
  }

  private static List<Destination> destinations(JsonObject body) {
    List<Destination> destinations =
        Json.list(body, "destinations", JsonObject.class, MAX_DESTINATIONS).stream()
            .map(ConnectorForm::destination)
            .toList();
    Set<String> names = new HashSet<>();
    for (Destination destination : destinations) {
      if (!names.add(destination.name())) {
        throw Problem.badRequest("destinations has '" + destination.name() + "' twice");
      }
    }
    return destinations;
  }

  private static Destination destination(JsonObject json) {
    String name = bounded("destinations[].name", Json.required(json, "name"));
    String description = bounded("destinations[].description", Json.text(json, "description", ""));
    JsonObject attributes = attributes(Json.object(json, "taskAttributes"));
    String route = bounded("destinations[].route", Json.required(json, "route"));
    if (!WORKFLOW_SID.matcher(route).matches()) {
      throw Problem.badRequest(
          "destinations[].route must be a workflow's SID, WW and 32 hex digits, was '"
              + route
              + "'");
    }
    return new Destination(
        name,
        description,
        method(Json.text(json, "method", Destination.Method.FLEX.text())),
        route,
        Map.of(),
        attributes,
        null,
        null,
        null,
        null,
        null,
        null,
        null);
  }

  private static JsonObject attributes(@Nullable JsonObject json) {
    JsonObject attributes = json == null ? new JsonObject() : json;
    if (attributes.toBuffer().length() > MAX_ATTRIBUTES) {
      throw Problem.badRequest(
          "destinations[].taskAttributes must have at most " + MAX_ATTRIBUTES + " bytes");
    }
    return attributes;
  }

  private static Destination.Method method(String name) {
    for (Destination.Method method : Destination.Method.values()) {
      if (method.text().equals(name)) {
        return method;
      }
    }
    throw Problem.badRequest("destinations[].method must be flex, was '" + name + "'");
  }

  private static @Nullable String fallback(@Nullable String name, List<Destination> destinations) {
    if (name != null && destinations.stream().noneMatch(one -> one.name().equals(name))) {
      throw Problem.badRequest(
          "fallbackDestination must be one of destinations, was '" + name + "'");
    }
    return name;
  }

  private static @Nullable String twiml(@Nullable String document) {
    if (document == null) {
      return null;
    }
    try {
      List<String> named = CustomerDocument.parse(document).connectorIds();
      if (named.size() != 1) {
        throw Problem.badRequest(
            "twiml must have exactly one <Connect connectorId=\"…\"/>, has " + named.size());
      }
      String unused = bounded("twiml's connectorId", named.get(0));
      return document;
    } catch (TwimlException wrong) {
      throw Problem.badRequest(
          "twiml, line " + wrong.line() + ", column " + wrong.column() + ": " + wrong.getMessage());
    }
  }
}
