package io.callmesh.simulator.load;

import io.callmesh.contracts.security.Secret;
import io.callmesh.contracts.twilio.TwilioSignature;
import java.net.URI;
import java.util.Collections;
import org.jspecify.annotations.Nullable;

/**
 * Where a stream goes.
 *
 * @param host the name or address to connect to
 * @param tls wss rather than ws
 * @param path the request target
 * @param signature the value of X-Twilio-Signature; null for none
 */
public record LoadTarget(
    String host, int port, boolean tls, String path, @Nullable String signature) {

  /**
   * The target of a URL.
   *
   * @param url {@code ws://} or {@code wss://}; its query is dropped, as Twilio does
   * @param signed the URL that is signed; the same unless the server believes to be elsewhere
   * @param authToken what signs; null for no signature
   * @throws IllegalArgumentException with a sentence for the user
   */
  public static LoadTarget of(String url, String signed, @Nullable Secret authToken) {
    URI uri = parsed(url);
    String signature =
        authToken == null
            ? null
            : TwilioSignature.of(
                authToken.reveal(), withoutQuery(signed), Collections.emptySortedMap());
    boolean tls = "wss".equalsIgnoreCase(uri.getScheme());
    int port = uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80;
    String path = uri.getRawPath();
    String host = uri.getHost().replaceAll("[\\[\\]]", ""); // an IPv6 address has brackets in a URL
    return new LoadTarget(host, port, tls, path == null || path.isEmpty() ? "/" : path, signature);
  }

  private static URI parsed(String url) {
    try {
      URI uri = URI.create(url);
      boolean webSocket =
          "ws".equalsIgnoreCase(uri.getScheme()) || "wss".equalsIgnoreCase(uri.getScheme());
      if (webSocket && uri.getHost() != null) {
        return uri;
      }
    } catch (IllegalArgumentException malformed) {
      // told below, in the same words
    }
    throw new IllegalArgumentException(
        "--url must be ws://host[:port]/path or wss://host[:port]/path, was '" + url + "'.");
  }

  private static String withoutQuery(String url) {
    int query = url.indexOf('?');
    return query < 0 ? url : url.substring(0, query);
  }

  /** As in the Host header. */
  String authority() {
    String name = host.indexOf(':') < 0 ? host : "[" + host + "]";
    return port == (tls ? 443 : 80) ? name : name + ":" + port;
  }
}
