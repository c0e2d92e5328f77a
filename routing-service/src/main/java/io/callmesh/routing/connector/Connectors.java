package io.callmesh.routing.connector;

import io.callmesh.contracts.Topic;
import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.connector.PhoneNumber;
import io.callmesh.routing.voice.ConnectorDirectory;
import io.callmesh.runtime.kafka.KafkaTable;
import io.callmesh.runtime.kafka.KafkaTables;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The connectors and the numbers that lead to them, on their tables. Safe on any thread. */
public final class Connectors implements ConnectorDirectory {
  private final KafkaTable<Connector> connectors;
  private final KafkaTable<PhoneNumber> numbers;

  /** Asks for both tables; they are read before the service starts. */
  public Connectors(KafkaTables tables) {
    this.connectors = tables.table(Topic.CONNECTORS, Connector::toJson, Connector::fromJson);
    this.numbers = tables.table(Topic.PHONE_NUMBERS, PhoneNumber::toJson, PhoneNumber::fromJson);
  }

  @Override
  public Future<Optional<Connector>> find(String connectorId) {
    return connectors.find(connectorId);
  }

  @Override
  public @Nullable Connector get(String connectorId) {
    return connectors.get(connectorId);
  }

  /** The connectors of a project. */
  public List<Connector> ofProject(String projectId) {
    return connectors.values().stream()
        .filter(connector -> connector.projectId().equals(projectId))
        .toList();
  }

  /** Stores a connector; done when Kafka has it. */
  public Future<Void> store(Connector connector) {
    return connectors.put(connector.connectorId(), connector);
  }

  /** The number, if it was imported. */
  public Future<Optional<PhoneNumber>> findNumber(String number) {
    return numbers.find(number);
  }

  /** The numbers of a project. */
  public List<PhoneNumber> numbersOfProject(String projectId) {
    return numbers.values().stream()
        .filter(number -> number.projectId().equals(projectId))
        .toList();
  }

  /** Stores a number; done when Kafka has it. */
  public Future<Void> store(PhoneNumber number) {
    return numbers.put(number.number(), number);
  }

  @Override
  public Future<Optional<Connector>> serving(String number) {
    return numbers
        .find(number)
        .compose(
            found ->
                found
                    .map(PhoneNumber::connectorId)
                    .map(this::find)
                    .orElseGet(() -> Future.succeededFuture(Optional.empty())));
  }
}
