package io.callmesh.routing.connector;

import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.security.IssuedSecret;
import io.callmesh.runtime.web.Fault;
import io.callmesh.runtime.web.Problem;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes connectors of what clients say, which is valid by the document's schemas by then. */
public final class ConnectorForm {
  private static final String DEFAULT_LANGUAGE = "en-US";

  /** What a voice's name begins with when it tells its language: {@code en-GB-Standard-A}. */
  private static final Pattern LANGUAGE_OF_VOICE =
      Pattern.compile("([a-z]{2,3}(?:-[A-Z][a-z]{3})?-(?:[A-Z]{2}|[0-9]{3}))-.+");

  private static final List<String> FIXED = List.of("connectorId", "accountId", "createdAt");

  /** What a client has no say in. */
  private static final Set<String> KEPT =
      Set.of(
          "connectorId",
          "accountId",
          "projectId",
          "tokenHash",
          "previousTokenHash",
          "previousTokenValidUntil",
          "createdAt");

  private ConnectorForm() {}

  /**
   * A new connector.
   *
   * @param token of which only the hash is kept; its id is the connector's
   */
  public static Connector created(
      JsonObject said, String account, String project, IssuedSecret token, Instant now) {
    JsonObject json = defaults();
    merge(json, said);
    return Connector.fromJson(
        json.put("connectorId", token.id())
            .put("accountId", account)
            .put("projectId", project)
            .put("tokenHash", token.hash())
            .put("createdAt", now.toString()));
  }

  /** The connector with all that can be said of it as it is said now. */
  public static Connector replaced(Connector before, JsonObject said) {
    JsonObject json = before.toJson();
    json.fieldNames().removeIf(name -> !KEPT.contains(name));
    json.mergeIn(defaults());
    merge(json, said);
    return Connector.fromJson(json);
  }

  /** The connector with what was said about it, refused with a 422 when that cannot change. */
  static Connector patched(Connector before, JsonObject said) {
    JsonObject json = before.toJson();
    List<Fault> faults = new ArrayList<>();
    for (String fixed : FIXED) {
      if (said.containsKey(fixed) && !json.getValue(fixed).equals(said.getValue(fixed))) {
        faults.add(Fault.at("#/" + fixed, "cannot change; it is '" + json.getValue(fixed) + "'"));
      }
    }
    if (!faults.isEmpty()) {
      throw Problem.invalid(faults);
    }
    merge(json, said);
    return Connector.fromJson(json);
  }

  private static void merge(JsonObject json, JsonObject said) {
    JsonObject defaults = defaults();
    for (String member : said.fieldNames()) {
      Object value = said.getValue(member);
      json.put(member, value == null ? defaults.getValue(member) : value);
    }
    if (said.getValue("voiceName") != null && said.getValue("ttsLangCode") == null) {
      Matcher voice = LANGUAGE_OF_VOICE.matcher(said.getString("voiceName"));
      if (voice.matches()) {
        json.put("ttsLangCode", voice.group(1));
      }
    }
  }

  private static JsonObject defaults() {
    return new JsonObject()
        .put("clientEnv", "live")
        .put("variantId", "")
        .put("asrLangCode", DEFAULT_LANGUAGE)
        .put("ttsLangCode", DEFAULT_LANGUAGE)
        .put("voiceName", "")
        .put("disableHandoff", false)
        .put("destinations", new JsonArray())
        .put("sensitiveFields", new JsonArray());
  }
}
