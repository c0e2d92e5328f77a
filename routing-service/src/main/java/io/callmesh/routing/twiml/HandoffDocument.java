package io.callmesh.routing.twiml;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A document of the customer's own that a handoff runs, with {@code $variables} (see {@link
 * Template}) in texts and attribute values. A value never becomes markup; in a text or attribute
 * value that is a URL it is one piece of it. Immutable.
 */
public final class HandoffDocument {
  private final List<Passage> passages;
  private final int verbs;
  private final int room;

  /**
   * A document in passages.
   *
   * @param verbs the passage before which the first verb would be
   * @param room the bytes that all values may take together
   */
  HandoffDocument(List<Passage> passages, int verbs, int room) {
    this.passages = List.copyOf(passages);
    this.verbs = verbs;
    this.room = room;
  }

  /**
   * A piece of the document's text.
   *
   * @param encoding what becomes of a value before it is escaped for XML
   */
  record Passage(Template template, UnaryOperator<String> encoding) {}

  /**
   * Parses a document.
   *
   * @throws TwimlException when it is not usable
   */
  public static HandoffDocument parse(String twiml) {
    return new HandoffDocumentParser(twiml).parse();
  }

  /** The document for Twilio. Values that would make it longer than 64 KB are left out. */
  public String fill(Variables variables) {
    return fill(variables, "");
  }

  /**
   * The same with other verbs first.
   *
   * @param first as {@link Twiml#verbs} writes them
   */
  public String fill(Variables variables, String first) {
    StringBuilder twiml = new StringBuilder();
    Filling filling = new Filling(variables, room - Markup.bytes(first));
    for (int i = 0; i < passages.size(); i++) {
      Passage passage = passages.get(i);
      twiml.append(i == verbs ? first : "");
      passage.template().fill(twiml, name -> filling.value(name, passage.encoding()));
    }
    return twiml.toString();
  }

  /** Counts the bytes of the values. */
  private static final class Filling {
    private final Variables variables;
    private int room;

    Filling(Variables variables, int room) {
      this.variables = variables;
      this.room = room;
    }

    String value(String name, UnaryOperator<String> encoding) {
      String value = Markup.escape(encoding.apply(variables.value(name)));
      int bytes = Markup.bytes(value);
      if (bytes > room) {
        return "";
      }
      room -= bytes;
      return value;
    }
  }
}
