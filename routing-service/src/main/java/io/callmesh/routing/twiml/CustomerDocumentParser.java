package io.callmesh.routing.twiml;

import io.callmesh.routing.twiml.CustomerDocument.Slot;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLStreamConstants;

/** Finds the slots of a customer's document, and refuses what could not work. Used once. */
final class CustomerDocumentParser {
  /** Twilio's limit for the name and the value of one parameter together, in characters. */
  private static final int MAX_PARAMETER = 500;

  private static final String CONNECTOR_ID = "connectorId";

  private final TwimlReader reader;
  private final List<String> literals = new ArrayList<>();
  private final List<Slot> slots = new ArrayList<>();
  private String root = "";

  /** Where the literal begins that has not ended. */
  private int literal;

  /** How many slots have an element after them. */
  private int followed;

  private boolean inSlot;
  private int slotStart;
  private int contentStart;
  private Map<String, String> attributes = Map.of();
  private Map<String, String> parameters = Map.of();

  CustomerDocumentParser(String twiml) {
    reader = new TwimlReader(twiml);
    literal = reader.body();
  }

  CustomerDocument parse() {
    while (reader.next()) {
      switch (reader.event()) {
        case XMLStreamConstants.START_ELEMENT -> startElement();
        case XMLStreamConstants.END_ELEMENT -> endElement();
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> characters();
        default -> {}
      }
    }
    String text = reader.text();
    literals.add(text.substring(literal));
    if (slots.isEmpty()) {
      throw reader.fault(
          reader.root(),
          "The document must have a <Connect connectorId=\"…\"/> in its <Response>.");
    }
    reader.refuseBeyond(
        Markup.bytes(Markup.PROLOG)
            + Markup.bytes(text.substring(reader.body()))
            + CustomerDocument.MAX_CONNECT * slots.size());
    return new CustomerDocument(root, literals, slots, followed);
  }

  private void startElement() {
    Map<String, String> found = reader.attributes();
    boolean ours = found.containsKey(CONNECTOR_ID);
    if (ours && !(reader.name().equals("Connect") && reader.depth() == 2)) {
      throw reader.fault(
          reader.start(), "connectorId may only be on a <Connect> directly in <Response>.");
    }
    if (inSlot) {
      parameter(found);
    } else if (ours) {
      startSlot(found);
    } else if (reader.depth() == 1) {
      root = reader.text().substring(reader.start(), reader.end());
    }
    if (reader.depth() == 2) {
      followed = slots.size();
    }
  }

  private void startSlot(Map<String, String> found) {
    if (found.containsKey("action") || found.containsKey("method")) {
      throw reader.fault(
          reader.start(),
          "A <Connect> with connectorId can have no action or method: ours brings the handoff.");
    }
    inSlot = true;
    slotStart = reader.start();
    contentStart = reader.end();
    attributes = found;
    parameters = new LinkedHashMap<>();
    literals.add(reader.text().substring(literal, slotStart));
  }

  private void parameter(Map<String, String> found) {
    String name = found.getOrDefault("name", "");
    String value = found.get("value");
    if (!reader.name().equals("Parameter") || reader.depth() != 3) {
      throw reader.fault(
          reader.start(),
          "A <Connect> with connectorId can have no children but <Parameter name value>.");
    }
    if (name.isEmpty() || value == null) {
      throw reader.fault(reader.start(), "A <Parameter> must have a name and a value.");
    }
    if (name.startsWith(StreamNoun.OUR_PARAMETERS)) {
      throw reader.fault(
          reader.start(),
          "The name of a <Parameter> must not begin with " + StreamNoun.OUR_PARAMETERS + ".");
    }
    if (name.length() + value.length() >= MAX_PARAMETER) {
      throw reader.fault(
          reader.start(),
          "The name and the value of a <Parameter> must have under 500 characters together.");
    }
    if (parameters.put(name, value) != null) {
      throw reader.fault(reader.start(), "Two <Parameter>s of a <Connect> have the same name.");
    }
  }

  private void characters() {
    if (inSlot && !reader.isBlank()) {
      throw reader.fault(slotStart, "A <Connect> with connectorId can have no text.");
    }
  }

  private void endElement() {
    if (!inSlot || reader.depth() != 2) {
      return;
    }
    inSlot = false;
    String text = reader.text();
    boolean empty = reader.start() == slotStart;
    String connectorId = attributes.getOrDefault(CONNECTOR_ID, "").strip();
    Map<String, String> others = new LinkedHashMap<>(attributes);
    others.remove(CONNECTOR_ID);
    slots.add(
        new Slot(
            Place.of(text, slotStart),
            connectorId,
            Collections.unmodifiableMap(others),
            Collections.unmodifiableMap(parameters),
            empty ? "" : text.substring(contentStart, reader.start())));
    literal = reader.end();
  }
}
