package io.callmesh.routing.twiml;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A document of the customer's own that a handoff runs, with {@code $variables} (see {@link
 * Template}) in texts and attribute values. A value never becomes markup; in a text or attribute
 * value that is a URL it is one piece of it. Immutable.
 */
public final class HandoffDocument {
  private final List<Passage> passages;
  private final int verbs;
  private final boolean emptyRoot;
  private final int room;

  /**
   * A document in passages.
   *
   * @param verbs the passage before which the first verb would be
   * @param emptyRoot whether what is there is the end of the root, a tag without content: no
   *     passage has it
   * @param room the bytes that all else may take together
   */
  HandoffDocument(List<Passage> passages, int verbs, boolean emptyRoot, int room) {
    this.passages = List.copyOf(passages);
    this.verbs = verbs;
    this.emptyRoot = emptyRoot;
    this.room = room;
  }

  /** A piece of the document's text, and what becomes of the values in it. */
  record Passage(Template template, ValueEncoding encoding) {}

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
   * The same with other verbs first, when the document leaves room for them.
   *
   * @param first as {@link Twiml#verbs} writes them
   */
  public String fill(Variables variables, String first) {
    StringBuilder twiml = new StringBuilder();
    String beginning = beginning(first);
    Filling filling = new Filling(variables, room - Markup.bytes(beginning));
    for (int i = 0; i < passages.size(); i++) {
      Passage passage = passages.get(i);
      twiml.append(i == verbs ? beginning : "");
      passage.template().fill(twiml, name -> filling.value(name, passage.encoding()));
    }
    return twiml.toString();
  }

  private String beginning(String first) {
    String with = emptyRoot ? ">" + first + "</Response>" : first;
    boolean fits = !first.isEmpty() && Markup.bytes(with) <= room;
    return fits ? with : emptyRoot ? HandoffDocumentParser.EMPTY : "";
  }

  /** Encodes each value once, however often it stands in the document, and counts its bytes. */
  private static final class Filling {
    private final Variables variables;
    private final Map<Use, Value> values = new HashMap<>();
    private int room;

    Filling(Variables variables, int room) {
      this.variables = variables;
      this.room = room;
    }

    String value(String name, ValueEncoding encoding) {
      Value value = values.computeIfAbsent(new Use(name, encoding), this::encode);
      if (value.bytes() > room) {
        return "";
      }
      room -= value.bytes();
      return value.text();
    }

    private Value encode(Use use) {
      String text = Markup.escape(use.encoding().encode(variables.value(use.name())));
      return new Value(text, Markup.bytes(text));
    }
  }

  private record Use(String name, ValueEncoding encoding) {}

  private record Value(String text, int bytes) {}
}
