package io.callmesh.routing.connector;

import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.connector.PhoneNumber;
import io.callmesh.runtime.web.Fault;
import io.callmesh.runtime.web.Problem;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What can happen to phone numbers; as {@link ConnectorChanges} otherwise. */
final class PhoneNumberChanges {
  private final Connectors connectors;
  private final ProvisioningLock lock;

  /**
   * What became of a deletion.
   *
   * @param deleted are gone
   * @param failed why the others are not
   */
  record Deleted(List<String> deleted, Map<String, String> failed) {}

  PhoneNumberChanges(Connectors connectors, ProvisioningLock lock) {
    this.connectors = connectors;
    this.lock = lock;
  }

  /** Takes numbers in, all or none; what is here stays as it is, but for a connector. */
  Future<List<PhoneNumber>> importAll(Scope scope, JsonObject said) {
    return lock.change(
        () -> {
          List<PhoneNumber> imported = imported(scope, said);
          return connectors.store(imported).map(imported);
        });
  }

  private List<PhoneNumber> imported(Scope scope, JsonObject said) {
    String connectorId = said.getString("connectorId");
    Connector connector = connectorId == null ? null : connector(scope, connectorId);
    String named = said.getString("accountId");
    String account =
        named == null && connector != null ? connector.accountId() : scope.account(named);
    scope.mustOpen(account, scope.project());
    String environment = said.getString("clientEnv", "live");
    List<PhoneNumber> imported = new ArrayList<>();
    int added = 0;
    for (String number : distinct(said.getJsonArray("phoneNumbers"))) {
      Optional<PhoneNumber> here = connectors.getNumber(number);
      here.ifPresent(found -> mustBeOurs(scope, named, found));
      added += here.isPresent() ? 0 : 1;
      PhoneNumber plain =
          here.orElseGet(
              () -> new PhoneNumber(number, scope.project(), account, environment, null));
      imported.add(connector == null ? plain : leading(plain, connector));
    }
    ProjectLimits.mustTakeNumbers(connectors.countNumbers(account, scope.project()), added);
    return imported;
  }

  private static List<String> distinct(JsonArray numbers) {
    return numbers.stream().map(String.class::cast).distinct().toList();
  }

  private static void mustBeOurs(Scope scope, @Nullable String account, PhoneNumber here) {
    if (!scope.sees(here) || (account != null && !account.equals(here.accountId()))) {
      throw Problem.conflict(here.number() + " belongs to another project or account");
    }
  }

  private Connector connector(Scope scope, String connectorId) {
    return connectors
        .get(connectorId)
        .filter(scope::sees)
        .orElseThrow(
            () ->
                Problem.invalid(
                    List.of(
                        Fault.at(
                            "#/connectorId",
                            "must be a connector of this project, was '" + connectorId + "'"))));
  }

  /** A number of no account joins its connector's. */
  private static PhoneNumber leading(PhoneNumber number, Connector connector) {
    return new PhoneNumber(
        number.number(),
        number.projectId(),
        number.accountId().isEmpty() ? connector.accountId() : number.accountId(),
        number.clientEnv(),
        connector.connectorId());
  }

  /**
   * Leads a number to a connector of its project.
   *
   * @param connectorId null for none
   * @param unchanged throws when the number is not as the client has seen it
   */
  Future<PhoneNumber> assign(
      Scope scope, String number, @Nullable String connectorId, Consumer<PhoneNumber> unchanged) {
    return lock.change(
        () -> {
          PhoneNumber before = scope.mustHave(connectors.getNumber(number), number);
          unchanged.accept(before);
          PhoneNumber after =
              connectorId == null
                  ? unassigned(before)
                  : leading(before, connector(scope, connectorId));
          return after.equals(before)
              ? Future.succeededFuture(before)
              : connectors.store(List.of(after)).map(after);
        });
  }

  private static PhoneNumber unassigned(PhoneNumber number) {
    return new PhoneNumber(
        number.number(), number.projectId(), number.accountId(), number.clientEnv(), null);
  }

  /** Deletes those that are here. */
  Future<Deleted> delete(Scope scope, List<String> numbers) {
    return lock.change(
        () -> {
          List<String> deleted = new ArrayList<>();
          Map<String, String> failed = new LinkedHashMap<>();
          List<Future<Void>> removals = new ArrayList<>();
          for (String number : new LinkedHashSet<>(numbers)) {
            Optional<PhoneNumber> here = connectors.getNumber(number).filter(scope::sees);
            if (here.isPresent()) {
              removals.add(remove(here.get(), deleted, failed));
            } else {
              failed.put(number, "no such number in this project");
            }
          }
          return Future.join(removals).map(new Deleted(deleted, failed));
        });
  }

  private Future<Void> remove(
      PhoneNumber number, List<String> deleted, Map<String, String> failed) {
    return connectors
        .remove(number)
        .onSuccess(gone -> deleted.add(number.number()))
        .recover(
            cause -> {
              failed.put(number.number(), "could not be stored; try again");
              return Future.succeededFuture();
            });
  }
}
