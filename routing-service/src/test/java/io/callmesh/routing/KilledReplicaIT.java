package io.callmesh.routing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.broker.EmbeddedBroker;
import io.callmesh.runtime.service.MeshProcess;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a replica has acknowledged outlives it. */
class KilledReplicaIT {
  private static final String BASE = "/v1/agents/burst/telephony";
  private static final int REQUESTS = 200;
  private static final int BEFORE_THE_KILL = 40;

  private final Queue<String> connectors = new ConcurrentLinkedQueue<>();
  private final Queue<String> numbers = new ConcurrentLinkedQueue<>();

  @Test
  void keepsEveryChangeThatAKilledReplicaAcknowledged(@TempDir Path data) throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start(data)) {
      Map<String, String> cluster = Replica.cluster(Replica.freePort());
      MeshProcess survivor = Replica.start(broker, cluster).await(60, SECONDS);
      Process victim = Replica.fork(broker, cluster);
      try (BufferedReader output = victim.inputReader(UTF_8)) {
        int port = Replica.awaitPort(output);

        burst(new DocumentedApi(() -> port, Replica.ADMIN_API_KEY), victim);

        assertThat(connectors.size() + numbers.size()).isBetween(BEFORE_THE_KILL, REQUESTS - 1);
        hasEverything(survivor);
        takesChanges(survivor);
        MeshProcess restarted = Replica.start(broker, cluster).await(60, SECONDS);
        hasEverything(restarted);
        restarted.stop().await(30, SECONDS);
      } finally {
        assertThat(victim.destroyForcibly().waitFor(30, SECONDS)).isTrue();
        survivor.stop().await(30, SECONDS);
      }
    }
  }

  private void burst(DocumentedApi api, Process victim) throws Exception {
    CountDownLatch enough = new CountDownLatch(BEFORE_THE_KILL);
    List<CompletableFuture<?>> all = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      boolean connector = i % 2 == 0;
      String number = "+1418555%04d".formatted(i);
      all.add(
          (connector
                  ? api.sendLater("POST", BASE + "/connectors", "{\"name\":\"c" + i + "\"}")
                  : api.sendLater("POST", BASE + "/phone-numbers", imported(number)))
              .thenAccept(reply -> acknowledged(reply, connector, number))
              .thenRun(enough::countDown)
              .exceptionally(killed -> null));
    }
    assertThat(enough.await(60, SECONDS)).isTrue();
    assertThat(victim.destroyForcibly().waitFor(30, SECONDS)).isTrue();
    CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(60, SECONDS);
  }

  private static String imported(String number) {
    return new JsonObject().put("phoneNumbers", new JsonArray().add(number)).encode();
  }

  private void acknowledged(DocumentedApi.Reply reply, boolean connector, String number) {
    JsonObject answer = reply.json(201);
    if (connector) {
      connectors.add(answer.getString("connectorId"));
    } else {
      numbers.add(number);
    }
  }

  private void hasEverything(MeshProcess replica) {
    DocumentedApi api = new DocumentedApi(replica::port, Replica.ADMIN_API_KEY);
    for (String id : connectors) {
      assertThat(api.get(BASE + "/connectors/" + id).status()).isEqualTo(200);
    }
    for (String number : numbers) {
      assertThat(api.get(BASE + "/phone-numbers/" + number).status()).isEqualTo(200);
    }
  }

  /** Also when it was the other one's turn as it died. */
  private static void takesChanges(MeshProcess replica) {
    DocumentedApi api = new DocumentedApi(replica::port, Replica.ADMIN_API_KEY);
    assertThat(api.post(BASE + "/connectors", new JsonObject().put("name", "after")).status())
        .isEqualTo(201);
  }
}
