package io.callmesh.simulator.twilio;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where Studio's flows take calls back (reference/twilio.md 6.4). It is never requested. */
record StudioHost(String host, String accountSid) {
  static final String TWILIOS = "webhooks.twilio.com";
  private static final Pattern FLOW = Pattern.compile("/v1/Accounts/([^/]+)/Flows/(FW[^/]+)");

  boolean isAt(URI url) {
    return host.equalsIgnoreCase(url.getHost());
  }

  /** Reads the way back; throws {@link CallException} when no flow would take the call. */
  StudioReturn take(URI url) {
    Matcher flow = FLOW.matcher(String.valueOf(url.getRawPath()));
    if (!flow.matches() || !flow.group(1).equals(accountSid)) {
      throw CallException.twiml("the way back to Studio names no flow of the call's account");
    }
    SortedMap<String, String> query = query(url.getRawQuery() == null ? "" : url.getRawQuery());
    if (!"return".equals(query.remove("FlowEvent"))) {
      throw CallException.twiml(
          "the way back to Studio has no FlowEvent=return: the flow waits on");
    }
    return new StudioReturn(flow.group(2), Collections.unmodifiableMap(query));
  }

  private static SortedMap<String, String> query(String raw) {
    SortedMap<String, String> query = new TreeMap<>();
    for (String field : raw.split("&", -1)) {
      String[] parts = field.split("=", 2);
      query.put(decode(parts[0]), parts.length < 2 ? "" : decode(parts[1]));
    }
    return query;
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw CallException.twiml("the way back to Studio is not percent-encoded");
    }
  }
}
