package io.callmesh.worker.agent;

import java.net.URI;
import java.net.URISyntaxException;

/**
 * An agent's URL, taken apart.
 *
 * @param tls whether the scheme is {@code wss}
 * @param host a name or a literal address, without brackets
 * @param port explicit, or the scheme's own
 * @param uri the whole, absolute
 */
record AgentUrl(boolean tls, String host, int port, URI uri) {
  /** Reads a URL; throws {@link AgentRefusedException} for anything but plain ws and wss. */
  static AgentUrl parse(String text) {
    URI uri = uri(text);
    boolean tls = "wss".equalsIgnoreCase(uri.getScheme());
    if (!tls && !"ws".equalsIgnoreCase(uri.getScheme())) {
      throw new AgentRefusedException("agent.url must begin with ws:// or wss://");
    }
    if (uri.getHost() == null || uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
      throw new AgentRefusedException("agent.url must have a host, and no user or fragment");
    }
    int port = uri.getPort() == -1 ? (tls ? 443 : 80) : uri.getPort();
    return new AgentUrl(tls, withoutBrackets(uri.getHost()), port, uri);
  }

  /** Path and query, as they go into the request line. */
  String target() {
    String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
  }

  private static URI uri(String text) {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      throw new AgentRefusedException("agent.url is not a URL");
    }
  }

  private static String withoutBrackets(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }
}
