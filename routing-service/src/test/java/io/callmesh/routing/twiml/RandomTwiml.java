package io.callmesh.routing.twiml;

import java.util.List;
import java.util.Random;

/** Writes well-formed documents in every way there is to write one; equal for equal seeds. */
final class RandomTwiml {
  /** Stands in a document's text where a slot belongs. */
  static final String SLOT = "\u2603";

  /** None is a place for a URL. */
  private static final List<String> NAMES =
      List.of("Say", "Gather", "Connect", "a:b", "Éc", "_x.-1", "Pause");

  private static final List<String> TEXTS =
      List.of(
          " ",
          "\n",
          "\r\n",
          "\r",
          "\t",
          "Hello",
          "é€日😀",
          "&amp;",
          "&lt;&gt;",
          "&quot;&apos;",
          "&#8364;",
          "&#x1F600;",
          "&#13;&#10;",
          "]] >",
          ">",
          "'\"",
          "$from",
          "${to}",
          "$order.id.",
          "$$",
          "$",
          "$ x",
          "$1",
          "$none",
          "x".repeat(700),
          "connectorId=''",
          "/>");

  private static final List<String> RAW =
      List.of(" ", "a", "<b>", "&", "&x;", "]]", "<Connect connectorId=''/>", "é\r\n", "> ", "'\"");

  private static final List<String> SLOTS =
      List.of(
          "<Connect connectorId=''/>",
          "<Connect connectorId=\"\"></Connect>",
          "<Connect\r\n connectorId\t=\n''\r\n></Connect\n>",
          "<Connect connectorId=''\n/>");

  private final Random random;
  private final boolean withSlots;
  private final StringBuilder text = new StringBuilder();

  private RandomTwiml(Random random, boolean withSlots) {
    this.random = random;
    this.withSlots = withSlots;
  }

  /** A document without a declaration, in which {@link #SLOT} stands for each slot. */
  static String withSlots(Random random) {
    String text = new RandomTwiml(random, true).document();
    return text.contains(SLOT) ? text : text.replaceFirst("</Response", SLOT + "</Response");
  }

  /** A document without a declaration and slots. */
  static String withoutSlots(Random random) {
    return new RandomTwiml(random, false).document();
  }

  /** One way to write a slot without parameters. */
  static String slot(Random random) {
    return any(random, SLOTS);
  }

  private String document() {
    asides();
    text.append("<Response");
    attributes();
    text.append('>');
    content(0);
    text.append("</Response").append(random.nextBoolean() ? "" : "\r\n").append('>');
    asides();
    return text.toString();
  }

  private void asides() {
    while (random.nextInt(3) == 0) {
      switch (random.nextInt(3)) {
        case 0 -> aside();
        case 1 -> text.append("\r\n");
        default -> text.append(' ');
      }
    }
  }

  private void content(int depth) {
    int pieces = random.nextInt(depth == 0 ? 12 : 5);
    for (int i = 0; i < pieces; i++) {
      switch (random.nextInt(6)) {
        case 0 -> element(depth);
        case 1 -> text.append("<![CDATA[").append(raw().replace("]]>", "")).append("]]>");
        case 2 -> aside();
        case 3 -> text.append(withSlots && depth == 0 ? SLOT : " ");
        default -> text.append(any(random, TEXTS));
      }
    }
  }

  private void element(int depth) {
    String name = any(random, NAMES);
    text.append('<').append(name);
    attributes();
    if (random.nextBoolean() || depth > 5) {
      text.append("/>");
    } else {
      text.append('>');
      content(depth + 1);
      text.append("</").append(name).append(random.nextBoolean() ? ">" : " >");
    }
  }

  private void attributes() {
    int count = random.nextInt(3);
    for (int i = 0; i < count; i++) {
      char quote = random.nextBoolean() ? '"' : '\'';
      String value = any(random, TEXTS).replace(String.valueOf(quote), "");
      text.append(random.nextBoolean() ? " " : "\r\n\t").append("a").append(i);
      text.append(random.nextBoolean() ? "=" : " = ").append(quote).append(value).append(quote);
    }
    text.append(random.nextBoolean() ? "" : "\n");
  }

  private void aside() {
    if (random.nextBoolean()) {
      text.append("<!-- ").append(raw()).append(" $from -->");
    } else {
      text.append("<?pi ").append(raw().replace("?>", "")).append("?>");
    }
  }

  private String raw() {
    return any(random, RAW) + any(random, RAW) + any(random, RAW);
  }

  private static String any(Random random, List<String> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}
