package io.callmesh.routing.twiml;

import io.vertx.core.json.JsonObject;
import java.io.StringWriter;
import java.util.Map;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * Writes a TwiML document verb by verb; the XML writer escapes every value. Not reusable after
 * {@link #end()}.
 */
public final class Twiml {
  private static final XMLOutputFactory FACTORY = XMLOutputFactory.newFactory();

  private final StringWriter text = new StringWriter();
  private final XMLStreamWriter xml;

  /** An empty {@code <Response>}. */
  public Twiml() {
    try {
      xml = FACTORY.createXMLStreamWriter(text);
      xml.writeStartDocument("UTF-8", "1.0");
      xml.writeStartElement("Response");
    } catch (XMLStreamException e) {
      throw new IllegalStateException("cannot write to memory", e);
    }
  }

  /** {@code <Say>} in a language; an empty language is left to Twilio. */
  public Twiml say(String sentence, String language) {
    Map<String, String> attributes = language.isBlank() ? Map.of() : Map.of("language", language);
    return write(
        () -> {
          open("Say", attributes);
          xml.writeCharacters(clean(sentence));
          xml.writeEndElement();
        });
  }

  /** {@code <Hangup/>}. */
  public Twiml hangup() {
    return write(() -> xml.writeEmptyElement("Hangup"));
  }

  /**
   * {@code <Connect><Stream>}: the call goes to us until we close the stream; then to {@code
   * action}.
   */
  public Twiml connect(StreamNoun stream) {
    return write(
        () -> {
          open("Connect", stream.connectAttributes());
          open("Stream", stream.streamAttributes());
          for (Map.Entry<String, String> parameter : stream.parameters().entrySet()) {
            xml.writeEmptyElement("Parameter");
            xml.writeAttribute("name", parameter.getKey());
            xml.writeAttribute("value", clean(parameter.getValue()));
          }
          xml.writeEndElement();
          xml.writeEndElement();
        });
  }

  /** {@code <Enqueue>} into a TaskRouter workflow: Twilio makes a task with these attributes. */
  public Twiml enqueue(String workflowSid, JsonObject taskAttributes) {
    return write(
        () -> {
          open("Enqueue", Map.of("workflowSid", workflowSid));
          open("Task", Map.of());
          xml.writeCharacters(clean(taskAttributes.encode()));
          xml.writeEndElement();
          xml.writeEndElement();
        });
  }

  /** Ends the document and returns its text. */
  public String end() {
    write(
        () -> {
          xml.writeEndElement();
          xml.writeEndDocument();
          xml.close();
        });
    return text.toString();
  }

  private void open(String element, Map<String, String> attributes) throws XMLStreamException {
    xml.writeStartElement(element);
    for (Map.Entry<String, String> attribute : attributes.entrySet()) {
      xml.writeAttribute(attribute.getKey(), clean(attribute.getValue()));
    }
  }

  /** Leaves out what XML 1.0 cannot carry at all, escaped or not (section 2.2, Char). */
  static String clean(String value) {
    return value
        .codePoints()
        .filter(Twiml::allowed)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static boolean allowed(int character) {
    return character == '\t'
        || character == '\n'
        || character == '\r'
        || (character >= 0x20 && character <= 0xD7FF)
        || (character >= 0xE000 && character <= 0xFFFD)
        || character >= 0x10000;
  }

  @FunctionalInterface
  private interface Writing {
    void run() throws XMLStreamException;
  }

  @com.google.errorprone.annotations.CanIgnoreReturnValue
  private Twiml write(Writing writing) {
    try {
      writing.run();
      return this;
    } catch (XMLStreamException e) {
      throw new IllegalStateException("cannot write to memory", e);
    }
  }
}
