package io.callmesh.routing.twiml;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A SIP URI to dial or to refer to, which may carry headers (RFC 3261 section 19.1.1). */
public final class SipAddress {
  /** What Twilio takes of headers, in characters (reference/twilio.md 3.4). */
  private static final int MAX_HEADERS = 1_024;

  /**
   * What a header may hold as it is, beyond what any URL may (section 25.1, hnv-unreserved and
   * mark). Not the plus, though it might: some readers take it for a space, and numbers begin so.
   */
  private static final String HEADER = "[]/?:$!*'()";

  /** What a user part may hold as it is (section 25.1, user-unreserved). */
  private static final String USER = "&=+$,;?/!*'()";

  private final String uri;

  private SipAddress(String uri) {
    this.uri = uri;
  }

  /**
   * An address with its headers.
   *
   * @param leftOut the names of the headers for which there was no room
   */
  public record Filled(String uri, List<String> leftOut) {}

  /**
   * Where a route leads.
   *
   * @param route a URI, or an extension
   * @param extensionHost where extensions are: a host, with its port if need be
   */
  public static SipAddress of(String route, String extensionHost) {
    return new SipAddress(
        isUri(route) ? route : "sip:" + Markup.percentEncode(route, USER) + "@" + extensionHost);
  }

  private static boolean isUri(String route) {
    return route.regionMatches(true, 0, "sip:", 0, 4)
        || route.regionMatches(true, 0, "sips:", 0, 5);
  }

  /**
   * The address with headers, in order, after those it has. A header that does not fit is left out
   * whole.
   *
   * @param headers values by name, as they are meant
   */
  public Filled with(Map<String, String> headers) {
    StringBuilder filled = new StringBuilder(uri);
    List<String> leftOut = new ArrayList<>();
    int question = uri.indexOf('?');
    int room = MAX_HEADERS - (question < 0 ? 0 : uri.length() - question - 1);
    char separator = question < 0 ? '?' : '&';
    for (Map.Entry<String, String> header : headers.entrySet()) {
      String text = header.getKey() + "=" + encode(header.getValue());
      int needed = text.length() + (separator == '?' ? 0 : 1);
      if (needed > room) {
        leftOut.add(header.getKey());
      } else {
        filled.append(separator).append(text);
        room -= needed;
        separator = '&';
      }
    }
    return new Filled(filled.toString(), List.copyOf(leftOut));
  }

  private static String encode(String value) {
    return Markup.percentEncode(Markup.inOneLine(value), HEADER);
  }
}
