package io.callmesh.contracts.connector;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Links Twilio to one project configuration of an agent in one environment, as {@code
 * callmesh.connectors.v1} keeps it. Field names are those of the Connectors API
 * (reference/polyai.md).
 *
 * @param connectorId ours
 * @param name for people
 * @param accountId the account, not Twilio's
 * @param projectId the project in that account
 * @param clientEnv {@code sandbox}, {@code pre-release} or {@code live}
 * @param variantId empty when unassigned
 * @param asrLangCode BCP 47
 * @param ttsLangCode BCP 47
 * @param voiceName the agent's voice, empty for its default
 * @param disableHandoff true refuses every handoff
 * @param agent where the agent is; null until somebody says
 * @param handoffDestinations the first one is the default
 * @param fallbackDestination the name of the one that takes callers whose agent died; null for the
 *     default
 * @param twiml the customer's document around {@code <Connect connectorId/>}; null for the plain
 *     one
 * @param tokenHash the connector token, hashed
 * @param createdAt when it was created
 */
public record Connector(
    String connectorId,
    String name,
    String accountId,
    String projectId,
    String clientEnv,
    String variantId,
    String asrLangCode,
    String ttsLangCode,
    String voiceName,
    boolean disableHandoff,
    @Nullable AgentEndpoint agent,
    List<HandoffDestination> handoffDestinations,
    @Nullable String fallbackDestination,
    @Nullable String twiml,
    String tokenHash,
    Instant createdAt) {
  public Connector {
    handoffDestinations = List.copyOf(handoffDestinations);
  }

  /** The destination with this name, or the default one for null; empty when there is none such. */
  public Optional<HandoffDestination> destination(@Nullable String wanted) {
    return handoffDestinations.stream()
        .filter(destination -> wanted == null || destination.name().equals(wanted))
        .findFirst();
  }

  /** Where a caller goes whose agent died. */
  public Optional<HandoffDestination> rescueDestination() {
    return destination(fallbackDestination);
  }

  /** What the API shows: everything but the token's hash. */
  public JsonObject toPublicJson() {
    JsonArray destinations = new JsonArray();
    handoffDestinations.forEach(destination -> destinations.add(destination.toJson()));
    return new JsonObject()
        .put("connectorId", connectorId)
        .put("name", name)
        .put("accountId", accountId)
        .put("projectId", projectId)
        .put("clientEnv", clientEnv)
        .put("variantId", variantId)
        .put("asrLangCode", asrLangCode)
        .put("ttsLangCode", ttsLangCode)
        .put("voiceName", voiceName)
        .put("disableHandoff", disableHandoff)
        .put("agent", agent == null ? null : agent.toJson())
        .put("handoffDestinations", destinations)
        .put("fallbackDestination", fallbackDestination)
        .put("twiml", twiml)
        .put("createdAt", createdAt.toString());
  }

  /** The stored form. */
  public JsonObject toJson() {
    return toPublicJson().put("tokenHash", tokenHash);
  }

  /** Reads the stored form. */
  public static Connector fromJson(JsonObject json) {
    JsonObject agent = json.getJsonObject("agent");
    return new Connector(
        json.getString("connectorId"),
        json.getString("name", ""),
        json.getString("accountId", ""),
        json.getString("projectId", ""),
        json.getString("clientEnv", "live"),
        json.getString("variantId", ""),
        json.getString("asrLangCode", ""),
        json.getString("ttsLangCode", ""),
        json.getString("voiceName", ""),
        json.getBoolean("disableHandoff", false),
        agent == null ? null : AgentEndpoint.fromJson(agent),
        json.getJsonArray("handoffDestinations", new JsonArray()).stream()
            .map(entry -> HandoffDestination.fromJson((JsonObject) entry))
            .toList(),
        json.getString("fallbackDestination"),
        json.getString("twiml"),
        json.getString("tokenHash", ""),
        Instant.parse(json.getString("createdAt")));
  }
}
