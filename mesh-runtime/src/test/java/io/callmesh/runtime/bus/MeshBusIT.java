package io.callmesh.runtime.bus;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipAdapter;
import com.hazelcast.cluster.MembershipEvent;
import io.callmesh.contracts.bus.FailureCode;
import io.callmesh.contracts.frame.Frame;
import io.callmesh.contracts.frame.FrameKind;
import io.callmesh.contracts.handoff.FindOutcome;
import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.Transcript;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.JsonObject;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The bus of one process, and of two nodes of a cluster on loopback. */
class MeshBusIT {
  private static final String HOST = "127.0.0.1";

  private static final Outcome OUTCOME =
      new Outcome(
          "CA1",
          "AC1",
          "conv-1",
          "conn-1",
          "acme",
          "project",
          Outcome.Kind.HANDOFF,
          null,
          "needs_human",
          "Einen Moment, bitte — ich verbinde.",
          true,
          null,
          HandoffData.of(
              new JsonObject()
                  .put("nested", new JsonObject().put("n", 1.5))
                  .put("text", "日本 \u0000")),
          Transcript.EMPTY,
          Instant.parse("2026-11-23T00:00:00Z"),
          null);

  @Test
  void carriesFramesInsideAProcessAsTheyAre() throws Exception {
    Vertx vertx = MeshBus.join(ClusterConfig.alone(), 1).await(10, SECONDS);
    Frame sent = audio();
    Future<Frame> received = next(vertx, "frames");

    vertx.eventBus().send("frames", sent);

    assertThat(received.await(10, SECONDS)).isSameAs(sent);
    assertThat(vertx.isClustered()).isFalse();
    vertx.close().await(10, SECONDS);
  }

  @Test
  void carriesFramesAndRecordsBetweenNodesAndMissesTheOneThatLeaves() throws Exception {
    int port = freePort();
    Vertx one = MeshBus.join(cluster(port), 1).await(30, SECONDS);
    Vertx two = MeshBus.join(cluster(port), 1).await(30, SECONDS);
    try {
      assertThat(manager(one).getNodes()).hasSize(2).isEqualTo(manager(two).getNodes());
      assertThat(
              manager(one)
                  .getHazelcastInstance()
                  .getConfig()
                  .getNetworkConfig()
                  .getJoin()
                  .getMulticastConfig()
                  .isEnabled())
          .isFalse();

      Frame sent = audio();
      Future<Frame> received = next(two, "frames");
      one.eventBus().send("frames", sent);
      Frame frame = received.await(10, SECONDS);
      assertThat(frame).isNotSameAs(sent);
      assertThat(frame.payload()).isEqualTo(sent.payload());
      assertThat(frame).usingRecursiveComparison().ignoringFields("madeNanos").isEqualTo(sent);

      two.eventBus()
          .<FindOutcome>consumer("find", request -> request.reply(OUTCOME))
          .completion()
          .await(10, SECONDS);
      Object reply =
          one.eventBus().request("find", new FindOutcome("CA1")).await(10, SECONDS).body();
      assertThat(reply).isEqualTo(OUTCOME).isNotSameAs(OUTCOME);

      Future<Member> left = leaving(one);
      Member leaver = manager(two).getHazelcastInstance().getCluster().getLocalMember();
      two.close().await(30, SECONDS);
      assertThat(left.await(30, SECONDS)).isEqualTo(leaver);
      assertThatThrownBy(
              () -> one.eventBus().request("find", new FindOutcome("CA1")).await(30, SECONDS))
          .satisfies(cause -> assertThat(FailureCode.of(cause)).isEqualTo(FailureCode.UNAVAILABLE));
    } finally {
      two.close().await(30, SECONDS);
      one.close().await(30, SECONDS);
    }
  }

  private static Frame audio() {
    byte[] payload = new byte[Frame.AUDIO_BYTES];
    for (int i = 0; i < payload.length; i++) {
      payload[i] = (byte) (i * 7);
    }
    return new Frame(0x8000_0000_0000_0001L, FrameKind.AUDIO, -1, 123_456_789_012L, payload);
  }

  private static Future<Frame> next(Vertx vertx, String address) throws Exception {
    Promise<Frame> received = Promise.promise();
    vertx
        .eventBus()
        .<Frame>consumer(address, message -> received.tryComplete(message.body()))
        .completion()
        .await(10, SECONDS);
    return received.future();
  }

  private static Future<Member> leaving(Vertx vertx) {
    Promise<Member> left = Promise.promise();
    manager(vertx)
        .getHazelcastInstance()
        .getCluster()
        .addMembershipListener(
            new MembershipAdapter() {
              @Override
              public void memberRemoved(MembershipEvent event) {
                left.tryComplete(event.getMember());
              }
            });
    return left.future();
  }

  private static ClusterConfig cluster(int port) {
    return new ClusterConfig(
        ClusterConfig.Mode.TCP, List.of(HOST + ":" + port), null, port, HOST, 0);
  }

  private static HazelcastClusterManager manager(Vertx vertx) {
    return (HazelcastClusterManager) ((VertxInternal) vertx).clusterManager();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
