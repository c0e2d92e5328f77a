package io.callmesh.simulator.twilio;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A SIP address as TwiML writes it: {@code sip:user@host[:port][;parameters][?Header=value&…]}
 * (reference/twilio.md 3.4).
 *
 * @param address all before the headers
 * @param headers percent-decoded, in their order
 */
record SipUri(String address, Map<String, String> headers) {
  private static final int HEADER_CHARACTERS = 1_024;
  private static final Set<String> WITHOUT_PREFIX =
      Set.of("user-to-user", "remote-party-id", "p-preferred-identity", "p-called-party-id");

  static boolean isSip(String uri) {
    return uri.regionMatches(true, 0, "sip:", 0, 4);
  }

  /** Reads one; throws {@link CallException} for what Twilio would not dial. */
  static SipUri parse(String text) {
    int query = text.indexOf('?');
    String address = query < 0 ? text : text.substring(0, query);
    if (!isSip(address) || host(address).isEmpty() || address.contains(" ")) {
      throw CallException.twiml("<Sip> is not sip:user@host");
    }
    return new SipUri(address, query < 0 ? Map.of() : headers(text.substring(query + 1)));
  }

  /** The host of an address, without port and parameters; empty when there is none. */
  static String host(String address) {
    String rest = address.substring(Math.max(address.indexOf('@'), address.indexOf(':')) + 1);
    return rest.split("[:;?]", 2)[0];
  }

  private static Map<String, String> headers(String query) {
    if (query.length() > HEADER_CHARACTERS) {
      throw CallException.twiml(
          "<Sip> has headers of more than " + HEADER_CHARACTERS + " characters");
    }
    Map<String, String> headers = new LinkedHashMap<>();
    for (String field : query.split("&", -1)) {
      int equals = field.indexOf('=');
      if (equals < 1) {
        throw CallException.twiml("<Sip> has a header without a name or a value");
      }
      headers.put(decode(field.substring(0, equals)), decode(field.substring(equals + 1)));
    }
    return Collections.unmodifiableMap(headers);
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw CallException.twiml("<Sip> has a header that is not percent-encoded");
    }
  }

  /** The same, when Twilio puts all its headers into an INVITE. */
  SipUri forInvite() {
    for (String name : headers.keySet()) {
      String lower = name.toLowerCase(Locale.ROOT);
      if (!lower.startsWith("x-") && !WITHOUT_PREFIX.contains(lower)) {
        throw CallException.twiml("<Sip> has the header " + name + ", which Twilio does not send");
      }
    }
    return this;
  }
}
