package io.callmesh.simulator.twilio;

import io.callmesh.simulator.twilio.Verb.Action;
import io.callmesh.simulator.twilio.Verb.Written;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/**
 * Reads TwiML into verbs (reference/twilio.md, section 3). Documents with a DTD are refused, so no
 * entity is ever expanded. Throws {@link CallException} for what Twilio would not run, and for
 * verbs that exist but are not simulated.
 */
final class TwimlParser {
  private static final String NO_DTD = "http://apache.org/xml/features/disallow-doctype-decl";
  private static final int VERBS = 100;
  private static final int PARAMETER_CHARACTERS = 500;
  private static final int LOOPS = 1_000;

  private TwimlParser() {}

  static List<Written> parse(String document) {
    Element response = root(document);
    if (!response.getTagName().equals("Response")) {
      throw CallException.twiml(
          "the TwiML's root is <" + response.getTagName() + ">, not <Response>");
    }
    List<Element> elements = children(response);
    if (elements.size() > VERBS) {
      throw CallException.twiml("the TwiML has more than " + VERBS + " verbs");
    }
    return elements.stream()
        .map(element -> new Written(verb(element), attributes(element)))
        .toList();
  }

  private static Element root(String document) {
    try {
      DocumentBuilder builder = factory().newDocumentBuilder();
      builder.setErrorHandler(null); // it prints otherwise
      return builder.parse(new InputSource(new StringReader(document))).getDocumentElement();
    } catch (SAXException | IOException e) {
      throw CallException.twiml("the TwiML is not well-formed XML (12100): " + e.getMessage());
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException("every Java platform has this parser", e);
    }
  }

  private static DocumentBuilderFactory factory() throws ParserConfigurationException {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultInstance();
    factory.setFeature(NO_DTD, true);
    factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
    factory.setXIncludeAware(false);
    factory.setExpandEntityReferences(false);
    return factory;
  }

  private static Verb verb(Element element) {
    String name = element.getTagName();
    return switch (name) {
      case "Say" -> new Verb.Say(text(element), loop(element));
      case "Play" -> new Verb.Play(text(element), loop(element));
      case "Pause" -> new Verb.Pause(number(element, "length", 1));
      case "Connect" -> connect(element);
      case "Enqueue" -> enqueue(element);
      case "Leave" -> new Verb.Leave();
      case "Dial" -> new Verb.Dial(action(element, "action", "method"), targets(element));
      case "Refer" -> refer(element);
      case "Redirect" -> new Verb.Redirect(new Action(text(element), get(element, "method")));
      case "Hangup" -> new Verb.End(name, CallEnd.HANGUP);
      case "Reject" -> new Verb.End(name, CallEnd.REJECTED);
      default -> throw notSimulated(name);
    };
  }

  private static Verb connect(Element connect) {
    List<Element> nouns = children(connect);
    if (nouns.size() != 1) {
      throw CallException.twiml("<Connect> must have one noun (12200), has " + nouns.size());
    }
    Element stream = nouns.get(0);
    if (!stream.getTagName().equals("Stream")) {
      throw notSimulated("Connect/" + stream.getTagName());
    }
    return new Verb.Stream(
        action(connect, "action", "method"),
        stream.getAttribute("url").strip(),
        stream.getAttribute("name"),
        stream.hasAttribute("track") ? stream.getAttribute("track") : "inbound_track",
        action(stream, "statusCallback", "statusCallbackMethod"),
        parameters(stream));
  }

  private static Map<String, String> parameters(Element stream) {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (Element parameter : children(stream)) {
      String name = parameter.getAttribute("name");
      String value = parameter.getAttribute("value");
      if (name.length() + value.length() >= PARAMETER_CHARACTERS) {
        throw CallException.twiml(
            "the <Parameter> " + name + " has " + PARAMETER_CHARACTERS + " characters or more");
      }
      parameters.put(name, value);
    }
    return parameters;
  }

  private static Verb enqueue(Element enqueue) {
    return new Verb.Enqueue(
        enqueued(enqueue),
        action(enqueue, "action", "method"),
        action(enqueue, "waitUrl", "waitUrlMethod"));
  }

  private static Enqueued enqueued(Element enqueue) {
    if (!enqueue.hasAttribute("workflowSid")) {
      return new Enqueued(null, text(enqueue), null);
    }
    String workflow = enqueue.getAttribute("workflowSid").strip();
    for (Element child : children(enqueue)) {
      if (child.getTagName().equals("Task")) {
        return new Enqueued(
            workflow, "", task(child), optional(child, "priority"), optional(child, "timeout"));
      }
    }
    return new Enqueued(workflow, "", null);
  }

  /** A task's attributes, which must be a JSON object: TaskRouter makes no task of others. */
  private static String task(Element task) {
    String attributes = text(task);
    if (isJsonObject(attributes)) {
      return attributes;
    }
    throw CallException.twiml("the <Task> is no JSON object");
  }

  private static boolean isJsonObject(String text) {
    try {
      return Json.decodeValue(text) instanceof JsonObject;
    } catch (DecodeException e) {
      return false;
    }
  }

  private static List<Transfer> targets(Element dial) {
    List<Element> nouns = children(dial);
    return nouns.isEmpty()
        ? List.of(target(dial, "Number", text(dial)))
        : nouns.stream().map(noun -> target(dial, noun.getTagName(), text(noun))).toList();
  }

  private static Transfer target(Element dial, String noun, String text) {
    boolean sip = noun.equals("Sip");
    SipUri uri = sip ? SipUri.parse(text).forInvite() : new SipUri(text, Map.of());
    if (uri.address().isEmpty()) {
      throw CallException.twiml("<Dial> has nobody to dial");
    }
    return new Transfer(
        noun,
        uri.address(),
        uri.headers(),
        dial.hasAttribute("callerId") ? dial.getAttribute("callerId") : null,
        optional(dial, "timeout"),
        dial.getAttribute("answerOnBridge").equalsIgnoreCase("true"));
  }

  private static Verb refer(Element refer) {
    List<Element> nouns = children(refer);
    if (nouns.size() != 1 || !nouns.get(0).getTagName().equals("Sip")) {
      throw CallException.twiml("<Refer> must have one <Sip> (12200)");
    }
    SipUri uri = SipUri.parse(text(nouns.get(0)));
    Transfer target = new Transfer("Refer", uri.address(), uri.headers(), null, null, false);
    return new Verb.Refer(action(refer, "action", "method"), target);
  }

  private static Map<String, String> attributes(Element element) {
    Map<String, String> attributes = new LinkedHashMap<>();
    NamedNodeMap nodes = element.getAttributes();
    for (int i = 0; i < nodes.getLength(); i++) {
      attributes.put(nodes.item(i).getNodeName(), nodes.item(i).getNodeValue());
    }
    return Collections.unmodifiableMap(attributes);
  }

  private static @Nullable Action action(Element element, String url, String method) {
    String value = element.getAttribute(url).strip();
    return value.isEmpty() ? null : new Action(value, get(element, method));
  }

  private static boolean get(Element element, String method) {
    return element.getAttribute(method).equalsIgnoreCase("GET");
  }

  /** How often something is heard; 0, for as long as it goes, is Twilio's thousand times. */
  private static int loop(Element element) {
    int loop = number(element, "loop", 1);
    return loop == 0 ? LOOPS : Math.min(loop, LOOPS);
  }

  private static @Nullable Integer optional(Element element, String name) {
    return element.hasAttribute(name) ? (Integer) number(element, name, 0) : null;
  }

  private static int number(Element element, String name, int fallback) {
    String value = element.getAttribute(name);
    try {
      return value.isEmpty() ? fallback : Math.max(0, Integer.parseInt(value));
    } catch (NumberFormatException e) {
      throw CallException.twiml(element.getTagName() + "@" + name + " is no number (12200)");
    }
  }

  private static String text(Element element) {
    return element.getTextContent().strip();
  }

  private static List<Element> children(Element parent) {
    List<Element> children = new ArrayList<>();
    for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element element) {
        children.add(element);
      }
    }
    return children;
  }

  private static CallException notSimulated(String verb) {
    return CallException.twiml("<" + verb + "> is no verb that the simulator runs (12200)");
  }
}
