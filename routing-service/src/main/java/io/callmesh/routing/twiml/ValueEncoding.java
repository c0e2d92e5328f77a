package io.callmesh.routing.twiml;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What becomes of a variable's value by where it stands, before it is escaped for XML. */
enum ValueEncoding {
  /** It stays as it is. */
  PLAIN,
  /** It is one piece of a URL. */
  URL,
  /** It is one piece of a SIP URI, whose headers are lines. */
  SIP_URI,
  /** It is a piece of what stands between the quotes of a string in JSON. */
  JSON_STRING;

  private static final Pattern SCHEME =
      Pattern.compile("\\s*(https?|wss?|sips?|tel|mailto):", Pattern.CASE_INSENSITIVE);

  private static final Set<String> URL_ELEMENTS = Set.of("Redirect", "Play");

  private static final Set<String> URL_ATTRIBUTES =
      Set.of(
          "action",
          "url",
          "waitUrl",
          "referUrl",
          "statusCallback",
          "recordingStatusCallback",
          "transcribeCallback",
          "partialResultCallback",
          "amdStatusCallback",
          "eventCallbackUrl");

  /** What the text of an element is by the element's name. */
  static ValueEncoding ofText(String element, String parent) {
    if (element.equals("Task") && parent.equals("Enqueue")) {
      return JSON_STRING;
    }
    return URL_ELEMENTS.contains(element) ? URL : PLAIN;
  }

  /** What an attribute's value is by the attribute's name. */
  static ValueEncoding ofAttribute(String name) {
    return URL_ATTRIBUTES.contains(name) ? URL : PLAIN;
  }

  /**
   * The encoding in a text or attribute value, which is a URL or not as a whole: one with a scheme
   * is wherever it stands. Where a variable begins a URL, it may be all of it.
   *
   * @param variableFirst whether the text begins with a variable
   */
  ValueEncoding in(CharSequence text, boolean variableFirst) {
    if (this == JSON_STRING) {
      return this;
    }
    Matcher scheme = SCHEME.matcher(text);
    if (!scheme.lookingAt()) {
      return variableFirst ? PLAIN : this;
    }
    return scheme.group(1).toLowerCase(Locale.ROOT).startsWith("sip") ? SIP_URI : URL;
  }

  String encode(String value) {
    return switch (this) {
      case PLAIN -> value;
      case URL -> Markup.percentEncode(value, "");
      case JSON_STRING -> new String(JsonStringEncoder.getInstance().quoteAsString(value));
      case SIP_URI -> Markup.percentEncode(Markup.inOneLine(value), "");
    };
  }
}
