package io.callmesh.routing.voice;

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
  /**
   * Reads a document; empty when it asks us nothing.
   *
   * @param web our base URL
   */
  static Optional<FirstAction> in(String document, String web) {
    try {
      XMLInputFactory factory = XMLInputFactory.newFactory();
      factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
      XMLStreamReader reader = factory.createXMLStreamReader(new StringReader(document));
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
