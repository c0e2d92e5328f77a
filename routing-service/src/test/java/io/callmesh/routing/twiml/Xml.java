package io.callmesh.routing.twiml;

import java.io.StringReader;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** Reads TwiML as Twilio would: a document that is not well-formed fails the test. */
public final class Xml {
  private Xml() {}

  public static Document parse(String xml) {
    try {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(new InputSource(new StringReader(xml)));
    } catch (Exception malformed) {
      throw new AssertionError("not XML: " + xml, malformed);
    }
  }

  /** The names of the verbs, in order. */
  public static String verbs(String xml) {
    StringBuilder names = new StringBuilder();
    NodeList children = parse(xml).getDocumentElement().getChildNodes();
    for (int i = 0; i < children.getLength(); i++) {
      if (children.item(i) instanceof Element element) {
        names.append(names.isEmpty() ? "" : " ").append(element.getTagName());
      }
    }
    return names.toString();
  }

  /** An attribute of the only element with this name. */
  public static String attribute(String xml, String element, String attribute) {
    return only(xml, element).getAttribute(attribute);
  }

  /** The text of the only element with this name. */
  public static String text(String xml, String element) {
    return only(xml, element).getTextContent();
  }

  /** The stream's parameters. */
  public static Map<String, String> parameters(String xml) {
    Map<String, String> parameters = new LinkedHashMap<>();
    NodeList found = only(xml, "Stream").getElementsByTagName("Parameter");
    for (int i = 0; i < found.getLength(); i++) {
      Element parameter = (Element) found.item(i);
      parameters.put(parameter.getAttribute("name"), parameter.getAttribute("value"));
    }
    return parameters;
  }

  private static Element only(String xml, String element) {
    NodeList found = parse(xml).getElementsByTagName(element);
    if (found.getLength() != 1) {
      throw new AssertionError("not one <" + element + "> in " + xml);
    }
    return (Element) found.item(0);
  }
}
