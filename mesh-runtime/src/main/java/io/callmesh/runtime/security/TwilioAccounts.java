package io.callmesh.runtime.security;

import io.callmesh.contracts.security.Secret;
import io.callmesh.runtime.config.ConfigException;
import io.callmesh.runtime.config.Settings;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The Twilio accounts whose calls we take, each with the Auth Tokens that may sign: several, so
 * that a token can be rotated without dropping a call.
 */
public final class TwilioAccounts {
  private static final String VARIABLE = "CALLMESH_TWILIO_ACCOUNTS";
  private static final String FORM = "[{\"accountSid\":\"AC…\",\"authTokens\":[\"…\"]}]";

  private final Map<String, List<Secret>> tokens;

  /** Accounts by AccountSid. */
  public TwilioAccounts(Map<String, List<Secret>> tokens) {
    this.tokens = Map.copyOf(tokens);
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
    Map<String, List<Secret>> accounts = new TreeMap<>();
    try {
      for (Object entry : new JsonArray(json)) {
        JsonObject account = (JsonObject) entry;
        List<Secret> secrets = new ArrayList<>();
        account.getJsonArray("authTokens").forEach(token -> secrets.add(new Secret(text(token))));
        String accountSid = text(account.getValue("accountSid"));
        if (secrets.isEmpty() || accounts.put(accountSid, secrets) != null) {
          throw notOurForm();
        }
      }
    } catch (DecodeException | ClassCastException | NullPointerException notOurForm) {
      throw notOurForm();
    }
    return new TwilioAccounts(accounts);
  }

  /** A blank token would let anybody sign, or break every check. */
  private static String text(Object value) {
    String text = (String) value;
    if (text.isBlank()) {
      throw notOurForm();
    }
    return text;
  }

  private static ConfigException notOurForm() {
    return new ConfigException(
        VARIABLE + " must be JSON like " + FORM + ", each account once, nothing blank");
  }

  /** The tokens of an account; none for one we do not know. */
  public List<Secret> tokensOf(String accountSid) {
    return Optional.ofNullable(tokens.get(accountSid)).orElse(List.of());
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
