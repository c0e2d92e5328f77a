package io.callmesh.routing.twiml;

import com.ctc.wstx.stax.WstxOutputFactory;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import javax.xml.stream.XMLStreamException;
import org.codehaus.stax2.XMLStreamWriter2;
import org.jspecify.annotations.Nullable;

/**
 * Writes a TwiML document verb by verb; the XML writer escapes every value. Attributes come in a
 * fixed order, and those without a value not at all. Not reusable after {@link #end()}.
 */
public final class Twiml {
  /** What one {@code <Say>} takes, in characters (reference/twilio.md 3.7). */
  private static final int MAX_SENTENCE = 4_096;

  /** The rest of a longer text stays unsaid: a document must stay below 64 KB. */
  private static final int MAX_SENTENCES = 3;

  private static final WstxOutputFactory FACTORY = new WstxOutputFactory();

  private final StringWriter text;
  private final XMLStreamWriter2 xml;

  /** An empty {@code <Response>}. */
  public Twiml() {
    this(new StringWriter());
    write(
        () -> {
          xml.writeRaw(Markup.PROLOG);
          xml.writeStartElement("Response");
        });
  }

  private Twiml(StringWriter text) {
    this.text = text;
    try {
      xml = (XMLStreamWriter2) FACTORY.createXMLStreamWriter(text);
    } catch (XMLStreamException e) {
      throw new IllegalStateException("cannot write to memory", e);
    }
  }

  /**
   * {@code <Say>}, several for a text that is too long for one. A blank text is not said.
   *
   * @param language a BCP 47 code; empty to leave it to Twilio
   * @param voice as {@link Voices#say} gives it; empty to leave it to Twilio
   */
  public Twiml say(String sentence, String language, String voice) {
    for (String part : parts(Markup.clean(sentence))) {
      write(
          () -> {
            xml.writeStartElement("Say");
            attribute("voice", voice);
            attribute("language", language.strip());
            xml.writeCharacters(part);
            xml.writeEndElement();
          });
    }
    return this;
  }

  private static List<String> parts(String sentence) {
    List<String> parts = new ArrayList<>();
    int from = 0;
    while (from < sentence.length() && parts.size() < MAX_SENTENCES) {
      int to = breakBefore(sentence, from, from + MAX_SENTENCE);
      String part = sentence.substring(from, to);
      if (!part.isBlank()) {
        parts.add(part);
      }
      from = to;
    }
    return parts;
  }

  /** Where a text goes on with the next {@code <Say>}: after a space, if there is one. */
  private static int breakBefore(String text, int from, int limit) {
    if (limit >= text.length()) {
      return text.length();
    }
    int space = text.lastIndexOf(' ', limit - 1);
    if (space > from) {
      return space + 1;
    }
    return Character.isLowSurrogate(text.charAt(limit)) ? limit - 1 : limit;
  }

  /** {@code <Play>} a number of times; 0 for as long as Twilio does. */
  public Twiml play(String url, int loop) {
    return write(
        () -> {
          xml.writeStartElement("Play");
          attribute("loop", loop);
          xml.writeCharacters(Markup.clean(url));
          xml.writeEndElement();
        });
  }

  /** {@code <Pause>} for some seconds. */
  public Twiml pause(int seconds) {
    return write(
        () -> {
          xml.writeEmptyElement("Pause");
          attribute("length", seconds);
        });
  }

  /** {@code <Hangup/>}. */
  public Twiml hangup() {
    return write(() -> xml.writeEmptyElement("Hangup"));
  }

  /** {@code <Leave/>}: out of the queue, whose action is asked next. */
  public Twiml leave() {
    return write(() -> xml.writeEmptyElement("Leave"));
  }

  /** {@code <Redirect>} by POST. */
  public Twiml redirect(String url) {
    return write(
        () -> {
          xml.writeStartElement("Redirect");
          attribute("method", "POST");
          xml.writeCharacters(Markup.clean(url));
          xml.writeEndElement();
        });
  }

  /**
   * {@code <Connect><Stream>}: the call goes to us until we close the stream; then to {@code
   * action}.
   */
  public Twiml connect(StreamNoun stream) {
    return connect(stream, Map.of(), "");
  }

  /**
   * {@code <Connect><Stream>} alone.
   *
   * @param others more attributes of {@code <Connect>}
   * @param content more of the stream's content, which is well-formed and not escaped again
   */
  static String connectElement(StreamNoun stream, Map<String, String> others, String content) {
    Twiml element = new Twiml(new StringWriter());
    element.connect(stream, others, content);
    element.write(() -> element.xml.close());
    return element.text.toString();
  }

  /** Verbs alone, for a document that has a {@code <Response>} already. */
  public static String verbs(UnaryOperator<Twiml> writing) {
    Twiml verbs = writing.apply(new Twiml(new StringWriter()));
    verbs.write(() -> verbs.xml.close());
    return verbs.text.toString();
  }

  @CanIgnoreReturnValue
  private Twiml connect(StreamNoun stream, Map<String, String> others, String content) {
    return write(
        () -> {
          open("Connect", stream.connectAttributes());
          attributes(others);
          open("Stream", stream.streamAttributes());
          for (Map.Entry<String, String> parameter : stream.parameters().entrySet()) {
            xml.writeEmptyElement("Parameter");
            xml.writeAttribute("name", parameter.getKey());
            xml.writeAttribute("value", Markup.clean(parameter.getValue()));
          }
          xml.writeRaw(content);
          xml.writeEndElement();
          xml.writeEndElement();
        });
  }

  /** {@code <Enqueue>} into a TaskRouter workflow: Twilio makes a task with these attributes. */
  public Twiml enqueue(Enqueue enqueue) {
    return write(
        () -> {
          xml.writeStartElement("Enqueue");
          attribute("workflowSid", enqueue.workflowSid());
          attribute("action", enqueue.action());
          attribute("method", "POST");
          attribute("waitUrl", enqueue.waitUrl());
          attribute("waitUrlMethod", enqueue.waitUrl() == null ? "" : "POST");
          xml.writeStartElement("Task");
          attribute("priority", enqueue.priority());
          attribute("timeout", enqueue.timeout());
          xml.writeCharacters(Markup.clean(enqueue.taskAttributes().encode()));
          xml.writeEndElement();
          xml.writeEndElement();
        });
  }

  /** {@code <Dial><Sip>}. */
  public Twiml dialSip(Dial dial, String uri) {
    return dial(dial, "Sip", uri);
  }

  /** {@code <Dial><Number>}. */
  public Twiml dialNumber(Dial dial, String number) {
    return dial(dial, "Number", number);
  }

  private Twiml dial(Dial dial, String noun, String party) {
    return write(
        () -> {
          xml.writeStartElement("Dial");
          attribute("action", dial.action());
          attribute("method", "POST");
          attribute("timeout", dial.timeout());
          attribute("callerId", dial.callerId());
          // The caller keeps hearing it ring, and a dial that fails has not answered the call.
          attribute("answerOnBridge", "true");
          party(noun, party);
          xml.writeEndElement();
        });
  }

  /** {@code <Refer><Sip>}: the caller's own SIP leg goes elsewhere. */
  public Twiml refer(String action, String uri) {
    return write(
        () -> {
          xml.writeStartElement("Refer");
          attribute("action", action);
          attribute("method", "POST");
          party("Sip", uri);
          xml.writeEndElement();
        });
  }

  private void party(String noun, String address) throws XMLStreamException {
    xml.writeStartElement(noun);
    xml.writeCharacters(Markup.clean(address));
    xml.writeEndElement();
  }

  /** Ends the document and returns its text. */
  public String end() {
    write(
        () -> {
          xml.writeEndElement();
          xml.close();
        });
    return text.toString();
  }

  private void open(String element, Map<String, String> attributes) throws XMLStreamException {
    xml.writeStartElement(element);
    attributes(attributes);
  }

  private void attributes(Map<String, String> attributes) throws XMLStreamException {
    for (Map.Entry<String, String> attribute : attributes.entrySet()) {
      xml.writeAttribute(attribute.getKey(), Markup.clean(attribute.getValue()));
    }
  }

  private void attribute(String name, @Nullable Object value) throws XMLStreamException {
    String text = value == null ? "" : Markup.clean(value.toString());
    if (!text.isEmpty()) {
      xml.writeAttribute(name, text);
    }
  }

  @FunctionalInterface
  private interface Writing {
    void run() throws XMLStreamException;
  }

  @CanIgnoreReturnValue
  private Twiml write(Writing writing) {
    try {
      writing.run();
      return this;
    } catch (XMLStreamException e) {
      throw new IllegalStateException("cannot write to memory", e);
    }
  }
}
