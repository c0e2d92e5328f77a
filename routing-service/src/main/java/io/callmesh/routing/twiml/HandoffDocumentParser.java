package io.callmesh.routing.twiml;

import io.callmesh.routing.twiml.HandoffDocument.Passage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.stream.XMLStreamConstants;

/** Finds where the variables of a handoff's document may be. Used once. */
final class HandoffDocumentParser {
  /** How a tag ends that has no content. */
  static final String EMPTY = "/>";

  private static final Pattern CDATA = Pattern.compile("<!\\[CDATA\\[(.*?)\\]\\]>", Pattern.DOTALL);

  private final TwimlReader reader;
  private final List<Passage> passages = new ArrayList<>();

  /** What stands between two tags, with comments between: a URL or not as a whole. */
  private final List<Template> content = new ArrayList<>();

  /** What of that is text. */
  private final List<Template> texts = new ArrayList<>();

  private final StringBuilder meaning = new StringBuilder();

  /** The passage before which the first verb would be. */
  private int verbs;

  private boolean emptyRoot;

  /** The names of the open elements, the innermost first. */
  private final Deque<String> open = new ArrayDeque<>();

  /** How far the text has been taken. */
  private int taken;

  HandoffDocumentParser(String twiml) {
    reader = new TwimlReader(twiml);
    taken = reader.body();
  }

  HandoffDocument parse() {
    content.add(Template.literal(Markup.PROLOG));
    while (reader.next()) {
      switch (reader.event()) {
        case XMLStreamConstants.START_ELEMENT -> startElement();
        case XMLStreamConstants.END_ELEMENT -> endElement();
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA ->
            meaning.append(reader.characters());
        case XMLStreamConstants.COMMENT, XMLStreamConstants.PROCESSING_INSTRUCTION -> aside();
        default -> {}
      }
    }
    takeLiteral(reader.text().length());
    endContent(ValueEncoding.PLAIN);
    int bytes = passages.stream().mapToInt(passage -> passage.template().bytes()).sum();
    reader.refuseBeyond(bytes + (emptyRoot ? EMPTY.length() : 0));
    return new HandoffDocument(passages, verbs, emptyRoot, Markup.MAX_BYTES - bytes);
  }

  private void startElement() {
    endText();
    open.push(reader.name());
    Map<String, String> attributes = reader.attributes();
    if (attributes.containsKey("connectorId")) {
      throw reader.fault(
          reader.start(),
          "A handoff's document can have no connectorId: <Redirect> to"
              + " /twilio/connectors/{connectorId}/voice instead.");
    }
    attributes.forEach(this::attribute);
    if (reader.depth() == 1) {
      endRootTag();
    } else {
      takeLiteral(reader.end());
    }
  }

  private void endRootTag() {
    int end = reader.end();
    emptyRoot = reader.text().startsWith(EMPTY, end - EMPTY.length());
    takeLiteral(emptyRoot ? end - EMPTY.length() : end);
    endContent(ValueEncoding.PLAIN);
    verbs = passages.size();
    taken = end;
  }

  /** The next attribute's value: in a start tag that is well-formed, quotes are around values. */
  private void attribute(String name, String value) {
    String text = reader.text();
    int begin = taken;
    while (text.charAt(begin) != '"' && text.charAt(begin) != '\'') {
      begin++;
    }
    int end = text.indexOf(text.charAt(begin), begin + 1);
    takeLiteral(begin + 1);
    endContent(ValueEncoding.PLAIN);
    meaning.append(value);
    addText(text.substring(begin + 1, end));
    endContent(ValueEncoding.ofAttribute(name));
    taken = end;
    takeLiteral(end + 1);
  }

  private void endElement() {
    if (reader.start() >= taken) {
      endText();
      takeLiteral(reader.end());
    }
    open.pop();
  }

  /** What is no text, and does not end one. */
  private void aside() {
    takeText(reader.start());
    takeLiteral(reader.end());
  }

  private void takeText(int end) {
    addText(withoutCdata(reader.text().substring(taken, end)));
    taken = end;
  }

  private void addText(String text) {
    Template template = Template.of(text);
    content.add(template);
    texts.add(template);
  }

  private void takeLiteral(int end) {
    content.add(Template.literal(reader.text().substring(taken, end)));
    taken = end;
  }

  private static String withoutCdata(String text) {
    return CDATA
        .matcher(text)
        .replaceAll(section -> Matcher.quoteReplacement(Markup.escapeText(section.group(1))));
  }

  /** Takes the text before a tag, which ends it. */
  private void endText() {
    takeText(reader.start());
    Iterator<String> names = open.iterator();
    String element = names.hasNext() ? names.next() : "";
    String parent = names.hasNext() ? names.next() : "";
    endContent(ValueEncoding.ofText(element, parent));
  }

  private void endContent(ValueEncoding byName) {
    ValueEncoding encoding = byName.in(meaning, beginsWithVariable());
    content.forEach(template -> passages.add(new Passage(template, encoding)));
    content.clear();
    texts.clear();
    meaning.setLength(0);
  }

  private boolean beginsWithVariable() {
    return texts.stream()
        .filter(text -> !text.isBlank())
        .findFirst()
        .map(Template::beginsWithVariable)
        .orElse(false);
  }
}
