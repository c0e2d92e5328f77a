package io.callmesh.routing.connector;

import io.callmesh.contracts.connector.Connector;
import io.vertx.core.Future;
import java.util.Optional;

/** The connectors, as calls look for them. Safe on any thread. */
public interface ConnectorDirectory {
  /** The connector with this id. Fails when nobody can say whether there is one. */
  Future<Optional<Connector>> find(String connectorId);

  /** The connector that serves a called number; empty when the number leads nowhere. */
  Future<Optional<Connector>> serving(String number);

  /** The same of what memory has now, without waiting. */
  Optional<Connector> get(String connectorId);
}
