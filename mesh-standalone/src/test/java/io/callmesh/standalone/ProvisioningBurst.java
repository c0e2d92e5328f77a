package io.callmesh.standalone;

import io.callmesh.contracts.connector.PhoneNumber;
import io.callmesh.standalone.ReplicaClient.Answer;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Provisioning scripts that run at once against one replica until it answers no more, and a ledger
 * of what they were told. Each script changes things of its own alone, one after the other, so that
 * the last answer about a thing tells how it is. All of it happens on one event loop; the ledger is
 * for reading when {@link #run} is done.
 */
final class ProvisioningBurst {
  /** A connector's, but for its name. */
  private static final JsonObject CONNECTOR = DemoConnector.body("wss://agent.example.com/");

  private final ProvisioningClient replica;
  private final int scripts;
  private final int acknowledgements;
  private final Runnable then;

  private final Map<String, JsonObject> connectors = new HashMap<>();
  private final Map<String, JsonObject> numbers = new HashMap<>();
  private final Set<String> unansweredConnectors = new HashSet<>();
  private final Map<String, JsonObject> unansweredNumbers = new HashMap<>();
  private final List<String> refusals = new ArrayList<>();
  private int acknowledged;
  private int underWay;
  private int underWayThen;

  /**
   * @param acknowledgements after so many {@code then} runs, once, on the event loop
   */
  ProvisioningBurst(ProvisioningClient replica, int scripts, int acknowledgements, Runnable then) {
    this.replica = replica;
    this.scripts = scripts;
    this.acknowledgements = acknowledgements;
    this.then = then;
  }

  /** Runs the scripts; succeeds when each has got no answer or one that it does not expect. */
  Future<Void> run(Vertx vertx) {
    Promise<Void> over = Promise.promise();
    vertx.runOnContext(
        loop -> {
          List<Future<Void>> ends = new ArrayList<>();
          for (int place = 0; place < scripts; place++) {
            ends.add(round(place, 0, ""));
          }
          Future.join(ends).onComplete(ended -> over.complete());
        });
    return over.future();
  }

  /** A connector, two numbers, the first of them led there and then elsewhere; and again. */
  private Future<Void> round(int place, int round, String connectorBefore) {
    String name = "script " + place + ", round " + round;
    String first = "+1555%02d%04d1".formatted(place, round);
    String second = "+1555%02d%04d2".formatted(place, round);
    return create(name)
        .compose(
            connectorId ->
                importNumbers(List.of(first, second))
                    .compose(imported -> assign(first, connectorId))
                    .compose(
                        assigned ->
                            connectorBefore.isEmpty()
                                ? Future.succeededFuture()
                                : assign(first, connectorBefore))
                    .compose(assigned -> round(place, round + 1, connectorId)));
  }

  private Future<String> create(String name) {
    return step(
            201,
            () -> replica.createConnector(CONNECTOR.copy().put("name", name)),
            this::created,
            () -> unansweredConnectors.add(name))
        .map(connector -> connector.getString("connectorId"));
  }

  private void created(JsonObject answer) {
    JsonObject connector = answer.copy();
    connector.remove("connectorToken");
    connectors.put(connector.getString("connectorId"), connector);
  }

  private Future<JsonObject> importNumbers(List<String> some) {
    JsonObject body =
        new JsonObject()
            .put("phoneNumbers", new JsonArray(some))
            .put("accountId", CONNECTOR.getString("accountId"));
    return step(
        201,
        () -> replica.importNumbers(body),
        answer -> answer.getJsonArray("imported").forEach(one -> told((JsonObject) one)),
        () -> some.forEach(number -> unansweredNumbers.put(number, asImported(number))));
  }

  private static JsonObject asImported(String number) {
    return new PhoneNumber(
            number, ProvisioningClient.PROJECT, CONNECTOR.getString("accountId"), "live", null)
        .toJson();
  }

  private Future<JsonObject> assign(String number, String connectorId) {
    return step(
        200,
        () -> replica.assign(number, connectorId),
        this::told,
        () -> unansweredNumbers.put(number, asImported(number).put("connectorId", connectorId)));
  }

  private void told(JsonObject number) {
    numbers.put(number.getString("number"), number);
  }

  private Future<JsonObject> step(
      int expected,
      Supplier<Future<Answer>> request,
      Consumer<JsonObject> ledger,
      Runnable unanswered) {
    underWay++;
    return request
        .get()
        .onComplete(
            ended -> {
              underWay--;
              if (ended.failed()) {
                unanswered.run();
              }
            })
        .map(answer -> accepted(answer, expected, ledger));
  }

  private JsonObject accepted(Answer answer, int expected, Consumer<JsonObject> ledger) {
    if (answer.status() != expected) {
      refusals.add(answer.toString());
      throw new IllegalStateException("refused");
    }
    ledger.accept(answer.body());
    if (++acknowledged == acknowledgements) {
      underWayThen = underWay;
      then.run();
    }
    return answer.body();
  }

  /** Acknowledged connectors by id, as the API showed them. */
  Map<String, JsonObject> connectors() {
    return connectors;
  }

  /** Acknowledged numbers, as the API showed each last. */
  Map<String, JsonObject> numbers() {
    return numbers;
  }

  /** Names of connectors whose creation was not answered. */
  Set<String> unansweredConnectors() {
    return unansweredConnectors;
  }

  /** Numbers whose last change was not answered, as it would have made them. */
  Map<String, JsonObject> unansweredNumbers() {
    return unansweredNumbers;
  }

  /** Answers that no script expects. */
  List<String> refusals() {
    return refusals;
  }

  /** How many requests had no answer yet when the acknowledgements were complete. */
  int underWayThen() {
    return underWayThen;
  }
}
