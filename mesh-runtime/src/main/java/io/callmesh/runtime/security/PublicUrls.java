package io.callmesh.runtime.security;

import io.callmesh.runtime.config.ConfigException;
import io.callmesh.runtime.config.Settings;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Pattern;

/**
 * The base URLs that Twilio is given, without a slash at the end. They come from configuration,
 * never from a request's {@code Host}.
 *
 * @param web {@code https://…} (or http on a developer's machine)
 * @param streams {@code wss://…} (or ws)
 */
public record PublicUrls(String web, String streams) {
  private static final Pattern USER_INFO = Pattern.compile("//.*@");

  /** Reads {@code CALLMESH_PUBLIC_URL} and {@code CALLMESH_STREAM_URL}. */
  public static PublicUrls from(Settings settings) {
    String web = base("CALLMESH_PUBLIC_URL", settings.required("CALLMESH_PUBLIC_URL"), "http");
    String streams =
        settings
            .text("CALLMESH_STREAM_URL")
            .map(url -> base("CALLMESH_STREAM_URL", url, "ws"))
            .orElseGet(() -> "ws" + web.substring("http".length()));
    return new PublicUrls(web, streams);
  }

  /**
   * A base URL without a slash at the end, for any variable that holds one; throws {@link
   * ConfigException} for what is none.
   *
   * @param scheme {@code http} or {@code ws}; the one with an s at its end is good too
   */
  public static String base(String variable, String url, String scheme) {
    try {
      URI uri = new URI(url);
      boolean wellFormed =
          (scheme.equals(uri.getScheme()) || (scheme + "s").equals(uri.getScheme()))
              && uri.getRawAuthority() != null
              && uri.getRawAuthority().indexOf('@') < 0
              && uri.getRawQuery() == null
              && uri.getRawFragment() == null;
      if (wellFormed) {
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
      }
    } catch (URISyntaxException malformed) {
      // Told below, in the same words.
    }
    throw new ConfigException(
        "%s must be like %ss://host[:port][/prefix], was '%s'"
            .formatted(variable, scheme, USER_INFO.matcher(url).replaceFirst("//***@")));
  }
}
