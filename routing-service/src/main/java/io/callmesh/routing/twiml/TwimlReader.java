package io.callmesh.routing.twiml;

import com.ctc.wstx.api.WstxInputProperties;
import com.ctc.wstx.stax.WstxInputFactory;
import java.io.StringReader;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.stream.Location;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import org.codehaus.stax2.XMLInputFactory2;
import org.codehaus.stax2.XMLStreamReader2;

/**
 * Reads a customer's document event by event and knows where in its text each one stands, so that
 * what need not change is never written anew. Refuses document types (and with them all entities
 * but XML's own five), and what is too large or nested too deeply. Names are taken as they are
 * written: TwiML has no namespaces.
 */
final class TwimlReader {
  /** TwiML nests a handful of elements. */
  private static final int MAX_DEPTH = 32;

  private static final int MAX_ATTRIBUTES = 64;
  private static final String MALFORMED = "The document is not well-formed XML: ";
  private static final int MAX_REASON = 200;
  private static final Pattern DECLARATION = Pattern.compile("<\\?xml\\s.*?\\?>", Pattern.DOTALL);
  private static final WstxInputFactory FACTORY = factory();

  private final String text;
  private final XMLStreamReader2 xml;
  private int start;
  private int end;
  private int root;

  /**
   * Before the first event.
   *
   * @throws TwimlException when it cannot be read at all
   */
  TwimlReader(String twiml) {
    if (twiml.length() > Markup.MAX_BYTES) {
      throw tooLarge(twiml, 0);
    }
    text = twiml.startsWith("\uFEFF") ? twiml.substring(1) : twiml;
    refuseWhatXmlCannotCarry();
    try {
      xml = (XMLStreamReader2) FACTORY.createXMLStreamReader(new StringReader(text));
    } catch (XMLStreamException malformed) {
      throw malformed(malformed);
    }
    if ("1.1".equals(xml.getVersion())) {
      throw fault(0, "The document must be XML 1.0.");
    }
  }

  private static WstxInputFactory factory() {
    WstxInputFactory factory = new WstxInputFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, false);
    factory.setProperty(WstxInputProperties.P_MAX_ENTITY_COUNT, 1);
    factory.setProperty(WstxInputProperties.P_MAX_ENTITY_DEPTH, 1);
    factory.setProperty(WstxInputProperties.P_MAX_ELEMENT_DEPTH, MAX_DEPTH);
    factory.setProperty(WstxInputProperties.P_MAX_ATTRIBUTES_PER_ELEMENT, MAX_ATTRIBUTES);
    factory.setProperty(WstxInputProperties.P_MAX_ATTRIBUTE_SIZE, Markup.MAX_BYTES);
    factory.setProperty(WstxInputProperties.P_MAX_CHARACTERS, 2L * Markup.MAX_BYTES);
    // Else an event is read only when it is asked for, and ends where nobody has looked.
    factory.setProperty(XMLInputFactory2.P_LAZY_PARSING, false);
    return factory;
  }

  /** The parser lets some of them through, and halves of characters, which UTF-8 cannot carry. */
  private void refuseWhatXmlCannotCarry() {
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      if (!Markup.allowed(text.codePointAt(i))) {
        throw fault(i, MALFORMED + "It has a character that XML cannot carry.");
      }
    }
  }

  /** Goes to the next event; false at the end of the document. */
  boolean next() {
    try {
      if (!xml.hasNext()) {
        return false;
      }
      int event = xml.next();
      start = (int) xml.getLocationInfo().getStartingCharOffset();
      if (event == XMLStreamConstants.DTD) {
        throw fault(start, "The document must have no DOCTYPE.");
      }
      end = (int) xml.getLocationInfo().getEndingCharOffset();
      if (event == XMLStreamConstants.START_ELEMENT && xml.getDepth() == 1) {
        readRoot();
      }
      return true;
    } catch (XMLStreamException malformed) {
      throw malformed(malformed);
    }
  }

  private void readRoot() {
    root = start;
    if (!name().equals("Response")) {
      throw fault(start, "The document must have <Response> as its root.");
    }
  }

  /** One of {@link XMLStreamConstants}. */
  int event() {
    return xml.getEventType();
  }

  /** Where the event begins; that of an empty element's end tag is its start tag. */
  int start() {
    return start;
  }

  /** Where the event ends. */
  int end() {
    return end;
  }

  /** Where the root element begins. */
  int root() {
    return root;
  }

  /** How many elements are open, with the one that begins or ends here. */
  int depth() {
    return xml.getDepth();
  }

  /** The element's name. */
  String name() {
    return xml.getLocalName();
  }

  /** The element's attributes by name, as they are meant, in the order of the document. */
  Map<String, String> attributes() {
    Map<String, String> attributes = new LinkedHashMap<>();
    for (int i = 0; i < xml.getAttributeCount(); i++) {
      attributes.put(xml.getAttributeLocalName(i), xml.getAttributeValue(i));
    }
    return attributes;
  }

  /** The characters, as they are meant. */
  String characters() {
    return xml.getText();
  }

  /** Whether the characters are nothing but white space. */
  boolean isBlank() {
    return xml.isWhiteSpace();
  }

  /** The document as its author wrote it, without a byte order mark. */
  String text() {
    return text;
  }

  /** Where the document begins after its XML declaration. */
  int body() {
    Matcher declaration = DECLARATION.matcher(text);
    return declaration.lookingAt() ? declaration.end() : 0;
  }

  /** Refuses a document that would be longer than Twilio takes. */
  void refuseBeyond(int bytes) {
    if (bytes > Markup.MAX_BYTES) {
      throw tooLarge(text, root);
    }
  }

  /** What is wrong at an offset. */
  TwimlException fault(int offset, String sentence) {
    return new TwimlException(sentence, Place.of(text, offset));
  }

  private static TwimlException tooLarge(String text, int offset) {
    return new TwimlException(
        "The document must have at most 65,536 bytes as Twilio gets it, with 4,096 for each"
            + " <Connect connectorId=\"…\">.",
        Place.of(text, offset));
  }

  private TwimlException malformed(XMLStreamException cause) {
    Location location = cause.getLocation();
    // The parser's second line says where, in its own way.
    String reason = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    String bounded = reason.substring(0, Math.min(reason.length(), MAX_REASON));
    return location == null
        ? fault(end, "The document is more than we read: " + bounded)
        : fault(Math.max(0, location.getCharacterOffset()), MALFORMED + bounded);
  }
}
