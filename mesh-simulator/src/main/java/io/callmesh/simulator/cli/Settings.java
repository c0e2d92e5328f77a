package io.callmesh.simulator.cli;

import io.callmesh.contracts.security.Secret;
import io.callmesh.simulator.twilio.TwilioAccount;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the environment says about Twilio accounts, in the mesh's own variables. */
final class Settings {
  static final String ACCOUNTS = "CALLMESH_TWILIO_ACCOUNTS";
  static final String TOKEN = "TWILIO_AUTH_TOKEN";
  private static final String NO_ACCOUNT = "AC" + "0".repeat(32);

  private final Map<String, String> environment;

  Settings(Map<String, String> environment) {
    this.environment = environment;
  }

  private record Configured(String accountSid, List<String> authTokens) {}

  /**
   * The account to call with: what was given, then what the environment knows.
   *
   * @throws IllegalArgumentException with one sentence for the user when there is no Auth Token, or
   *     when the accounts cannot be read
   */
  TwilioAccount account(@Nullable String accountSid, @Nullable String authToken) {
    List<Configured> accounts = accounts();
    String token = authToken == null ? token(accountSid, accounts) : authToken;
    String sid =
        accounts.stream()
            .filter(account -> account.authTokens().contains(token))
            .map(Configured::accountSid)
            .findFirst()
            .orElse(NO_ACCOUNT);
    return new TwilioAccount(accountSid == null ? sid : accountSid, new Secret(token));
  }

  /** The same, or null when there is no Auth Token. */
  @Nullable TwilioAccount accountIfKnown(@Nullable String accountSid, @Nullable String authToken) {
    boolean known = authToken != null || value(TOKEN) != null || !accounts().isEmpty();
    return known ? account(accountSid, authToken) : null;
  }

  /** What was given, or one that nobody has. */
  static String accountSid(@Nullable String given) {
    return given == null ? NO_ACCOUNT : given;
  }

  private String token(@Nullable String accountSid, List<Configured> accounts) {
    String token = value(TOKEN);
    if (token != null) {
      return token;
    }
    return accounts.stream()
        .filter(account -> accountSid == null || account.accountSid().equals(accountSid))
        .flatMap(account -> account.authTokens().stream())
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "There is no Auth Token to sign with: give --auth-token, or set "
                        + TOKEN
                        + " or "
                        + ACCOUNTS
                        + "."));
  }

  private List<Configured> accounts() {
    String json = value(ACCOUNTS);
    List<Configured> accounts = new ArrayList<>();
    try {
      JsonArray array = json == null ? new JsonArray() : new JsonArray(json);
      for (int i = 0; i < array.size(); i++) {
        accounts.add(account(array.getJsonObject(i)));
      }
      return accounts;
    } catch (DecodeException | ClassCastException | NullPointerException e) {
      throw new IllegalArgumentException(
          ACCOUNTS + " must be [{\"accountSid\":\"AC…\",\"authTokens\":[\"…\"]}].", e);
    }
  }

  private static Configured account(JsonObject account) {
    List<String> tokens = new ArrayList<>();
    account.getJsonArray("authTokens").forEach(token -> tokens.add(String.valueOf(token)));
    return new Configured(account.getString("accountSid"), tokens);
  }

  /** A variable, or the content of the file that its {@code _FILE} twin names. */
  private @Nullable String value(String name) {
    String value = environment.get(name);
    String file = environment.get(name + "_FILE");
    if (value != null || file == null) {
      return value;
    }
    try {
      return Files.readString(Path.of(file)).strip();
    } catch (IOException e) {
      throw new IllegalArgumentException(
          name + "_FILE names " + file + ", which is unreadable.", e);
    }
  }
}
