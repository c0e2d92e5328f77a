package io.callmesh.routing.twiml;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.ErrorHandler;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/**
 * A customer's TwiML around {@code <Connect connectorId="…"/>}, which Twilio does not know and we
 * turn into what it does. Parsed with document types and external entities off.
 */
public final class CustomerDocument {
  /** Longer documents are refused; Twilio takes 64 KB. */
  public static final int MAX_CHARACTERS = 32_000;

  /** TwiML nests a handful of elements; writing a document recurses. */
  private static final int MAX_DEPTH = 32;

  /** Ours: the author's may name another encoding than the one it is sent in. */
  private static final String PROLOG = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

  private static final String CONNECTOR_ID = "connectorId";

  private final Document document;

  private CustomerDocument(Document document) {
    this.document = document;
  }

  /** Parses a document; throws {@link TwimlException} when it is not usable. */
  public static CustomerDocument parse(String twiml) {
    CustomerDocument parsed = new CustomerDocument(xml(twiml));
    if (parsed.connects().size() != 1) {
      throw new TwimlException(
          "twiml must have exactly one <Connect connectorId=\"…\"/>, has "
              + parsed.connects().size(),
          0,
          0);
    }
    return parsed;
  }

  static Document xml(String twiml) {
    if (twiml.length() > MAX_CHARACTERS) {
      throw new TwimlException("twiml must have at most " + MAX_CHARACTERS + " characters", 0, 0);
    }
    try {
      Document document = parser().parse(new InputSource(new StringReader(twiml)));
      if (!document.getDocumentElement().getTagName().equals("Response")) {
        throw new TwimlException("twiml must have <Response> as its root", 0, 0);
      }
      return document;
    } catch (SAXParseException malformed) {
      throw new TwimlException(
          "twiml is not well-formed XML: " + malformed.getMessage(),
          malformed.getLineNumber(),
          malformed.getColumnNumber());
    } catch (SAXException malformed) {
      throw new TwimlException("twiml is not well-formed XML: " + malformed.getMessage(), 0, 0);
    } catch (IOException impossible) {
      throw new IllegalStateException("cannot read from memory", impossible);
    }
  }

  /** The connectors that the document names; an empty text is the one it belongs to. */
  public List<String> connectorIds() {
    return List.of(connectorId());
  }

  /** The connector that the document names; blank for the one it belongs to. */
  public String connectorId() {
    return connects().get(0).getAttribute(CONNECTOR_ID).strip();
  }

  /** The document for Twilio, with the connector's stream in its place. Call once. */
  public String complete(StreamNoun stream) {
    Element connect = connects().get(0);
    connect.removeAttribute(CONNECTOR_ID);
    stream.connectAttributes().forEach(connect::setAttribute);
    Element noun = document.createElement("Stream");
    stream.streamAttributes().forEach(noun::setAttribute);
    for (Map.Entry<String, String> parameter : stream.parameters().entrySet()) {
      Element element = document.createElement("Parameter");
      element.setAttribute("name", parameter.getKey());
      element.setAttribute("value", Twiml.clean(parameter.getValue()));
      noun.appendChild(element);
    }
    moveParameters(connect, noun);
    connect.appendChild(noun);
    return text();
  }

  /** The customer's own {@code <Parameter>} children belong to the stream. */
  private static void moveParameters(Element connect, Element noun) {
    NodeList parameters = connect.getElementsByTagName("Parameter");
    while (parameters.getLength() > 0) {
      noun.appendChild(parameters.item(0));
    }
  }

  private List<Element> connects() {
    List<Element> found = new ArrayList<>();
    NodeList all = document.getElementsByTagName("Connect");
    for (int i = 0; i < all.getLength(); i++) {
      Element connect = (Element) all.item(i);
      if (connect.hasAttribute(CONNECTOR_ID)) {
        found.add(connect);
      }
    }
    return found;
  }

  private String text() {
    try {
      TransformerFactory factory = TransformerFactory.newInstance();
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      StringWriter text = new StringWriter();
      Transformer transformer = factory.newTransformer();
      transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
      transformer.transform(new DOMSource(document.getDocumentElement()), new StreamResult(text));
      return PROLOG + text;
    } catch (TransformerException e) {
      throw new IllegalStateException("cannot write to memory", e);
    }
  }

  private static DocumentBuilder parser() {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      factory.setAttribute("jdk.xml.maxElementDepth", MAX_DEPTH);
      factory.setXIncludeAware(false);
      factory.setExpandEntityReferences(false);
      DocumentBuilder parser = factory.newDocumentBuilder();
      parser.setErrorHandler(new Throwing());
      return parser;
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException("the platform's XML parser cannot be made safe", e);
    }
  }

  /** The platform's own handler prints to the console. */
  private static final class Throwing implements ErrorHandler {
    @Override
    public void warning(SAXParseException exception) {}

    @Override
    public void error(SAXParseException exception) throws SAXException {
      throw exception;
    }

    @Override
    public void fatalError(SAXParseException exception) throws SAXException {
      throw exception;
    }
  }
}
