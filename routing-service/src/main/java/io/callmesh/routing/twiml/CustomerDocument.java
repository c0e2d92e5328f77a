package io.callmesh.routing.twiml;

import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * A customer's TwiML around {@code <Connect connectorId="…">}, which Twilio does not know and we
 * turn into what it does. Each such Connect is a slot, counted from 0; all else stays byte for byte
 * as its author wrote it, but for the XML declaration, which is ours. Immutable: parse once,
 * complete for each call.
 */
public final class CustomerDocument {
  /** What is ours of a slot becomes no longer, in bytes. */
  static final int MAX_CONNECT = 4_096;

  /** About as long is what a slot becomes, in characters. */
  private static final int TYPICAL_CONNECT = 1_024;

  private final String root;
  private final List<String> literals;
  private final List<Slot> slots;
  private final int followed;

  /** Of the literals, in UTF-16 units. */
  private final int length;

  /**
   * A document in pieces.
   *
   * @param root the start tag of the root
   * @param literals what stands before each slot, and after the last
   * @param followed how many slots have an element after them
   */
  CustomerDocument(String root, List<String> literals, List<Slot> slots, int followed) {
    this.root = root;
    this.literals = List.copyOf(literals);
    this.slots = List.copyOf(slots);
    this.followed = followed;
    length =
        Markup.PROLOG.length() + root.length() + literals.stream().mapToInt(String::length).sum();
  }

  /**
   * A Connect of ours.
   *
   * @param attributes those beside {@code connectorId}
   * @param parameters those of the content
   * @param content what stands between the tags, as its author wrote it
   */
  record Slot(
      Place place,
      String connectorId,
      Map<String, String> attributes,
      Map<String, String> parameters,
      String content) {}

  /**
   * Parses a document.
   *
   * @throws TwimlException when it is not usable
   */
  public static CustomerDocument parse(String twiml) {
    return new CustomerDocumentParser(twiml).parse();
  }

  /** The connectors that the slots name, in order; an empty one is that of the document. */
  public List<String> connectorIds() {
    return slots.stream().map(Slot::connectorId).toList();
  }

  /** The customer's own {@code <Parameter>}s of a slot, in order. */
  public Map<String, String> parameters(int slot) {
    return slots.get(slot).parameters();
  }

  /** Whether no element follows a slot. */
  public boolean endsWith(int slot) {
    return slot >= followed;
  }

  /** What is wrong with a slot by what its document cannot know. */
  public TwimlException fault(int slot, String sentence) {
    return new TwimlException(sentence, slots.get(slot).place());
  }

  /**
   * The document for Twilio: our parameters come before the customer's own, and those for which a
   * slot has no room are left out.
   *
   * @param streams one for each slot, in order
   */
  public String complete(List<StreamNoun> streams) {
    requireOneForEach(slots.size(), streams);
    return complete("", 0, streams);
  }

  /**
   * The document of what follows a slot: what Twilio would run next, were it not for the action.
   *
   * @param rest one for each slot that follows, in order; empty to leave those out
   */
  public String after(int slot, List<StreamNoun> rest) {
    if (!rest.isEmpty()) {
      requireOneForEach(slots.size() - slot - 1, rest);
    }
    return complete(root, slot + 1, rest);
  }

  private static void requireOneForEach(int slots, List<StreamNoun> streams) {
    if (streams.size() != slots) {
      throw new IllegalArgumentException(
          "there must be " + slots + " streams, were " + streams.size());
    }
  }

  /** The document from the literal before a slot on. */
  private String complete(String beginning, int first, List<StreamNoun> streams) {
    // Room for all at once: copying a growing text costs more than anything else here.
    StringBuilder twiml = new StringBuilder(length + TYPICAL_CONNECT * streams.size());
    twiml.append(Markup.PROLOG).append(beginning).append(literals.get(first));
    Iterator<StreamNoun> stream = streams.iterator();
    for (int i = first; i < slots.size(); i++) {
      if (stream.hasNext()) {
        Slot slot = slots.get(i);
        StreamNoun noun = stream.next().within(MAX_CONNECT);
        twiml.append(Twiml.connectElement(noun, slot.attributes(), slot.content()));
      }
      twiml.append(literals.get(i + 1));
    }
    return twiml.toString();
  }
}
