package io.callmesh.routing.connector;

import io.callmesh.contracts.Ids;
import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.connector.PhoneNumber;
import io.callmesh.contracts.security.IssuedSecret;
import io.callmesh.runtime.web.Fault;
import io.callmesh.runtime.web.Problem;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/**
 * What can happen to a connector. Each change is checked against what is stored when it is its
 * turn; a refusal is a failure with a {@link Problem}, and nothing is stored then.
 */
final class ConnectorChanges {
  private final Connectors connectors;
  private final ProvisioningLock lock;
  private final Clock clock;

  /** A new connector, and the one time that its token can be shown. */
  record Created(Connector connector, IssuedSecret token) {}

  /** A new token, and until when the one before it is good. */
  record Rotated(IssuedSecret token, Instant previousValidUntil) {}

  ConnectorChanges(Connectors connectors, ProvisioningLock lock, Clock clock) {
    this.connectors = connectors;
    this.lock = lock;
    this.clock = clock;
  }

  Future<Created> create(Scope scope, JsonObject said) {
    IssuedSecret token = IssuedSecret.issue(IssuedSecret.CONNECTOR_TOKEN, Ids.connector());
    return lock.change(
        () -> {
          Connector connector = newConnector(scope, said, token);
          return connectors.store(connector).map(new Created(connector, token));
        });
  }

  private Connector newConnector(Scope scope, JsonObject said, IssuedSecret token) {
    if (!said.getString("projectId", scope.project()).equals(scope.project())) {
      throw Problem.invalid(
          List.of(Fault.at("#/projectId", "must be the path's '" + scope.project() + "'")));
    }
    String account = scope.account(said.getString("accountId"));
    scope.mustOpen(account, scope.project());
    Connector connector =
        ConnectorForm.created(said, account, scope.project(), token, clock.instant());
    check(connector, said);
    ProjectLimits.mustTakeConnectors(connectors.count(account, scope.project()), 1);
    return connector;
  }

  private void check(Connector connector, JsonObject said) {
    List<Fault> faults =
        ConnectorCheck.faults(
            connector, said.fieldNames(), named -> mayName(connector.accountId(), named));
    if (!faults.isEmpty()) {
      throw Problem.invalid(faults);
    }
  }

  private boolean mayName(String account, String connectorId) {
    return connectors.get(connectorId).filter(one -> one.accountId().equals(account)).isPresent();
  }

  /**
   * Changes what was said, and moves the connector's numbers with it.
   *
   * @param unchanged throws when the connector is not as the client has seen it
   */
  Future<Connector> patch(
      Scope scope, String connectorId, JsonObject said, Consumer<Connector> unchanged) {
    return lock.change(() -> patched(scope, connectorId, said, unchanged));
  }

  /** The same for several, one after the other; a result for each. */
  Future<List<JsonObject>> patchAll(Scope scope, List<ConnectorUpdate> updates) {
    return lock.change(
        () -> {
          Future<Void> done = Future.succeededFuture();
          for (ConnectorUpdate update : updates) {
            done = done.compose(before -> update.apply(said -> patchedOne(scope, update, said)));
          }
          return done.map(all -> updates.stream().map(ConnectorUpdate::result).toList());
        });
  }

  private Future<Connector> patchedOne(Scope scope, ConnectorUpdate update, JsonObject said) {
    return patched(scope, update.connectorId(), said, connector -> {});
  }

  private Future<Connector> patched(
      Scope scope, String connectorId, JsonObject said, Consumer<Connector> unchanged) {
    Connector before = scope.must(connectors.get(connectorId), connectorId);
    unchanged.accept(before);
    Connector after = ConnectorForm.patched(before, said);
    check(after, said);
    if (after.equals(before)) {
      return Future.succeededFuture(before);
    }
    return moveNumbers(scope, before, after).compose(moved -> connectors.store(after)).map(after);
  }

  /** Numbers first: a repeat of the change finds those that are still to be moved. */
  private Future<Void> moveNumbers(Scope scope, Connector before, Connector after) {
    String project = after.projectId();
    if (project.equals(before.projectId())) {
      return Future.succeededFuture();
    }
    scope.mustOpen(after.accountId(), project);
    List<PhoneNumber> moving =
        connectors.numbersOf(before.connectorId()).stream()
            .map(number -> inProject(number, project))
            .toList();
    ProjectLimits.mustTakeConnectors(connectors.count(after.accountId(), project), 1);
    ProjectLimits.mustTakeNumbers(
        connectors.countNumbers(after.accountId(), project), moving.size());
    return connectors.store(moving);
  }

  private static PhoneNumber inProject(PhoneNumber number, String project) {
    return new PhoneNumber(
        number.number(), project, number.accountId(), number.clientEnv(), number.connectorId());
  }

  /** Deletes a connector with its numbers, and gives those. */
  Future<List<PhoneNumber>> delete(Scope scope, String connectorId, Consumer<Connector> unchanged) {
    return lock.change(
        () -> {
          Connector connector = scope.must(connectors.get(connectorId), connectorId);
          unchanged.accept(connector);
          List<PhoneNumber> numbers = connectors.numbersOf(connectorId);
          return connectors
              .removeNumbers(numbers)
              .compose(gone -> connectors.remove(connector))
              .map(numbers);
        });
  }

  /** Gives a connector a new token; the one that it had stays good for the overlap. */
  Future<Rotated> rotate(Scope scope, String connectorId, Duration overlap) {
    return lock.change(
        () -> {
          Connector before = scope.must(connectors.get(connectorId), connectorId);
          IssuedSecret token = IssuedSecret.issue(IssuedSecret.CONNECTOR_TOKEN, connectorId);
          Instant validUntil = clock.instant().plus(overlap);
          JsonObject after =
              before
                  .toJson()
                  .put("tokenHash", token.hash())
                  .put("previousTokenHash", before.tokenHash())
                  .put("previousTokenValidUntil", validUntil.toString());
          return connectors.store(Connector.fromJson(after)).map(new Rotated(token, validUntil));
        });
  }
}
