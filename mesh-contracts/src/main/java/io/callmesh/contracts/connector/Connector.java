package io.callmesh.contracts.connector;

import io.callmesh.contracts.security.IssuedSecret;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
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
 * @param destinations the first one is the default
 * @param fallbackDestination the name of the one that takes callers whose agent died; null for the
 *     default
 * @param overflowDestination the name of the one that takes callers whom no worker can; null for
 *     none
 * @param twiml the customer's document around {@code <Connect connectorId/>}; null for the plain
 *     one
 * @param sharedIdParameter the webhook's or custom parameter that becomes the conversation's shared
 *     id; null for none
 * @param sensitiveFields names of members of the handoff state, at any depth, that are masked in
 *     events, tasks and for readers without the right to see them
 * @param handoffLifetime how long a handoff can be fetched, in s; null for as long as any
 * @param tokenHash the connector token, hashed
 * @param previousToken the token before, while it is still good; null for none
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
    List<Destination> destinations,
    @Nullable String fallbackDestination,
    @Nullable String overflowDestination,
    @Nullable String twiml,
    @Nullable String sharedIdParameter,
    Set<String> sensitiveFields,
    @Nullable Integer handoffLifetime,
    String tokenHash,
    @Nullable PreviousToken previousToken,
    Instant createdAt) {
  /**
   * A connector token that was replaced.
   *
   * @param hash of the token
   * @param validUntil it is refused from then on
   */
  public record PreviousToken(String hash, Instant validUntil) {}

  public Connector {
    destinations = List.copyOf(destinations);
    sensitiveFields = Set.copyOf(sensitiveFields);
  }

  /** Whether a presented connector token is good now; takes the same time either way. */
  public boolean accepts(String token, Instant now) {
    boolean current = IssuedSecret.matches(tokenHash, token);
    boolean previous =
        previousToken != null
            && IssuedSecret.matches(previousToken.hash(), token)
            && now.isBefore(previousToken.validUntil());
    return current || previous;
  }

  /** The destination with this name, or the default one for null; empty when there is none such. */
  public Optional<Destination> destination(@Nullable String wanted) {
    return destinations.stream()
        .filter(destination -> wanted == null || destination.name().equals(wanted))
        .findFirst();
  }

  /** Where a caller goes whose agent died. */
  public Optional<Destination> rescueDestination() {
    return destination(fallbackDestination);
  }

  /** Where a caller goes when no worker has room; empty when nobody said. */
  public Optional<Destination> overflow() {
    return overflowDestination == null ? Optional.empty() : destination(overflowDestination);
  }

  /** What the API shows: everything but the tokens' hashes. */
  public JsonObject toPublicJson() {
    JsonArray places = new JsonArray();
    destinations.forEach(destination -> places.add(destination.toJson()));
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
        .put("destinations", places)
        .put("fallbackDestination", fallbackDestination)
        .put("overflowDestination", overflowDestination)
        .put("twiml", twiml)
        .put("sharedIdParameter", sharedIdParameter)
        .put("sensitiveFields", new JsonArray(sensitiveFields.stream().sorted().toList()))
        .put("handoffLifetime", handoffLifetime)
        .put("createdAt", createdAt.toString());
  }

  /** The stored form. */
  public JsonObject toJson() {
    JsonObject json = toPublicJson().put("tokenHash", tokenHash);
    return previousToken == null
        ? json
        : json.put("previousTokenHash", previousToken.hash())
            .put("previousTokenValidUntil", previousToken.validUntil().toString());
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
        json.getJsonArray("destinations", new JsonArray()).stream()
            .map(entry -> Destination.fromJson((JsonObject) entry))
            .toList(),
        json.getString("fallbackDestination"),
        json.getString("overflowDestination"),
        json.getString("twiml"),
        json.getString("sharedIdParameter"),
        json.getJsonArray("sensitiveFields", new JsonArray()).stream()
            .map(String::valueOf)
            .collect(Collectors.toSet()),
        json.getInteger("handoffLifetime"),
        json.getString("tokenHash", ""),
        previousToken(json),
        Instant.parse(json.getString("createdAt")));
  }

  private static @Nullable PreviousToken previousToken(JsonObject json) {
    String hash = json.getString("previousTokenHash");
    return hash == null
        ? null
        : new PreviousToken(hash, Instant.parse(json.getString("previousTokenValidUntil")));
  }
}
