package io.callmesh.routing.voice;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The way back into a Studio flow: the redirect that its TwiML Redirect widget waits for. What the
 * agent learnt goes as query parameters, which become variables of the widget (reference/twilio.md
 * 6.4); not what is sensitive in it, since URLs are logged on their way.
 */
final class StudioReturn {
  /** Of the whole URL, in characters; what does not fit is left to the Handoff API. */
  private static final int MAX_URL = 4_000;

  private static final int MAX_VALUE = 500;

  private final String studioUrl;

  /**
   * @param studioUrl the base URL of Studio's webhooks, without a slash at the end
   */
  StudioReturn(String studioUrl) {
    this.studioUrl = studioUrl;
  }

  /** The URL of a handover to a flow. */
  String url(Handover handover) {
    StringBuilder url =
        new StringBuilder(studioUrl)
            .append("/v1/Accounts/")
            .append(encode(handover.call().accountSid()))
            .append("/Flows/")
            .append(encode(handover.destination().route()))
            .append("?FlowEvent=return");
    parameters(handover).forEach((name, value) -> append(url, name, value));
    return url.toString();
  }

  private static void append(StringBuilder url, String name, String value) {
    String parameter = "&" + encode(name) + "=" + encode(value);
    if (!value.isEmpty()
        && value.length() <= MAX_VALUE
        && url.length() + parameter.length() <= MAX_URL) {
      url.append(parameter);
    }
  }

  private static Map<String, String> parameters(Handover handover) {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("handoff", handover.destination().name());
    parameters.put("reason", handover.reason());
    parameters.put("conversationId", handover.state().conversationId());
    parameters.put("connectorId", handover.connector().connectorId());
    parameters.put("sharedId", handover.sharedId());
    for (Map.Entry<String, Object> entry : handover.data()) {
      boolean sensitive = handover.connector().sensitiveFields().contains(entry.getKey());
      if (!sensitive && isScalar(entry.getValue())) {
        parameters.put("data_" + entry.getKey(), String.valueOf(entry.getValue()));
      }
    }
    return parameters;
  }

  private static boolean isScalar(@Nullable Object value) {
    return value instanceof String || value instanceof Number || value instanceof Boolean;
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
