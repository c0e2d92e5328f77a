package io.callmesh.routing.twiml;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
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
  /** The names of ours begin with it. */
  static final String OUR_PARAMETERS = "callmesh";

  /** What the elements take beside their values, and each parameter; both in bytes. */
  private static final int MARKUP = 128;

  private static final int PARAMETER_MARKUP = 32;

  /** What a character may become as one in an attribute, and the longest that it then is. */
  private static final String ESCAPED = "&<>\"'\t\n\r";

  private static final int REFERENCE = "&quot;".length();

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

  /**
   * The same with the parameters for which there is room, in order, but ours first.
   *
   * @param bytes that the elements may take together
   */
  StreamNoun within(int bytes) {
    int room = bytes - MARKUP - bytes(action) - bytes(url) - bytes(statusCallback);
    Map<String, String> kept = new LinkedHashMap<>();
    for (Map.Entry<String, String> parameter : oursFirst()) {
      int needed = PARAMETER_MARKUP + bytes(parameter.getKey()) + bytes(parameter.getValue());
      if (needed <= room) {
        kept.put(parameter.getKey(), parameter.getValue());
        room -= needed;
      }
    }
    return new StreamNoun(action, url, statusCallback, kept);
  }

  private List<Map.Entry<String, String>> oursFirst() {
    return parameters.entrySet().stream()
        .sorted(Comparator.comparing(parameter -> !parameter.getKey().startsWith(OUR_PARAMETERS)))
        .toList();
  }

  /** At least as many as the text has as an attribute's value. */
  private static int bytes(String text) {
    int escaped = (int) text.chars().filter(character -> ESCAPED.indexOf(character) >= 0).count();
    return Markup.bytes(text) + escaped * (REFERENCE - 1);
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
