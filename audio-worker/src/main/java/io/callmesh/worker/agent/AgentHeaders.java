package io.callmesh.worker.agent;

import io.callmesh.contracts.connector.AgentHeader;
import io.callmesh.contracts.security.Secret;
import io.vertx.core.MultiMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The headers of the request that opens an agent's WebSocket, with the secrets they name filled in.
 *
 * <p>Names and values are checked here whatever the control plane has let in: a line break would
 * write the rest of the request, and the headers of the connection and of the upgrade are ours (RFC
 * 9110 7.6.1, RFC 6455 4.1).
 */
final class AgentHeaders {
  private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
  private static final Pattern VALUE = Pattern.compile("[\\t\\x20-\\x7e]*");
  private static final Pattern UNPRINTABLE = Pattern.compile("[^\\x20-\\x7e]");
  private static final String WEBSOCKET = "sec-websocket-";
  private static final Set<String> OURS =
      Set.of(
          "host",
          "connection",
          "upgrade",
          "keep-alive",
          "proxy-connection",
          "proxy-authenticate",
          "proxy-authorization",
          "te",
          "trailer",
          "transfer-encoding",
          "content-length",
          "expect");

  private AgentHeaders() {}

  /**
   * The headers as they are sent. Throws {@link AgentRefusedException} for one that may not be, or
   * whose secret this account does not have.
   */
  static MultiMap fill(Map<String, AgentHeader> headers, AgentSecrets secrets, String accountId) {
    MultiMap filled = MultiMap.caseInsensitiveMultiMap();
    headers.forEach((name, header) -> filled.set(name(name), value(header, secrets, accountId)));
    return filled;
  }

  private static String name(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (!NAME.matcher(name).matches() || OURS.contains(lower) || lower.startsWith(WEBSOCKET)) {
      throw new AgentRefusedException(
          "agent.headers has a name that may not be sent: " + printable(name));
    }
    return name;
  }

  private static String value(AgentHeader header, AgentSecrets secrets, String accountId) {
    String value = header.text() + secret(header, secrets, accountId);
    if (!isValue(value)) {
      throw new AgentRefusedException("agent.headers has a value that may not be sent");
    }
    return value;
  }

  private static String secret(AgentHeader header, AgentSecrets secrets, String accountId) {
    String name = header.secret();
    if (name == null) {
      return "";
    }
    return secrets
        .find(name, accountId)
        .map(Secret::reveal)
        .orElseThrow(
            () ->
                new AgentRefusedException(
                    "agent.headers names the secret '%s', which %s has not for account '%s'"
                        .formatted(printable(name), AgentSecrets.VARIABLE, printable(accountId))));
  }

  /** Whether a text can be the value of a header: printable ASCII and tabs. */
  static boolean isValue(String text) {
    return VALUE.matcher(text).matches();
  }

  private static String printable(String text) {
    return UNPRINTABLE.matcher(text).replaceAll("?");
  }
}
