package io.callmesh.standalone;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.runtime.bus.MeshBus;
import io.callmesh.standalone.ProcessMesh.Service;
import io.callmesh.standalone.ReplicaClient.Answer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two replicas of handoff-service and a broker, killed at random while handoffs are stored and
 * read: nothing that was acknowledged is missing at any replica, then or later, and no answer is
 * wrong.
 */
class HandoffChaosIT {
  /** Another at each run; {@code -Dcallmesh.chaos.seed} repeats one. */
  private static final long SEED = Long.getLong("callmesh.chaos.seed", System.currentTimeMillis());

  private static final int HANDOFFS = 200;
  private static final int AT_ONCE = 16;
  private static final int KILLED = 128 + 9;

  /** Who is killed in a round; each is started again at once. */
  private enum Blow {
    REPLICA,
    BROKER,
    BOTH;

    /** Three times the broker and three times a replica, in any order. */
    static List<Blow> shuffled(Random random) {
      List<Blow> blows = new ArrayList<>(List.of(REPLICA, BROKER, BOTH, BOTH));
      Collections.shuffle(blows, random);
      return blows;
    }
  }

  private final Random random = new Random(SEED);

  @Test
  @Timeout(240)
  void losesNothingThatItAcknowledgedWhoeverIsKilled(@TempDir Path data) throws Exception {
    ProcessMesh mesh = ProcessMesh.start(data, "handoff-service", "handoff-service");
    Vertx vertx = MeshBus.join(mesh.membership(), 1).await(30, SECONDS);
    System.out.println("chaos seed " + SEED);
    try {
      HandoffBurst burst = new HandoffBurst(vertx, AT_ONCE);
      List<ReplicaClient> replicas =
          mesh.services().stream()
              .map(service -> new ReplicaClient(vertx, service.port(), AT_ONCE))
              .toList();
      HandoffWitness witness = new HandoffWitness(vertx, burst, replicas, SEED);
      witness.start();
      List<Blow> blows = Blow.shuffled(random);
      for (Blow blow : blows) {
        round(mesh, burst, blow, HANDOFFS / blows.size());
      }
      witness.stop().await(60, SECONDS);

      assertThat(witness.wrong()).isEmpty();
      assertThat(witness.unanswered()).isZero();
      assertThat(witness.right()).isPositive();
      assertThat(witness.refused()).isPositive();
      assertThat(burst.acknowledged()).hasSizeGreaterThan(HANDOFFS / 2);
      assertThat(burst.acknowledged().size() + burst.givenUp().size()).isEqualTo(HANDOFFS);
      for (ReplicaClient replica : replicas) {
        hasEveryAcknowledged(replica, burst.acknowledged());
        hasNothingWrong(replica, burst.givenUp());
      }
    } catch (Throwable failure) {
      System.err.println("chaos seed " + SEED + "\n" + mesh.output());
      throw failure;
    } finally {
      mesh.kill();
      vertx.close().await(30, SECONDS);
    }
  }

  /** Some handoffs, in the midst of which somebody dies and is started again. */
  private void round(ProcessMesh mesh, HandoffBurst burst, Blow blow, int handoffs)
      throws Exception {
    List<JavaProcess> victims = new ArrayList<>();
    if (blow != Blow.REPLICA) {
      victims.add(mesh.broker());
    }
    Service replica = mesh.services().get(random.nextInt(mesh.services().size()));
    if (blow != Blow.BROKER) {
      victims.add(replica.process());
    }
    int trigger = 1 + random.nextInt(handoffs - AT_ONCE);
    Future<Integer> stored =
        burst.run(handoffs, trigger, () -> victims.forEach(JavaProcess::sendKill));
    for (JavaProcess victim : victims) {
      assertThat(victim.awaitExit()).isEqualTo(KILLED);
    }
    startAgain(mesh, blow, replica);
    assertThat(stored.await(60, SECONDS)).as("under way when they died").isEqualTo(AT_ONCE - 1);
  }

  private static void startAgain(ProcessMesh mesh, Blow blow, Service replica) throws Exception {
    if (blow == Blow.REPLICA) {
      mesh.startAgain(replica);
    } else if (blow == Blow.BROKER) {
      mesh.launchBrokerAgain().awaitReady();
    } else {
      JavaProcess broker = mesh.launchBrokerAgain();
      Service started = mesh.launchAgain(replica);
      broker.awaitReady();
      awaitOrStartAgain(mesh, started);
    }
  }

  /** One that waited in vain for the broker has ended, and is started again as a pod would be. */
  private static void awaitOrStartAgain(ProcessMesh mesh, Service started) throws Exception {
    try {
      started.process().awaitReady();
    } catch (ExecutionException endedWithoutBroker) {
      mesh.startAgain(started);
    }
  }

  private static void hasEveryAcknowledged(ReplicaClient replica, List<Outcome> acknowledged)
      throws Exception {
    for (Outcome handoff : acknowledged) {
      for (String name : HandoffWitness.names(handoff)) {
        Answer answer = replica.get(name).await(30, SECONDS);
        assertThat(HandoffWitness.isRight(handoff, answer)).as(name + " " + answer).isTrue();
      }
      Answer receipts =
          replica.get("/v1/handoff_state/receipts?id=" + handoff.callSid()).await(30, SECONDS);
      assertThat(receipts.status()).as(receipts.toString()).isEqualTo(200);
      assertThat(steps(receipts)).contains("requested", "stored");
    }
  }

  /** The steps of the one handoff that each of these calls has. */
  private static List<String> steps(Answer receipts) {
    assertThat(receipts.body().getJsonArray("handoffs")).hasSize(1);
    return receipts
        .body()
        .getJsonArray("handoffs")
        .getJsonObject(0)
        .getJsonArray("receipts")
        .stream()
        .map(step -> ((JsonObject) step).getString("step"))
        .toList();
  }

  /** What nobody acknowledged may have come to pass, or not. */
  private static void hasNothingWrong(ReplicaClient replica, List<Outcome> givenUp)
      throws Exception {
    for (Outcome handoff : givenUp) {
      for (String name : HandoffWitness.names(handoff)) {
        Answer answer = replica.get(name).await(30, SECONDS);
        boolean absent = answer.status() == 404;
        assertThat(absent || HandoffWitness.isRight(handoff, answer))
            .as(name + " " + answer)
            .isTrue();
      }
    }
  }
}
