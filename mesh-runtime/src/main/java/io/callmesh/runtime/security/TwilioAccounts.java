package io.callmesh.runtime.security;

import io.callmesh.contracts.security.Secret;
import io.callmesh.runtime.config.ConfigException;
import io.callmesh.runtime.config.Settings;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The Twilio accounts whose calls we take, each with the Auth Tokens that may sign: several, so
 * that a token can be rotated without dropping a call. And with what opens Twilio's REST API: the
 * account's API key if it has one, else its first Auth Token.
 */
public final class TwilioAccounts {
  private static final String VARIABLE = "CALLMESH_TWILIO_ACCOUNTS";
  private static final String FORM = "[{\"accountSid\":\"AC…\",\"authTokens\":[\"…\"]}]";
  private static final String OPTIONS =
      "; \"apiKey\":{\"sid\":\"SK…\",\"secret\":\"…\"} is optional,"
          + " so is \"accountId\", \"region\" and \"edge\" come together or not at all";
  private static final Pattern API_KEY_SID = Pattern.compile("SK\\w+");

  /** Region and edge become labels of a host's name. */
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  private final Map<String, List<Secret>> tokens;
  private final Map<String, TwilioRestAccess> rest;
  private final Map<String, String> owners;

  /** Accounts by AccountSid; the first of its tokens opens the REST API. */
  public TwilioAccounts(Map<String, List<Secret>> tokens) {
    this(tokens, byFirstToken(tokens), Map.of());
  }

  private TwilioAccounts(
      Map<String, List<Secret>> tokens,
      Map<String, TwilioRestAccess> rest,
      Map<String, String> owners) {
    this.tokens = Map.copyOf(tokens);
    this.rest = Map.copyOf(rest);
    this.owners = Map.copyOf(owners);
  }

  private static Map<String, TwilioRestAccess> byFirstToken(Map<String, List<Secret>> tokens) {
    Map<String, TwilioRestAccess> rest = new HashMap<>();
    tokens.forEach(
        (account, secrets) ->
            secrets.stream()
                .findFirst()
                .ifPresent(
                    first ->
                        rest.put(
                            account, new TwilioRestAccess(account, first, TwilioRestAccess.HOME))));
    return rest;
  }

  /**
   * Reads {@code CALLMESH_TWILIO_ACCOUNTS}; without it there are none and every request is refused.
   */
  public static TwilioAccounts from(Settings settings) {
    return settings
        .text(VARIABLE)
        .map(TwilioAccounts::parse)
        .orElseGet(() -> new TwilioAccounts(Map.of()));
  }

  private static TwilioAccounts parse(String json) {
    Map<String, List<Secret>> tokens = new TreeMap<>();
    Map<String, TwilioRestAccess> rest = new TreeMap<>();
    Map<String, String> owners = new TreeMap<>();
    try {
      for (Object entry : new JsonArray(json)) {
        JsonObject account = (JsonObject) entry;
        List<Secret> secrets = new ArrayList<>();
        account.getJsonArray("authTokens").forEach(token -> secrets.add(new Secret(text(token))));
        String accountSid = text(account.getValue("accountSid"));
        if (secrets.isEmpty() || tokens.put(accountSid, secrets) != null) {
          throw notOurForm();
        }
        rest.put(accountSid, rest(account, accountSid, secrets.get(0)));
        if (account.containsKey("accountId")) {
          owners.put(accountSid, text(account.getValue("accountId")));
        }
      }
    } catch (DecodeException | ClassCastException | NullPointerException notOurForm) {
      throw notOurForm();
    }
    return new TwilioAccounts(tokens, rest, owners);
  }

  private static TwilioRestAccess rest(JsonObject account, String accountSid, Secret firstToken) {
    JsonObject apiKey = account.getJsonObject("apiKey");
    String user = apiKey == null ? accountSid : matching(API_KEY_SID, apiKey.getValue("sid"));
    Secret password = apiKey == null ? firstToken : new Secret(text(apiKey.getValue("secret")));
    return new TwilioRestAccess(
        user, password, baseUrl(account.getValue("region"), account.getValue("edge")));
  }

  private static String baseUrl(@Nullable Object region, @Nullable Object edge) {
    if (region == null && edge == null) {
      return TwilioRestAccess.HOME;
    }
    return TwilioRestAccess.at(matching(LABEL, edge), matching(LABEL, region));
  }

  /** A blank token would let anybody sign, or break every check. */
  private static String text(@Nullable Object value) {
    if (value instanceof String text && !text.isBlank()) {
      return text;
    }
    throw notOurForm();
  }

  private static String matching(Pattern form, @Nullable Object value) {
    String text = text(value);
    if (!form.matcher(text).matches()) {
      throw notOurForm();
    }
    return text;
  }

  private static ConfigException notOurForm() {
    return new ConfigException(
        VARIABLE + " must be JSON like " + FORM + ", each account once, nothing blank" + OPTIONS);
  }

  /** The tokens of an account; none for one we do not know. */
  public List<Secret> tokensOf(String accountSid) {
    return Optional.ofNullable(tokens.get(accountSid)).orElse(List.of());
  }

  /** What opens the REST API for an account; empty for one we do not know. */
  public Optional<TwilioRestAccess> restAccessTo(String accountSid) {
    return Optional.ofNullable(rest.get(accountSid));
  }

  /**
   * The only account of ours whose connectors the calls of a Twilio account reach; empty when they
   * reach all.
   */
  public Optional<String> ownerOf(String accountSid) {
    return Optional.ofNullable(owners.get(accountSid));
  }

  /** The AccountSids. */
  public List<String> accountSids() {
    return List.copyOf(tokens.keySet());
  }

  /** True when there is none. */
  public boolean isEmpty() {
    return tokens.isEmpty();
  }
}
