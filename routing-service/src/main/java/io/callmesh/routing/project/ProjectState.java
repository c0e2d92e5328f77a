package io.callmesh.routing.project;

import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.connector.PhoneNumber;
import io.callmesh.routing.connector.Connectors;
import io.callmesh.routing.connector.Scope;
import io.callmesh.runtime.web.Problem;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What one account has in a project.
 *
 * @param account whose it is
 * @param project where
 * @param connectors by name
 * @param numbers in order
 */
record ProjectState(
    String account, String project, List<Connector> connectors, List<PhoneNumber> numbers) {
  /** Members that nobody sets: the project's and the mesh's own. */
  private static final Set<String> NOT_SET = Set.of("accountId", "projectId", "createdAt");

  /**
   * What is stored now.
   *
   * @param named the account; null for the key's, or the only one that has anything there
   */
  static ProjectState of(Connectors tables, Scope scope, @Nullable String named) {
    Function<PhoneNumber, String> accountOf = number -> account(tables, scope, number);
    List<Connector> connectors =
        tables.ofProject(scope.project()).stream().filter(scope::sees).toList();
    List<PhoneNumber> numbers = tables.numbersOfProject(scope.project());
    String account = named == null ? scope.key().accountId() : named;
    if (account == null) {
      Set<String> accounts = new TreeSet<>();
      connectors.forEach(connector -> accounts.add(connector.accountId()));
      numbers.forEach(number -> accounts.add(accountOf.apply(number)));
      account = only(accounts);
    }
    String its = account;
    scope.mustOpen(its, scope.project());
    return new ProjectState(
        its,
        scope.project(),
        connectors.stream().filter(connector -> connector.accountId().equals(its)).toList(),
        numbers.stream().filter(number -> accountOf.apply(number).equals(its)).toList());
  }

  /** Whether neither what is here nor the key tells whose it is. */
  boolean isNobodys(Scope scope) {
    return scope.key().accountId() == null && connectors.isEmpty() && numbers.isEmpty();
  }

  /** A number that leads to a connector is its account's. */
  private static String account(Connectors tables, Scope scope, PhoneNumber number) {
    return connectorOf(tables, number)
        .filter(scope::sees)
        .map(Connector::accountId)
        .orElse(number.accountId());
  }

  private static Optional<Connector> connectorOf(Connectors tables, PhoneNumber number) {
    return Optional.ofNullable(number.connectorId()).flatMap(tables::get);
  }

  private static String only(Set<String> accounts) {
    if (accounts.size() > 1) {
      throw Problem.conflict(
          "this project has something of several accounts, %s; name one by ?accountId= (callmesh: --account)"
              .formatted(String.join(", ", accounts.stream().map(a -> "'" + a + "'").toList())));
    }
    return accounts.isEmpty() ? "" : accounts.iterator().next();
  }

  /** The document that makes a project like this; a 409 when none can. */
  JsonObject document() {
    Map<String, String> names = names();
    JsonArray some = new JsonArray();
    connectors.forEach(connector -> some.add(settings(connector)));
    JsonArray all = new JsonArray();
    numbers.forEach(number -> all.add(number(number, names)));
    return new JsonObject().put("connectors", some).put("phoneNumbers", all);
  }

  private Map<String, String> names() {
    Set<String> seen = new HashSet<>();
    Set<String> twice = new TreeSet<>();
    connectors.stream().map(Connector::name).filter(name -> !seen.add(name)).forEach(twice::add);
    if (!twice.isEmpty()) {
      throw Problem.conflict(
          "several connectors have the same name, and numbers are led by it; rename them: "
              + String.join(", ", twice));
    }
    return connectors.stream().collect(Collectors.toMap(Connector::connectorId, Connector::name));
  }

  /** What can be said of a connector, without what it would be anyway. */
  static JsonObject settings(Connector connector) {
    JsonObject json = new JsonObject();
    connector
        .toPublicJson()
        .forEach(
            member -> {
              if (!NOT_SET.contains(member.getKey()) && !isNothing(member.getValue())) {
                json.put(member.getKey(), member.getValue());
              }
            });
    return json;
  }

  private static boolean isNothing(@Nullable Object value) {
    return value == null
        || value.equals("")
        || value.equals(false)
        || (value instanceof JsonArray array && array.isEmpty());
  }

  private static JsonObject number(PhoneNumber number, Map<String, String> names) {
    String connectorId = number.connectorId();
    String name = connectorId == null ? null : names.get(connectorId);
    if (connectorId != null && name == null) {
      throw Problem.conflict(
          number.number() + " leads to " + connectorId + ", which is not in this project");
    }
    return number(number, name);
  }

  /** A number as the document has it. */
  static JsonObject number(PhoneNumber number, @Nullable String connectorName) {
    return new JsonObject()
        .put("number", number.number())
        .put("clientEnv", number.clientEnv())
        .put("connector", connectorName);
  }
}
