package io.callmesh.routing.twiml;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What becomes of a variable's value by where it stands, before it is escaped for XML. */
enum ValueEncoding {
  /** It stays as it is. */
  PLAIN,
  /** It is one piece of a URL. */
  URL,
  /** It is one piece of a SIP URI, whose headers are lines. */
  SIP_URI;

  private static final Pattern SCHEME =
      Pattern.compile("\\s*(https?|wss?|sips?|tel|mailto):", Pattern.CASE_INSENSITIVE);

  /** The encoding in a text or attribute value, which is a URL or not as a whole. */
  static ValueEncoding in(CharSequence text) {
    Matcher scheme = SCHEME.matcher(text);
    if (!scheme.lookingAt()) {
      return PLAIN;
    }
    return scheme.group(1).toLowerCase(Locale.ROOT).startsWith("sip") ? SIP_URI : URL;
  }

  String encode(String value) {
    return switch (this) {
      case PLAIN -> value;
      case URL -> Markup.percentEncode(value, "");
      case SIP_URI -> Markup.percentEncode(Markup.inOneLine(value), "");
    };
  }
}
