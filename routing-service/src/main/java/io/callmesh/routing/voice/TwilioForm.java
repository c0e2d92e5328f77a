package io.callmesh.routing.voice;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The parameters of one of Twilio's requests, decoded once as UTF-8 and not trimmed: what was
 * signed must not change (reference/twilio.md 2.1). Sorted by name, as the signature wants them.
 */
final class TwilioForm {
  private static final int MAX_PARAMETERS = 500;

  private final SortedMap<String, List<String>> values;

  private TwilioForm(SortedMap<String, List<String>> values) {
    this.values = values;
  }

  /** Decodes {@code application/x-www-form-urlencoded} text; empty when an escape is broken. */
  static TwilioForm decode(String text) {
    try {
      QueryStringDecoder decoder =
          new QueryStringDecoder(text, StandardCharsets.UTF_8, false, MAX_PARAMETERS, true);
      return new TwilioForm(new TreeMap<>(decoder.parameters()));
    } catch (IllegalArgumentException brokenEscape) {
      // Not Twilio's: nothing was signed over an empty form.
      return new TwilioForm(new TreeMap<>());
    }
  }

  /** One value for each name. */
  static TwilioForm of(Map<String, String> fields) {
    SortedMap<String, List<String>> values = new TreeMap<>();
    fields.forEach((name, value) -> values.put(name, List.of(value)));
    return new TwilioForm(values);
  }

  /** The first value of each name. */
  Map<String, String> first() {
    Map<String, String> first = new LinkedHashMap<>();
    values.forEach((name, all) -> first.put(name, all.isEmpty() ? "" : all.get(0)));
    return first;
  }

  /** The value of a parameter, empty when it is absent. */
  String get(String name) {
    List<String> all = values.get(name);
    return all == null || all.isEmpty() ? "" : all.get(0);
  }

  /** The same for a name in any case; the exact one wins. */
  String getIgnoringCase(String name) {
    if (values.containsKey(name)) {
      return get(name);
    }
    return values.keySet().stream()
        .filter(name::equalsIgnoreCase)
        .findFirst()
        .map(this::get)
        .orElse("");
  }

  SortedMap<String, List<String>> values() {
    return values;
  }
}
