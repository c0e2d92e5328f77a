package io.callmesh.routing.twiml;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Attr;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.Text;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/** Holds the two kinds of customers' documents to what the JDK's parser reads. */
class RandomTwimlTest {
  private static final int DOCUMENTS = 1_000;
  private static final String PROLOG = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
  private static final StreamNoun STREAM = new StreamNoun("/ours", "wss://a", "/b", Map.of());
  private static final String CONNECT =
      "<Connect action=\"/ours\" method=\"POST\"><Stream url=\"wss://a\" statusCallback=\"/b\"></Stream>"
          + "</Connect>";

  private final DocumentBuilder parser = parser();

  private static Variables variables() {
    return new Variables(
        Map.of("from", "<+1> &\"'\r\n\t", "to", ""),
        new JsonObject().put("order", new JsonObject().put("id", 7)),
        () -> {});
  }

  @Test
  void completesSlotsAndChangesNothingElse() throws Exception {
    for (int seed = 0; seed < DOCUMENTS; seed++) {
      Random random = new Random(seed);
      String pattern = RandomTwiml.withSlots(random);
      StringBuilder twiml = new StringBuilder();
      List<StreamNoun> streams = new ArrayList<>();
      pattern
          .chars()
          .forEach(
              character -> {
                if (character == RandomTwiml.SLOT.charAt(0)) {
                  twiml.append(RandomTwiml.slot(random));
                  streams.add(STREAM);
                } else {
                  twiml.append((char) character);
                }
              });

      String completed = CustomerDocument.parse(twiml.toString()).complete(streams);

      assertThat(completed)
          .as("seed %s", seed)
          .isEqualTo(PROLOG + pattern.replace(RandomTwiml.SLOT, CONNECT));
      assertThat(withoutSlots(completed).isEqualNode(withoutSlots(twiml.toString())))
          .as("seed %s", seed)
          .isTrue();
    }
  }

  private Document withoutSlots(String twiml) throws Exception {
    Document document = parse(twiml);
    Node child = document.getDocumentElement().getFirstChild();
    while (child != null) {
      Node next = child.getNextSibling();
      if (child instanceof Element element
          && (element.hasAttribute("connectorId")
              || element.getAttribute("action").equals("/ours"))) {
        document.getDocumentElement().removeChild(element);
      }
      child = next;
    }
    document.normalize();
    return document;
  }

  @Test
  void fillsVariablesAndChangesNothingElse() throws Exception {
    for (int seed = 0; seed < DOCUMENTS; seed++) {
      String twiml = RandomTwiml.withoutSlots(new Random(seed));

      String filled = HandoffDocument.parse(twiml).fill(variables());

      Document expected = parse(twiml);
      fill(expected.getDocumentElement());
      expected.normalize();
      Document actual = parse(filled);
      actual.normalize();
      assertThat(actual.isEqualNode(expected)).as("seed %s: %s", seed, filled).isTrue();
    }
  }

  private static void fill(Element element) {
    for (int i = 0; i < element.getAttributes().getLength(); i++) {
      Attr attribute = (Attr) element.getAttributes().item(i);
      attribute.setValue(Template.of(attribute.getValue()).fill(variables()));
    }
    for (Node child = element.getFirstChild(); child != null; child = child.getNextSibling()) {
      if (child instanceof Element inner) {
        fill(inner);
      } else if (child instanceof Text text) {
        text.setData(Template.of(text.getData()).fill(variables()));
      }
    }
  }

  @Test
  void agreesWithTheJdkOnWhatIsXml() throws Exception {
    int refused = 0;
    for (int seed = 0; seed < 4 * DOCUMENTS; seed++) {
      Random random = new Random(seed);
      String damaged = damage(random, RandomTwiml.withoutSlots(random));
      boolean wellFormed = isWellFormed(damaged);
      refused += wellFormed ? 0 : 1;

      assertThat(isRead(damaged, wellFormed))
          .as("seed %s: %s", seed, damaged)
          .isEqualTo(wellFormed);
    }
    assertThat(refused).isBetween(DOCUMENTS / 2, 4 * DOCUMENTS - DOCUMENTS / 2);
  }

  /** Leaves out, doubles or replaces a few characters. */
  private static String damage(Random random, String twiml) {
    StringBuilder damaged = new StringBuilder(twiml);
    for (int i = random.nextInt(3); i >= 0; i--) {
      int at = random.nextInt(damaged.length());
      switch (random.nextInt(3)) {
        case 0 -> damaged.deleteCharAt(at);
        case 1 -> damaged.insert(at, damaged.charAt(at));
        default -> damaged.setCharAt(at, "<>&\"'/=]-? ax\u0001\uFFFE".charAt(random.nextInt(15)));
      }
    }
    return damaged.toString();
  }

  private boolean isWellFormed(String twiml) throws IOException {
    try {
      return parse(twiml).hasChildNodes();
    } catch (SAXException malformed) {
      return false;
    }
  }

  /** What is refused for another reason was not read to its end. */
  private static boolean isRead(String twiml, boolean otherwise) {
    try {
      return !HandoffDocument.parse(twiml).fill(variables()).isEmpty();
    } catch (TwimlException fault) {
      return !String.valueOf(fault.getMessage()).contains("not well-formed") && otherwise;
    }
  }

  private Document parse(String twiml) throws SAXException, IOException {
    return parser.parse(new InputSource(new StringReader(twiml)));
  }

  private static DocumentBuilder parser() {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setCoalescing(true);
      DocumentBuilder parser = factory.newDocumentBuilder();
      parser.setErrorHandler(new DefaultHandler());
      return parser;
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException(e);
    }
  }
}
