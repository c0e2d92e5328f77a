package io.callmesh.worker;

import io.callmesh.contracts.connector.Connector;
import io.vertx.core.Future;
import java.util.Optional;

/** Knows the connectors: a port, behind which is the table that follows Kafka. */
@FunctionalInterface
public interface ConnectorDirectory {
  /** The connector with this id, empty when there is none; fails when nobody can tell now. */
  Future<Optional<Connector>> find(String connectorId);
}
