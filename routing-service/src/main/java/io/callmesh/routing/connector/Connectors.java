package io.callmesh.routing.connector;

import io.callmesh.contracts.Topic;
import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.connector.PhoneNumber;
import io.callmesh.runtime.kafka.KafkaIndex;
import io.callmesh.runtime.kafka.KafkaTable;
import io.callmesh.runtime.kafka.KafkaTables;
import io.vertx.core.Future;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The connectors and the numbers that lead to them, on their tables. Safe on any thread. */
public final class Connectors implements ConnectorDirectory {
  /** Kafka's writer takes no more than ten times this many writes at once. */
  private static final int WRITES_AT_ONCE = 1_000;

  private final KafkaTable<Connector> connectors;
  private final KafkaTable<PhoneNumber> numbers;
  private final KafkaIndex<Connector> byProject;
  private final KafkaIndex<PhoneNumber> numbersByProject;
  private final KafkaIndex<PhoneNumber> numbersByConnector;
  private final UnsettledWrites unsettled;

  /** Asks for both tables; they are read before the service starts. */
  public Connectors(KafkaTables tables) {
    this.connectors = tables.table(Topic.CONNECTORS, Connector::toJson, Connector::fromJson);
    this.numbers = tables.table(Topic.PHONE_NUMBERS, PhoneNumber::toJson, PhoneNumber::fromJson);
    this.byProject = connectors.index("project", Connector::projectId);
    this.numbersByProject = numbers.index("project", PhoneNumber::projectId);
    this.numbersByConnector = numbers.index("connector", PhoneNumber::connectorId);
    this.unsettled = new UnsettledWrites(tables.requestTimeout(), System::nanoTime);
  }

  /** Succeeds when both tables have what anybody was told is stored. */
  Future<Void> catchUp() {
    return Future.all(connectors.catchUp(), numbers.catchUp()).mapEmpty();
  }

  /**
   * How long until no write of this process can come to pass any more that it has given up, in ms;
   * 0 when there is none.
   */
  long settleInMs() {
    return unsettled.settleInMs();
  }

  @Override
  public Future<Optional<Connector>> find(String connectorId) {
    return connectors.find(connectorId);
  }

  @Override
  public Optional<Connector> get(String connectorId) {
    return Optional.ofNullable(connectors.get(connectorId));
  }

  /** The connectors of a project, by name. */
  public List<Connector> ofProject(String projectId) {
    return byProject.all(projectId).stream()
        .sorted(Comparator.comparing(Connector::name).thenComparing(Connector::connectorId))
        .toList();
  }

  /** How many connectors an account has in a project. */
  int count(String accountId, String projectId) {
    return (int)
        byProject.all(projectId).stream().filter(one -> one.accountId().equals(accountId)).count();
  }

  /** How many numbers an account has in a project. */
  int countNumbers(String accountId, String projectId) {
    return (int)
        numbersByProject.all(projectId).stream()
            .filter(one -> one.accountId().equals(accountId))
            .count();
  }

  /** Stores a connector; done when Kafka has it. */
  public Future<Void> store(Connector connector) {
    return unsettled.watch(connectors.put(connector.connectorId(), connector));
  }

  /** Removes a connector; done when Kafka has it. */
  public Future<Void> remove(Connector connector) {
    return unsettled.watch(connectors.remove(connector.connectorId()));
  }

  /** The number, if it was imported. */
  public Future<Optional<PhoneNumber>> findNumber(String number) {
    return numbers.find(number);
  }

  /** The same of what memory has now. */
  public Optional<PhoneNumber> getNumber(String number) {
    return Optional.ofNullable(numbers.get(number));
  }

  /** The numbers of a project, in order. */
  public List<PhoneNumber> numbersOfProject(String projectId) {
    return inOrder(numbersByProject.all(projectId));
  }

  /** The numbers that lead to a connector, in order. */
  public List<PhoneNumber> numbersOf(String connectorId) {
    return inOrder(numbersByConnector.all(connectorId));
  }

  private static List<PhoneNumber> inOrder(List<PhoneNumber> numbers) {
    return numbers.stream().sorted(Comparator.comparing(PhoneNumber::number)).toList();
  }

  /** Stores a number; done when Kafka has it. */
  public Future<Void> store(PhoneNumber number) {
    return unsettled.watch(numbers.put(number.number(), number));
  }

  /** Stores numbers; done when Kafka has all of them. A failure leaves those stored that were. */
  public Future<Void> store(List<PhoneNumber> changed) {
    return each(changed, this::store);
  }

  /** Removes numbers; done and failing as {@link #store(List)}. */
  public Future<Void> removeNumbers(List<PhoneNumber> gone) {
    return each(gone, this::remove);
  }

  /** Removes a number; done when Kafka has it. */
  public Future<Void> remove(PhoneNumber number) {
    return unsettled.watch(numbers.remove(number.number()));
  }

  /**
   * Writes things as many at once as the tables' writer takes; waits for all that it has begun, and
   * begins no more after a failure.
   */
  public static <T> Future<Void> each(List<T> things, Function<T, Future<Void>> write) {
    Future<Void> written = Future.succeededFuture();
    for (int i = 0; i < things.size(); i += WRITES_AT_ONCE) {
      List<T> some = things.subList(i, Math.min(i + WRITES_AT_ONCE, things.size()));
      written =
          written.compose(before -> Future.join(some.stream().map(write).toList()).mapEmpty());
    }
    return written;
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
