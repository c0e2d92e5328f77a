package io.callmesh.worker.agent;

import io.callmesh.contracts.security.Secret;
import io.callmesh.runtime.config.ConfigException;
import io.callmesh.runtime.config.Settings;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The secrets that connectors name in their agents' headers. A secret is for one account or for
 * every account; an account's own goes before one of the same name for all.
 */
public final class AgentSecrets {
  /** The variable that holds them. */
  static final String VARIABLE = "CALLMESH_AGENT_SECRETS";

  private static final String FORM =
      "[{\"name\":\"bot-key\",\"value\":\"…\",\"accountId\":\"acme\"}]";

  private record Key(String name, @Nullable String accountId) {}

  private final Map<Key, Secret> secrets;

  private AgentSecrets(Map<Key, Secret> secrets) {
    this.secrets = Map.copyOf(secrets);
  }

  /** No secrets. */
  public static AgentSecrets none() {
    return new AgentSecrets(Map.of());
  }

  /** Reads {@code CALLMESH_AGENT_SECRETS}; without it there are none. */
  public static AgentSecrets from(Settings settings) {
    return settings.text(VARIABLE).map(AgentSecrets::parse).orElseGet(AgentSecrets::none);
  }

  private static AgentSecrets parse(String json) {
    Map<Key, Secret> secrets = new HashMap<>();
    try {
      for (Object entry : new JsonArray(json)) {
        JsonObject object = (JsonObject) entry;
        Object accountId = object.getValue("accountId");
        Key key =
            new Key(text(object.getValue("name")), accountId == null ? null : text(accountId));
        if (secrets.put(key, new Secret(sendable(object.getValue("value")))) != null) {
          throw notOurForm();
        }
      }
    } catch (DecodeException | ClassCastException | NullPointerException notOurForm) {
      throw notOurForm();
    }
    return new AgentSecrets(secrets);
  }

  private static String text(Object value) {
    String text = (String) value;
    if (text.isBlank()) {
      throw notOurForm();
    }
    return text;
  }

  private static String sendable(Object value) {
    String text = text(value);
    if (!AgentHeaders.isValue(text)) {
      throw notOurForm();
    }
    return text;
  }

  private static ConfigException notOurForm() {
    return new ConfigException(
        VARIABLE
            + " must be JSON like "
            + FORM
            + ", accountId only where a secret is for one account, each name once for an account,"
            + " nothing blank, values of printable ASCII");
  }

  /** The secret of this name for an account; another account's does not exist for it. */
  public Optional<Secret> find(String name, String accountId) {
    return Optional.ofNullable(secrets.get(new Key(name, accountId)))
        .or(() -> Optional.ofNullable(secrets.get(new Key(name, null))));
  }
}
