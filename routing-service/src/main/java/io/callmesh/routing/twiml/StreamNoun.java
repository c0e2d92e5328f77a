package io.callmesh.routing.twiml;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What {@code <Connect>} and the {@code <Stream>} in it say.
 *
 * @param action what Twilio asks when the stream has ended
 * @param url the stream's, with the ticket as its last path segment: Twilio drops query strings
 * @param statusCallback told of the stream's start, end and errors
 * @param parameters arrive in {@code start.customParameters}
 */
public record StreamNoun(
    String action, String url, String statusCallback, Map<String, String> parameters) {
  /** Twilio's limit for the name and the value of one parameter together, in characters. */
  private static final int MAX_PARAMETER = 500;

  public StreamNoun {
    Map<String, String> kept = new LinkedHashMap<>();
    parameters.forEach(
        (name, value) -> {
          if (!value.isEmpty() && name.length() + value.length() < MAX_PARAMETER) {
            kept.put(name, value);
          }
        });
    parameters = kept;
  }

  /** The attributes of {@code <Connect>}. */
  Map<String, String> connectAttributes() {
    Map<String, String> attributes = new LinkedHashMap<>();
    attributes.put("action", action);
    attributes.put("method", "POST");
    return attributes;
  }

  /** The attributes of {@code <Stream>}. */
  Map<String, String> streamAttributes() {
    Map<String, String> attributes = new LinkedHashMap<>();
    attributes.put("url", url);
    attributes.put("statusCallback", statusCallback);
    return attributes;
  }
}
