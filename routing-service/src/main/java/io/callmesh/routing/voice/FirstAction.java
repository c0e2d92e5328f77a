package io.callmesh.routing.voice;

import com.ctc.wstx.stax.WstxInputFactory;
import java.io.StringReader;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * The first verb of a document that asks us how to go on.
 *
 * @param verb its name
 * @param url its action
 */
record FirstAction(String verb, String url) {
  private static final XMLInputFactory FACTORY = factory();

  /** Names are what is written, as where customers' documents are parsed: prefixes need no URI. */
  private static XMLInputFactory factory() {
    XMLInputFactory factory = new WstxInputFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, false);
    return factory;
  }

  /**
   * Reads a document; empty when it asks us nothing.
   *
   * @param web our base URL
   */
  static Optional<FirstAction> in(String document, String web) {
    try {
      XMLStreamReader reader = FACTORY.createXMLStreamReader(new StringReader(document));
      while (reader.hasNext()) {
        if (reader.next() == XMLStreamReader.START_ELEMENT) {
          String action = reader.getAttributeValue(null, "action");
          if (action != null && action.startsWith(web)) {
            return Optional.of(new FirstAction(reader.getLocalName(), action));
          }
        }
      }
      return Optional.empty();
    } catch (XMLStreamException e) {
      throw new IllegalStateException("a document of ours is not well-formed", e);
    }
  }
}
