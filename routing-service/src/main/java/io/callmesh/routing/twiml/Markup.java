package io.callmesh.routing.twiml;

import java.nio.charset.StandardCharsets;

/** What a character must become to be text in XML 1.0, or in a URL that is such text. */
final class Markup {
  /** How every document of ours begins. */
  static final String PROLOG = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

  /** Twilio takes no longer document, in bytes of UTF-8. */
  static final int MAX_BYTES = 65_536;

  private static final String HEX = "0123456789ABCDEF";

  private Markup() {}

  /** Leaves out what XML 1.0 cannot carry at all, escaped or not (section 2.2, Char). */
  static String clean(String value) {
    if (value.codePoints().allMatch(Markup::allowed)) {
      return value;
    }
    return value
        .codePoints()
        .filter(Markup::allowed)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /** Whether XML 1.0 can carry a character; halves of one are none. */
  static boolean allowed(int character) {
    return character == '\t'
        || character == '\n'
        || character == '\r'
        || (character >= 0x20 && character <= 0xD7FF)
        || (character >= 0xE000 && character <= 0xFFFD)
        || character >= 0x10000;
  }

  /**
   * A value as it stands in an element or in an attribute of either quote; line ends and tabs
   * survive the reader's normalisation.
   */
  static String escape(String value) {
    StringBuilder escaped = new StringBuilder(value.length() + 16);
    for (int i = 0; i < value.length(); i++) {
      char character = value.charAt(i);
      switch (character) {
        case '&' -> escaped.append("&amp;");
        case '<' -> escaped.append("&lt;");
        case '>' -> escaped.append("&gt;");
        case '"' -> escaped.append("&quot;");
        case '\'' -> escaped.append("&#39;");
        case '\t' -> escaped.append("&#9;");
        case '\n' -> escaped.append("&#10;");
        case '\r' -> escaped.append("&#13;");
        default -> escaped.append(character);
      }
    }
    return escaped.toString();
  }

  /** What stood in a CDATA section, as text outside of one. */
  static String escapeText(String characters) {
    return characters.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  /**
   * A value as a part of a URL: its bytes in UTF-8, all but unreserved ones (RFC 3986 section 2.3)
   * and those to keep as {@code %XX}.
   */
  static String percentEncode(String value, String keep) {
    StringBuilder encoded = new StringBuilder(value.length() + 16);
    for (byte octet : value.getBytes(StandardCharsets.UTF_8)) {
      char character = (char) (octet & 0xFF);
      if (unreserved(character) || keep.indexOf(character) >= 0) {
        encoded.append(character);
      } else {
        encoded.append('%').append(HEX.charAt(character >> 4)).append(HEX.charAt(character & 0xF));
      }
    }
    return encoded.toString();
  }

  private static boolean unreserved(char character) {
    return (character >= 'a' && character <= 'z')
        || (character >= 'A' && character <= 'Z')
        || (character >= '0' && character <= '9')
        || "-._~".indexOf(character) >= 0;
  }

  /** A value in one line: SIP headers end with their line, and what follows would be the next. */
  static String inOneLine(String value) {
    StringBuilder line = new StringBuilder(value);
    for (int i = 0; i < line.length(); i++) {
      if (Character.isISOControl(line.charAt(i))) {
        line.setCharAt(i, ' ');
      }
    }
    return line.toString();
  }

  /** The length in UTF-8. */
  static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
