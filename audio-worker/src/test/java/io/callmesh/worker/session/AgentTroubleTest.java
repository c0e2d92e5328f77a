package io.callmesh.worker.session;

import static io.callmesh.worker.session.FakeAgent.play;
import static io.callmesh.worker.session.FakeAgent.say;
import static io.callmesh.worker.session.SessionRig.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.connector.AgentEndpoint;
import io.callmesh.contracts.connector.AgentEndpoint.Protocol;
import io.callmesh.contracts.connector.AudioFormat;
import io.callmesh.contracts.connector.AudioFormat.Encoding;
import io.callmesh.contracts.frame.FrameKind;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SelfSignedCertificate;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Agents that send nonsense, huge messages, or more than anybody can use. */
@Timeout(60)
class AgentTroubleTest {
  private static final int MEBIBYTE = 1 << 20;
  private static final int AUDIO_BYTES = 64 * 1024;
  private static final JsonObject CLEAR = new JsonObject().put("type", "clear");

  private final SessionRig rig;
  private final FakeAgent agent;
  private final FakeAgent other;

  AgentTroubleTest() throws Exception {
    rig = new SessionRig();
    agent = new FakeAgent(rig.vertx);
    other = new FakeAgent(rig.vertx);
    rig.agent(1, Protocol.CALLMESH, agent.url(), false);
    rig.agent(2, Protocol.CALLMESH, other.url(), false);
  }

  @AfterEach
  void stop() throws Exception {
    rig.close();
  }

  private enum Flood {
    TEXT {
      @Override
      void send(ServerWebSocket to) {
        to.writeTextMessage("{\"type\":\"from.the.future\"}");
      }
    },
    AUDIO {
      @Override
      void send(ServerWebSocket to) {
        to.writeBinaryMessage(Buffer.buffer(new byte[AUDIO_BYTES]));
      }
    },
    PINGS {
      @Override
      void send(ServerWebSocket to) {
        to.writePing(Buffer.buffer("12345678"));
      }
    },
    PIECES {
      @Override
      void send(ServerWebSocket to) {
        to.writeFrame(WebSocketFrame.textFrame("{\"type\":", false));
        to.writeFrame(WebSocketFrame.continuationFrame(Buffer.buffer("\"?\"}"), true));
      }
    };

    abstract void send(ServerWebSocket to);
  }

  @ParameterizedTest
  @EnumSource
  void holdsBackAnAgentThatFloodsAndNobodyElse(Flood flood) throws Exception {
    ServerWebSocket flooding = opened(1, agent);
    ServerWebSocket well = opened(2, other);

    floodUntilHeldBack(flood, flooding);
    for (int i = 1; i <= 20; i++) {
      rig.audio(2, bytes(160, i));
      assertThat(other.audio.take()).containsOnly(i);
      play(well, bytes(160, i));
      assertThat(rig.sent(2).take().payload()).hasSize(160).containsOnly(i);
    }

    assertThat(flooding.isClosed()).isFalse();
  }

  @Test
  void readsOnWhenAFloodIsOver() throws Exception {
    ServerWebSocket socket = opened(1, agent);

    floodUntilHeldBack(Flood.TEXT, socket);
    say(socket, new JsonObject().put("type", "mark").put("name", "after"));

    assertThat(rig.until(1, FrameKind.MARK).text()).isEqualTo("0:after");
  }

  /** A minute of speech, in one piece or in frames of 20 ms, is no flood. */
  @Test
  void letsAWholeAnswerPassAtOnceAndTheClearBehindIt() throws Exception {
    AudioFormat pcm = new AudioFormat(Encoding.PCM_S16LE, 24_000);
    rig.agent(1, new AgentEndpoint(Protocol.CALLMESH, agent.url(), pcm), false);
    ServerWebSocket socket = opened(1, agent);

    for (int i = 0; i < 3_000; i++) {
      play(socket, new byte[960]);
    }
    say(socket, CLEAR);
    for (int i = 0; i < 3; i++) {
      play(socket, new byte[960_000]);
    }
    say(socket, CLEAR);
    rig.until(1, FrameKind.CLEAR);
    rig.until(1, FrameKind.CLEAR);

    assertThat(throttled()).isZero();
  }

  @Test
  void dialsAnAgentAgainThatSendsAHugeFrame() throws Exception {
    ServerWebSocket socket = opened(1, agent);

    socket.writeFrame(WebSocketFrame.binaryFrame(Buffer.buffer(new byte[MEBIBYTE + 1]), true));

    agent.next();
    assertThat(agent.texts.take().getBoolean("resume")).isTrue();
  }

  @Test
  void dialsAnAgentAgainThatSendsAHugeMessageInPieces() throws Exception {
    ServerWebSocket socket = opened(1, agent);

    socket.writeFrame(WebSocketFrame.binaryFrame(Buffer.buffer(new byte[MEBIBYTE / 2]), false));
    socket.writeFrame(
        WebSocketFrame.continuationFrame(Buffer.buffer(new byte[MEBIBYTE / 2 + 1]), true));

    agent.next();
    assertThat(agent.texts.take().getBoolean("resume")).isTrue();
  }

  @Test
  void dialsAnAgentAgainThatTalksNothingButNonsense() throws Exception {
    ServerWebSocket socket = opened(1, agent);

    for (int i = 0; i < 100; i++) {
      socket.writeTextMessage("nonsense");
    }

    agent.next();
    JsonObject message = agent.texts.take();
    while (message.getString("type").equals("error")) {
      message = agent.texts.take();
    }
    assertThat(message.getBoolean("resume")).isTrue();
    assertThat(socket.closeStatusCode()).isEqualTo((short) 1008);
  }

  @Test
  void forgivesNonsenseBetweenSense() throws Exception {
    ServerWebSocket socket = opened(1, agent);

    for (int i = 0; i < 300; i++) {
      socket.writeTextMessage("nonsense");
      if (i % 99 == 98) {
        play(socket, bytes(160, 1));
      }
    }
    say(socket, new JsonObject().put("type", "mark").put("name", "after"));

    rig.until(1, FrameKind.MARK);
    assertThat(agent.connections).isEmpty();
  }

  @Test
  void rescuesTheCallerFromAnAgentThatNeverTalksSense() throws Exception {
    SessionRig impatient = new SessionRig(Duration.ofMillis(500));
    try {
      FakeAgent mad = new FakeAgent(impatient.vertx);
      impatient.agent(1, Protocol.CALLMESH, mad.url(), false);
      impatient.vertx.setPeriodic(
          5,
          id -> {
            ServerWebSocket socket = mad.connections.poll();
            for (int i = 0; socket != null && i < 100; i++) {
              socket.writeTextMessage("nonsense");
            }
          });
      impatient.open(1);

      assertThat(impatient.storing.take().body().reason()).isEqualTo("agent_lost");
    } finally {
      impatient.close();
    }
  }

  /** No close frame, as when a machine or a network dies. */
  @ParameterizedTest
  @EnumSource
  void dialsAgainWhenTheConnectionIsCut(Protocol protocol) throws Exception {
    BlockingQueue<NetSocket> cuttable = new LinkedBlockingQueue<>();
    int port = proxyTo(agent.port(), cuttable);
    rig.agent(1, protocol, "ws://127.0.0.1:" + port + "/", false);
    rig.open(1);
    agent.next();
    assertThat(agent.texts.take()).isNotEmpty(); // so it is connected on the worker's side as well

    SessionRig.await(cuttable.take().close());
    ServerWebSocket again = agent.next();

    assertThat(again.isClosed()).isFalse();
    assertThat(rig.storing).isEmpty();
    assertThat(rig.registry.counter("callmesh.worker.agent.lost").count()).isEqualTo(1);
  }

  private int proxyTo(int port, BlockingQueue<NetSocket> accepted) throws Exception {
    NetClient client = rig.vertx.createNetClient();
    NetServer proxy =
        rig.vertx
            .createNetServer()
            .connectHandler(
                from -> {
                  from.pause();
                  accepted.add(from);
                  client
                      .connect(port, "127.0.0.1")
                      .onSuccess(
                          to -> {
                            to.handler(from::write);
                            from.handler(to::write).resume();
                          });
                });
    return SessionRig.await(proxy.listen(0, "127.0.0.1")).actualPort();
  }

  @Test
  void rescuesTheCallerFromAnAgentThatCannotProveItsName() throws Exception {
    SelfSignedCertificate certificate = SelfSignedCertificate.create("localhost");
    SessionRig impatient = new SessionRig(Duration.ofMillis(500));
    try {
      FakeAgent impostor =
          new FakeAgent(
              impatient.vertx,
              new HttpServerOptions().setSsl(true).setKeyCertOptions(certificate.keyCertOptions()));
      String url = "wss://localhost:" + impostor.port() + "/";
      impatient.agent(1, Protocol.CALLMESH, url, false);
      impatient.open(1);

      assertThat(impatient.storing.take().body().reason()).isEqualTo("agent_lost");
      assertThat(impostor.connections).isEmpty();
    } finally {
      impatient.close();
      certificate.delete();
    }
  }

  private void floodUntilHeldBack(Flood flood, ServerWebSocket to) {
    while (throttled() == 0) {
      if (to.writeQueueFull()) {
        Thread.onSpinWait();
      } else {
        flood.send(to);
      }
    }
  }

  private double throttled() {
    return rig.registry.counter("callmesh.worker.agent.throttled").count();
  }

  private ServerWebSocket opened(long key, FakeAgent by) throws Exception {
    rig.open(key);
    ServerWebSocket socket = by.next();
    assertThat(by.texts.take().getString("type")).isEqualTo("session.start");
    return socket;
  }
}
