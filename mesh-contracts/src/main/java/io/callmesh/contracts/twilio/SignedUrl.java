package io.callmesh.contracts.twilio;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The spellings of one URL that Twilio may have signed. Twilio drops the port of an https voice
 * webhook, keeps it elsewhere, and may add a trailing slash to a WebSocket URL (reference/twilio.md
 * 2.2 and 2.4). All of this is done on the text: decoding and encoding again would change what was
 * signed.
 */
public final class SignedUrl {
  private static final List<String> LOOPBACK = List.of("localhost", "127.0.0.1", "[::1]");

  private SignedUrl() {}

  /**
   * All candidates, the likeliest first.
   *
   * @param base the configured public URL: scheme, host, perhaps a port and a path prefix; no slash
   *     at the end
   * @param target the raw request target: path and query as received
   */
  public static List<String> candidates(String base, String target) {
    int hostStart = base.indexOf("://") + 3;
    int pathStart = base.indexOf('/', hostStart);
    String scheme = base.substring(0, hostStart);
    String authority =
        pathStart < 0 ? base.substring(hostStart) : base.substring(hostStart, pathStart);
    String path = (pathStart < 0 ? "" : base.substring(pathStart)) + target;
    boolean webSocket = scheme.startsWith("ws");

    Set<String> candidates = new LinkedHashSet<>();
    for (String spelling : authorities(scheme, authority)) {
      candidates.add(scheme + spelling + path);
      if (webSocket) {
        candidates.add(scheme + spelling + path + "/");
      }
    }
    return List.copyOf(candidates);
  }

  private static Set<String> authorities(String scheme, String authority) {
    int colon = authority.lastIndexOf(':');
    boolean hasPort = colon > authority.lastIndexOf(']');
    String host = hasPort ? authority.substring(0, colon) : authority;
    String port = hasPort ? authority.substring(colon) : "";
    boolean secure = scheme.equals("https://") || scheme.equals("wss://");

    Set<String> spellings = new LinkedHashSet<>();
    spellings.add(authority);
    spellings.add(host);
    spellings.add(host + (secure ? ":443" : ":80"));
    if (LOOPBACK.contains(host)) {
      // Nobody but a simulator calls loopback, and people write it as they like.
      LOOPBACK.forEach(name -> spellings.add(name + port));
    }
    return spellings;
  }
}
