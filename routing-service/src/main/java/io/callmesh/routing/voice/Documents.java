package io.callmesh.routing.voice;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.callmesh.contracts.connector.Connector;
import io.callmesh.routing.connector.ConnectorDirectory;
import io.callmesh.routing.twiml.CustomerDocument;
import io.callmesh.routing.twiml.StreamNoun;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * The documents of connectors, with streams where they say {@code <Connect connectorId>}. A
 * document is parsed once for as long as its connector stays as it is. Safe on any thread.
 */
final class Documents {
  private static final String PLAIN = "<Response><Connect connectorId=\"\"/></Response>";

  private final ConnectorDirectory connectors;
  private final LoadingCache<Connector, CustomerDocument> parsed =
      // Weak keys are compared by identity, and a table's record is replaced when it changes.
      Caffeine.newBuilder().weakKeys().build(Documents::parse);

  Documents(ConnectorDirectory connectors) {
    this.connectors = connectors;
  }

  private static CustomerDocument parse(Connector connector) {
    String twiml = connector.twiml();
    return CustomerDocument.parse(twiml == null ? PLAIN : twiml);
  }

  /**
   * A {@code <Connect>} in a document, and the connector whose agent it means.
   *
   * @param named the connector id in the document; empty for the document's own connector
   * @param parameters the customer's own
   */
  record Slot(Connector connector, int index, String named, Map<String, String> parameters) {
    /** The only one of a connector without a document. */
    static Slot first(Connector connector) {
      return new Slot(connector, 0, "", Map.of());
    }

    /** Whether the connector that the document names cannot be reached from it any more. */
    boolean isLost() {
      return !named.isEmpty() && !named.equals(connector.connectorId());
    }

    /** Whether this is where the call goes first. */
    boolean isFirst() {
      return index == 0;
    }
  }

  /** What goes into a slot. */
  interface Streams extends BiFunction<Connector, Slot, StreamNoun> {}

  /** The whole document of a connector. */
  Future<String> whole(Connector owner, Streams streams) {
    CustomerDocument document = parsed.get(owner);
    return slots(owner, document, 0).map(slots -> document.complete(nouns(owner, slots, streams)));
  }

  /** The document of what follows a slot; {@code <Hangup/>} when nothing does. */
  Future<String> after(Connector owner, int slot, Streams streams) {
    CustomerDocument document = parsed.get(owner);
    return slots(owner, document, slot + 1)
        .map(slots -> document.after(slot, nouns(owner, slots, streams)));
  }

  /** Whether anything follows that slot in a connector's document. */
  boolean goesOnAfter(Connector owner, int slot) {
    CustomerDocument document = parsed.get(owner);
    return slot < document.connectorIds().size() && !document.endsWith(slot);
  }

  /** The customer's own parameters in a slot; none when there is no such slot any more. */
  Map<String, String> parameters(Connector owner, int slot) {
    CustomerDocument document = parsed.get(owner);
    return slot < document.connectorIds().size() ? document.parameters(slot) : Map.of();
  }

  private static List<StreamNoun> nouns(Connector owner, List<Slot> slots, Streams streams) {
    return slots.stream().map(slot -> streams.apply(owner, slot)).toList();
  }

  private Future<List<Slot>> slots(Connector owner, CustomerDocument document, int first) {
    List<Future<Slot>> slots = new ArrayList<>();
    List<String> ids = document.connectorIds();
    for (int i = first; i < ids.size(); i++) {
      int index = i;
      slots.add(
          named(owner, ids.get(i))
              .map(
                  connector ->
                      new Slot(connector, index, ids.get(index), document.parameters(index))));
    }
    return Future.all(slots).map(all -> all.<Slot>list());
  }

  /**
   * The connector that a slot names. One that is gone, or was moved to another account since the
   * document was saved, is not reached from here: the caller gets the owner's agent.
   */
  private Future<Connector> named(Connector owner, String connectorId) {
    return connectorId.isEmpty() || connectorId.equals(owner.connectorId())
        ? Future.succeededFuture(owner)
        : connectors
            .find(connectorId)
            .map(
                found ->
                    found
                        .filter(other -> other.accountId().equals(owner.accountId()))
                        .orElse(owner));
  }
}
