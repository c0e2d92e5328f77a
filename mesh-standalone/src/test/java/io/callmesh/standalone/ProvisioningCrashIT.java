package io.callmesh.standalone;

import static java.util.concurrent.TimeUnit.SECONDS;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.standalone.ProcessMesh.Service;
import io.callmesh.standalone.ReplicaClient.Answer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two replicas of routing-service, of which one is killed with requests under way: what it had
 * acknowledged is at the other one at once, and at itself when it runs again.
 */
class ProvisioningCrashIT {
  private static final int SCRIPTS = 16;
  private static final int ACKNOWLEDGEMENTS = 300;
  private static final int KILLED = 128 + 9;
  private static final String NUMBER = "+442079460000";

  private final Vertx vertx = Vertx.vertx();

  @Test
  void keepsEveryAcknowledgedChangeOfAReplicaThatIsKilled(@TempDir Path data) throws Exception {
    ProcessMesh mesh = ProcessMesh.start(data, "routing-service", "routing-service");
    try {
      Service killed = mesh.services().get(0);
      ProvisioningClient other = client(mesh.services().get(1));
      ProvisioningBurst burst =
          new ProvisioningBurst(
              client(killed), SCRIPTS, ACKNOWLEDGEMENTS, killed.process()::sendKill);
      burst.run(vertx).await(60, SECONDS);

      holds(other, burst);
      assertThat(burst.refusals()).isEmpty();
      assertThat(burst.underWayThen()).isEqualTo(SCRIPTS - 1);
      assertThat(killed.process().awaitExit()).isEqualTo(KILLED);

      String written = write(other);
      ProvisioningClient again = client(mesh.startAgain(killed));
      assertThat(connectors(again))
          .isEqualTo(connectors(other))
          .containsAllEntriesOf(burst.connectors())
          .containsKey(written);
      assertThat(numbers(again)).isEqualTo(numbers(other)).containsKey(NUMBER);
    } catch (Throwable failure) {
      System.err.println(mesh.output());
      throw failure;
    } finally {
      mesh.kill();
      vertx.close().await(10, SECONDS);
    }
  }

  private ProvisioningClient client(Service service) {
    return new ProvisioningClient(new ReplicaClient(vertx, service.port(), SCRIPTS));
  }

  /** Everything acknowledged is there as it was acknowledged, and what else is there is whole. */
  private static void holds(ProvisioningClient replica, ProvisioningBurst burst) throws Exception {
    List<Future<Answer>> asked =
        burst.connectors().keySet().stream().map(replica::connector).toList();
    List<Answer> found = Future.all(asked).await(30, SECONDS).list();
    assertThat(found).allMatch(answer -> answer.status() == 200);
    assertThat(found)
        .extracting(Answer::body)
        .containsExactlyInAnyOrderElementsOf(burst.connectors().values());

    Map<String, JsonObject> numbers = numbers(replica);
    assertThat(numbers).containsKeys(burst.numbers().keySet().toArray(String[]::new));
    numbers.forEach((number, shown) -> assertThat(shown).isIn(possible(burst, number)));
    connectors(replica).forEach((id, shown) -> assertWhole(burst, id, shown));
  }

  /** As it was acknowledged last, or as the change would make it that was not answered. */
  private static List<JsonObject> possible(ProvisioningBurst burst, String number) {
    return Stream.of(burst.numbers(), burst.unansweredNumbers())
        .filter(ledger -> ledger.containsKey(number))
        .map(ledger -> ledger.get(number))
        .toList();
  }

  /** Acknowledged, or what another one of a script is but for what tells them apart. */
  private static void assertWhole(ProvisioningBurst burst, String id, JsonObject shown) {
    JsonObject acknowledged = burst.connectors().get(id);
    if (acknowledged != null) {
      assertThat(shown).isEqualTo(acknowledged);
    } else {
      assertThat(shown.getString("name")).isIn(burst.unansweredConnectors());
      assertThat(shown.getInstant("createdAt")).isNotNull();
      JsonObject any = burst.connectors().values().iterator().next();
      assertThat(withoutIdentity(shown)).isEqualTo(withoutIdentity(any));
    }
  }

  private static JsonObject withoutIdentity(JsonObject connector) {
    JsonObject rest = connector.copy();
    List.of("connectorId", "name", "createdAt").forEach(rest::remove);
    return rest;
  }

  /** A connector and a number that leads to it, made by what is left of the cluster. */
  private static String write(ProvisioningClient replica) throws Exception {
    JsonObject body = DemoConnector.body("wss://agent.example.com/").put("name", "afterwards");
    Answer created = replica.createConnector(body).await(30, SECONDS);
    assertThat(created.status()).as(created.toString()).isEqualTo(201);
    String connectorId = created.body().getString("connectorId");
    JsonObject numbers = new JsonObject().put("phoneNumbers", new JsonArray().add(NUMBER));
    assertThat(replica.importNumbers(numbers).await(30, SECONDS).status()).isEqualTo(201);
    assertThat(replica.assign(NUMBER, connectorId).await(30, SECONDS).status()).isEqualTo(200);
    return connectorId;
  }

  private static Map<String, JsonObject> connectors(ProvisioningClient replica) throws Exception {
    return byName(replica.connectors().await(30, SECONDS), "connectors", "connectorId");
  }

  private static Map<String, JsonObject> numbers(ProvisioningClient replica) throws Exception {
    return byName(replica.numbers().await(30, SECONDS), "phoneNumbers", "number");
  }

  private static Map<String, JsonObject> byName(Answer list, String things, String name) {
    assertThat(list.status()).isEqualTo(200);
    return list.body().getJsonArray(things).stream()
        .map(JsonObject.class::cast)
        .collect(toMap(thing -> thing.getString(name), thing -> thing));
  }
}
