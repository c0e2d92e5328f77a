package io.callmesh.routing.project;

import io.callmesh.contracts.Ids;
import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.connector.PhoneNumber;
import io.callmesh.contracts.security.IssuedSecret;
import io.callmesh.routing.connector.ConnectorCheck;
import io.callmesh.routing.connector.ConnectorForm;
import io.callmesh.routing.connector.Connectors;
import io.callmesh.routing.connector.ProjectLimits;
import io.callmesh.runtime.web.Fault;
import io.callmesh.runtime.web.Problem;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What has to be written so that a project is as a document says, and how to tell it. A document
 * that says what already is gives an empty plan.
 */
final class ConfigPlan {
  private final ProjectState state;
  private final Connectors tables;
  private final Instant now;
  private final List<Fault> faults = new ArrayList<>();
  private final JsonArray changes = new JsonArray();
  private final Map<String, IssuedSecret> tokens = new LinkedHashMap<>();
  private final Map<String, Connector> byName = new LinkedHashMap<>();
  private final List<Connector> stored = new ArrayList<>();
  private final List<Connector> removed = new ArrayList<>();
  private final List<PhoneNumber> numbersStored = new ArrayList<>();
  private final List<PhoneNumber> numbersRemoved = new ArrayList<>();

  private ConfigPlan(ProjectState state, Connectors tables, Instant now) {
    this.state = state;
    this.tables = tables;
    this.now = now;
  }

  /**
   * Plans, or refuses with a {@link Problem}.
   *
   * @param document valid by the API's schema
   */
  static ConfigPlan of(ProjectState state, Connectors tables, JsonObject document, Instant now) {
    ConfigPlan plan = new ConfigPlan(state, tables, now);
    plan.connectors(objects(document.getJsonArray("connectors")));
    plan.numbers(objects(document.getJsonArray("phoneNumbers")));
    if (!plan.faults.isEmpty()) {
      throw Problem.invalid(plan.faults);
    }
    plan.mustFit();
    return plan;
  }

  private static List<JsonObject> objects(JsonArray array) {
    return array.stream().map(JsonObject.class::cast).toList();
  }

  private void fault(String pointer, String detail) {
    faults.add(Fault.at(pointer, detail));
  }

  // Connectors.

  private void connectors(List<JsonObject> said) {
    Set<String> names = new HashSet<>();
    Set<String> ids = new HashSet<>();
    Map<Integer, Connector> befores = new HashMap<>();
    Set<String> named =
        said.stream().map(one -> one.getString("connectorId", "")).collect(Collectors.toSet());
    for (int i = 0; i < said.size(); i++) {
      String pointer = "#/connectors/" + i;
      unique(names, pointer + "/name", said.get(i).getString("name"));
      unique(ids, pointer + "/connectorId", said.get(i).getString("connectorId"));
      Connector before = before(said.get(i), pointer, named);
      if (before != null) {
        befores.put(i, before);
      }
    }
    state.connectors().stream()
        .filter(connector -> !befores.containsValue(connector))
        .forEach(removed::add);
    for (int i = 0; i < said.size(); i++) {
      after(said.get(i), befores.get(i));
    }
    check(said);
    removed.forEach(connector -> change("connector", connector.name(), "delete", new JsonArray()));
  }

  private void unique(Set<String> seen, String pointer, @Nullable String value) {
    if (value != null && !seen.add(value)) {
      fault(pointer, "must not be there twice, was '" + value + "'");
    }
  }

  /** The connector that is meant; null for a new one. */
  private @Nullable Connector before(JsonObject said, String pointer, Set<String> named) {
    String id = said.getString("connectorId");
    if (id == null) {
      return byName(said.getString("name"), pointer, named);
    }
    Connector here = withId(id);
    if (here == null && tables.get(id).isPresent()) {
      fault(pointer + "/connectorId", "belongs to another project or account: '" + id + "'");
    }
    return here;
  }

  private @Nullable Connector withId(String id) {
    return state.connectors().stream()
        .filter(connector -> connector.connectorId().equals(id))
        .findFirst()
        .orElse(null);
  }

  private @Nullable Connector byName(String name, String pointer, Set<String> named) {
    List<Connector> meant =
        state.connectors().stream()
            .filter(connector -> connector.name().equals(name))
            .filter(connector -> !named.contains(connector.connectorId()))
            .toList();
    if (meant.size() > 1) {
      fault(pointer + "/name", "is the name of several connectors; give the connectorId too");
    }
    return meant.isEmpty() ? null : meant.get(0);
  }

  private void after(JsonObject said, @Nullable Connector before) {
    String name = said.getString("name");
    byName.put(name, before == null ? created(name, said) : updated(name, said, before));
  }

  private Connector created(String name, JsonObject said) {
    String id = said.getString("connectorId", Ids.connector());
    IssuedSecret token = IssuedSecret.issue(IssuedSecret.CONNECTOR_TOKEN, id);
    Connector connector = ConnectorForm.created(said, state.account(), state.project(), token, now);
    tokens.put(name, token);
    stored.add(connector);
    change("connector", name, "create", new JsonArray());
    return connector;
  }

  private Connector updated(String name, JsonObject said, Connector before) {
    Connector after = ConnectorForm.replaced(before, said);
    JsonArray fields = FieldDiff.of(ProjectState.settings(before), ProjectState.settings(after));
    if (!fields.isEmpty()) {
      stored.add(after);
      change("connector", name, "update", fields);
    }
    return after;
  }

  /** Only what changes: what is stored already has been taken once. */
  private void check(List<JsonObject> said) {
    for (int i = 0; i < said.size(); i++) {
      Connector after = Objects.requireNonNull(byName.get(said.get(i).getString("name")));
      if (stored.contains(after)) {
        String pointer = "#/connectors/" + i;
        ConnectorCheck.faults(after, said.get(i).fieldNames(), this::willBeThere)
            .forEach(fault -> faults.add(fault.below(pointer)));
      }
    }
  }

  private boolean willBeThere(String connectorId) {
    boolean here = byName.values().stream().anyMatch(one -> one.connectorId().equals(connectorId));
    return here
        || tables
            .get(connectorId)
            .filter(one -> one.accountId().equals(state.account()) && !removed.contains(one))
            .isPresent();
  }

  // Numbers.

  private void numbers(List<JsonObject> said) {
    Set<String> seen = new HashSet<>();
    Map<String, PhoneNumber> befores =
        state.numbers().stream().collect(Collectors.toMap(PhoneNumber::number, number -> number));
    for (int i = 0; i < said.size(); i++) {
      String pointer = "#/phoneNumbers/" + i;
      String number = said.get(i).getString("number");
      unique(seen, pointer + "/number", number);
      number(said.get(i), pointer, befores.get(number));
    }
    befores.values().stream()
        .filter(number -> !seen.contains(number.number()))
        .sorted(Comparator.comparing(PhoneNumber::number))
        .forEach(this::remove);
  }

  private void remove(PhoneNumber number) {
    numbersRemoved.add(number);
    change("phoneNumber", number.number(), "delete", new JsonArray());
  }

  private void number(JsonObject said, String pointer, @Nullable PhoneNumber before) {
    String number = said.getString("number");
    if (before == null && tables.getNumber(number).isPresent()) {
      fault(pointer + "/number", "belongs to another project or account: '" + number + "'");
      return;
    }
    String name = said.getString("connector");
    Connector connector = name == null ? null : byName.get(name);
    if (name != null && connector == null) {
      fault(pointer + "/connector", "must be a connector of this document, was '" + name + "'");
      return;
    }
    PhoneNumber after =
        new PhoneNumber(
            number,
            state.project(),
            before == null || before.accountId().isEmpty() ? state.account() : before.accountId(),
            said.getString("clientEnv", "live"),
            connector == null ? null : connector.connectorId());
    compare(before, after, name);
  }

  private void compare(@Nullable PhoneNumber before, PhoneNumber after, @Nullable String name) {
    if (before == null) {
      numbersStored.add(after);
      change("phoneNumber", after.number(), "create", new JsonArray());
      return;
    }
    boolean same =
        before.clientEnv().equals(after.clientEnv())
            && Objects.equals(before.connectorId(), after.connectorId());
    if (!same) {
      JsonObject was = ProjectState.number(before, nameNow(before.connectorId()));
      numbersStored.add(after);
      change(
          "phoneNumber",
          after.number(),
          "update",
          FieldDiff.of(was, ProjectState.number(after, name)));
    }
  }

  /** A connector that was renamed is not another one. */
  private @Nullable String nameNow(@Nullable String connectorId) {
    if (connectorId == null) {
      return null;
    }
    return Stream.concat(byName.values().stream(), removed.stream())
        .filter(connector -> connector.connectorId().equals(connectorId))
        .map(Connector::name)
        .findFirst()
        .orElse(connectorId);
  }

  // What comes of it.

  private void change(String kind, String name, String change, JsonArray fields) {
    changes.add(
        new JsonObject()
            .put("kind", kind)
            .put("name", name)
            .put("change", change)
            .put("fields", fields));
  }

  private void mustFit() {
    int connectors = state.connectors().size() - removed.size();
    ProjectLimits.mustTakeConnectors(connectors, tokens.size());
    int known = state.numbers().size() - numbersRemoved.size();
    long added =
        numbersStored.stream()
            .filter(number -> tables.getNumber(number.number()).isEmpty())
            .count();
    ProjectLimits.mustTakeNumbers(known, (int) added);
  }

  List<Connector> stored() {
    return stored;
  }

  List<Connector> removed() {
    return removed;
  }

  List<PhoneNumber> numbersStored() {
    return numbersStored;
  }

  List<PhoneNumber> numbersRemoved() {
    return numbersRemoved;
  }

  boolean creates(Connector connector) {
    return tokens.values().stream().anyMatch(token -> token.id().equals(connector.connectorId()));
  }

  /** How many records are written. */
  int writes() {
    return stored.size() + removed.size() + numbersStored.size() + numbersRemoved.size();
  }

  /** The answer; new tokens are in it once they are good for something. */
  JsonObject told(boolean applied) {
    JsonObject issued = new JsonObject();
    if (applied) {
      tokens.forEach((name, token) -> issued.put(name, token.text().reveal()));
    }
    return new JsonObject().put("changes", changes).put("connectorTokens", issued);
  }
}
