package io.callmesh.routing.connector;

import io.callmesh.contracts.connector.AgentEndpoint;
import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.connector.Destination;
import io.callmesh.routing.twiml.CustomerDocument;
import io.callmesh.routing.twiml.HandoffDocument;
import io.callmesh.routing.twiml.TwimlException;
import io.callmesh.runtime.web.Fault;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Checks a connector for what a schema cannot say: whether its parts go together, with each other
 * and with other connectors. Looks only at what a client has just said.
 */
public final class ConnectorCheck {
  /** Twilio takes no TwiML over 64 KB, and XML may need five characters for one of these. */
  private static final int MAX_ATTRIBUTES = 8 * 1024;

  /** They belong to the connection, which is audio-worker's (RFC 9110, 7.6.1; RFC 6455, 4.1). */
  private static final Set<String> HEADERS_OF_THE_CONNECTION =
      Set.of(
          "connection",
          "content-length",
          "expect",
          "host",
          "keep-alive",
          "proxy-authenticate",
          "proxy-authorization",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  /** As it is stored, in bytes: Kafka takes no record over 1 MiB. */
  private static final int MAX_STORED = 900_000;

  private static final int SHOWN = 60;

  private static final String WEBSOCKET_HEADERS = "sec-websocket-";

  private final Connector connector;
  private final Predicate<String> mayName;
  private final List<Fault> faults = new ArrayList<>();

  private ConnectorCheck(Connector connector, Predicate<String> mayName) {
    this.connector = connector;
    this.mayName = mayName;
  }

  /**
   * What is wrong.
   *
   * @param said the members that the client spoke of
   * @param mayName whether the connector's document may name this other connector
   */
  public static List<Fault> faults(
      Connector connector, Set<String> said, Predicate<String> mayName) {
    ConnectorCheck check = new ConnectorCheck(connector, mayName);
    if (said.contains("agent")) {
      check.agent();
    }
    if (said.contains("destinations")) {
      check.destinations();
    }
    check.reference(said, "fallbackDestination", connector.fallbackDestination());
    check.reference(said, "overflowDestination", connector.overflowDestination());
    if (said.contains("twiml")) {
      check.twiml();
    }
    check.size();
    return check.faults;
  }

  private void fault(String pointer, String detail) {
    faults.add(Fault.at(pointer, detail));
  }

  private void size() {
    int bytes = connector.toJson().toBuffer().length();
    if (bytes > MAX_STORED) {
      fault("#", "must take at most %d bytes to store, takes %d".formatted(MAX_STORED, bytes));
    }
  }

  private void agent() {
    AgentEndpoint agent = connector.agent();
    if (agent == null) {
      return;
    }
    if (!isWebSocket(agent.url())) {
      fault("#/agent/url", "must be like wss://host[:port]/path");
    }
    for (String name : agent.headers().keySet()) {
      String lower = name.toLowerCase(Locale.ROOT);
      if (HEADERS_OF_THE_CONNECTION.contains(lower) || lower.startsWith(WEBSOCKET_HEADERS)) {
        fault(
            "#/agent/headers/" + Fault.escaped(name),
            "must be left out: it belongs to the connection itself");
      }
    }
    if (!agent.protocol().carries(agent.audio())) {
      fault(
          "#/agent/audio/sampleRate",
          "must be 24000 for pcm_s16le with %s, was %d"
              .formatted(agent.protocol().text(), agent.audio().sampleRate()));
    }
    if (agent.protocol().hasSession()) {
      faults.addAll(AgentSessionCheck.faults("#/agent/session", agent.session()));
    } else {
      leftOut("session", agent.session().isEmpty());
      leftOut("speaksFirst", agent.speaksFirst());
    }
  }

  private void leftOut(String member, boolean isDefault) {
    if (!isDefault) {
      fault("#/agent/" + member, "must be left out: this protocol has no such setting");
    }
  }

  private static boolean isWebSocket(String url) {
    try {
      URI uri = new URI(url);
      return uri.getHost() != null && uri.getRawUserInfo() == null;
    } catch (URISyntaxException malformed) {
      return false;
    }
  }

  private void destinations() {
    Set<String> names = new HashSet<>();
    for (int i = 0; i < connector.destinations().size(); i++) {
      Destination destination = connector.destinations().get(i);
      String pointer = "#/destinations/" + i;
      if (!names.add(destination.name())) {
        fault(pointer + "/name", "must not be there twice, was '" + destination.name() + "'");
      }
      if (destination.taskAttributes().toBuffer().length() > MAX_ATTRIBUTES) {
        fault(pointer + "/taskAttributes", "must have at most " + MAX_ATTRIBUTES + " bytes");
      }
      ifFailed(pointer + "/ifFailed", destination);
      if (destination.twiml() != null) {
        handoffDocument(pointer + "/twiml", destination.twiml());
      }
    }
  }

  private void ifFailed(String pointer, Destination destination) {
    String next = destination.ifFailed();
    if (next == null || next.equals(Destination.AGENT)) {
      return;
    }
    if (next.equals(destination.name())) {
      fault(pointer, "must be another destination, not this one itself");
    } else if (connector.destination(next).isEmpty()) {
      fault(pointer, "must be one of destinations, or agent, was '" + next + "'");
    }
  }

  /** Wrong also when the destination that it names has just gone. */
  private void reference(Set<String> said, String member, @Nullable String name) {
    boolean touched = said.contains(member) || said.contains("destinations");
    if (touched && name != null && connector.destination(name).isEmpty()) {
      fault("#/" + member, "must be one of destinations, was '" + name + "'");
    }
  }

  private void handoffDocument(String pointer, String document) {
    try {
      HandoffDocument unused = HandoffDocument.parse(document);
    } catch (TwimlException wrong) {
      faults.add(unusable(pointer, wrong));
    }
  }

  private void twiml() {
    String document = connector.twiml();
    if (document == null) {
      return;
    }
    try {
      CustomerDocument parsed = CustomerDocument.parse(document);
      List<String> named = parsed.connectorIds();
      for (int slot = 0; slot < named.size(); slot++) {
        if (!isReachable(named.get(slot))) {
          String words =
              "names a connector that this account does not have: '" + cut(named.get(slot)) + "'";
          TwimlException place = parsed.fault(slot, words);
          faults.add(new Fault("#/twiml", words, place.line(), place.column()));
        }
      }
    } catch (TwimlException wrong) {
      faults.add(unusable("#/twiml", wrong));
    }
  }

  private boolean isReachable(String named) {
    return named.isEmpty() || named.equals(connector.connectorId()) || mayName.test(named);
  }

  private static String cut(String text) {
    return text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text;
  }

  private static Fault unusable(String pointer, TwimlException wrong) {
    return new Fault(pointer, "is not usable: " + wrong.getMessage(), wrong.line(), wrong.column());
  }
}
