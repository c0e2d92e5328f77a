package io.callmesh.simulator.twilio;

import java.net.URI;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where a mesh is and what it believes to be its URL. The two differ behind a tunnel or a proxy:
 * requests then go to the one and are signed for the other.
 */
final class MeshAddress {
  private final URI connectBase;
  private final URI signingBase;

  MeshAddress(URI connectBase, URI signingBase) {
    this.connectBase = checked(connectBase);
    this.signingBase = checked(signingBase);
  }

  /** The same mesh under another public URL. */
  MeshAddress signingAs(URI publicUrl) {
    return new MeshAddress(connectBase, publicUrl);
  }

  /**
   * Where a request goes and what is signed.
   *
   * @param signed the URL that is signed
   * @param target path and query to be requested
   */
  record Route(String signed, String host, int port, boolean tls, String target) {}

  private static URI checked(URI base) {
    String scheme = scheme(base);
    boolean http = scheme.equals("http") || scheme.equals("https");
    if (!http || base.getHost() == null || base.getRawQuery() != null) {
      throw new IllegalArgumentException(
          "a mesh's URL is http(s)://host[:port][/prefix], was " + base);
    }
    return base;
  }

  /** The URL of a path at the mesh, as it is signed. */
  URI voice(String path) {
    return URI.create(stripSlash(signingBase.toString()) + path);
  }

  /** The route to a webhook. Twilio signs https voice webhooks without their port. */
  Route webhook(URI url) {
    String port = url.getPort() < 0 || scheme(url).equals("https") ? "" : ":" + url.getPort();
    return route(url, url.getScheme() + "://" + url.getHost() + port + target(url));
  }

  /** The route to a stream. Twilio drops the query. */
  Route stream(URI url) {
    String text = url.toString();
    int end = text.indexOf('?');
    URI plain = end < 0 ? url : URI.create(text.substring(0, end));
    return route(plain, plain.toString());
  }

  private Route route(URI url, String signed) {
    if (!atMesh(url)) {
      return new Route(signed, url.getHost(), port(url), secure(url), target(url));
    }
    String prefix = stripSlash(orEmpty(signingBase.getRawPath()));
    String target = target(url);
    String local = target.startsWith(prefix) ? target.substring(prefix.length()) : target;
    return new Route(
        signed,
        connectBase.getHost(),
        port(connectBase),
        secure(connectBase),
        stripSlash(orEmpty(connectBase.getRawPath())) + local);
  }

  private boolean atMesh(URI url) {
    return url.getHost().equalsIgnoreCase(signingBase.getHost())
        && port(url) == port(signingBase)
        && secure(url) == secure(signingBase);
  }

  private static String target(URI url) {
    String path = orEmpty(url.getRawPath());
    String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
    return (path.isEmpty() ? "/" : path) + query;
  }

  private static int port(URI url) {
    return url.getPort() >= 0 ? url.getPort() : secure(url) ? 443 : 80;
  }

  private static boolean secure(URI url) {
    return scheme(url).equals("https") || scheme(url).equals("wss");
  }

  static String scheme(URI url) {
    return orEmpty(url.getScheme()).toLowerCase(Locale.ROOT);
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  private static String stripSlash(String text) {
    return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
  }
}
