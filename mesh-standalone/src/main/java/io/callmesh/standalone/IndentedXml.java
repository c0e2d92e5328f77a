package io.callmesh.standalone;

import java.io.StringReader;
import java.io.StringWriter;
import java.util.List;
import javax.xml.XMLConstants;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.stream.StreamResult;
import javax.xml.transform.stream.StreamSource;

/** XML as people read it: an element a line, indented. */
final class IndentedXml {
  private static final String INDENT = "{http://xml.apache.org/xslt}indent-amount";

  private IndentedXml() {}

  /** The lines of a document of ours; one that cannot be read is given as it is. */
  static List<String> lines(String document) {
    try {
      // Not the one that a library brings: this one is known to indent.
      TransformerFactory factory = TransformerFactory.newDefaultInstance();
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      Transformer transformer = factory.newTransformer();
      transformer.setOutputProperty(OutputKeys.INDENT, "yes");
      transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
      transformer.setOutputProperty(INDENT, "2");
      StringWriter indented = new StringWriter();
      transformer.transform(
          new StreamSource(new StringReader(document)), new StreamResult(indented));
      return indented.toString().lines().filter(line -> !line.isBlank()).toList();
    } catch (TransformerException unreadable) {
      return document.lines().toList();
    }
  }
}
