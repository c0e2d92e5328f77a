package io.callmesh.worker.session;

import static io.callmesh.worker.session.FakeAgent.play;
import static io.callmesh.worker.session.FakeAgent.say;
import static io.callmesh.worker.session.SessionRig.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.connector.AgentEndpoint;
import io.callmesh.contracts.connector.AgentEndpoint.Protocol;
import io.callmesh.contracts.connector.AudioFormat;
import io.callmesh.contracts.event.CallEventType;
import io.callmesh.contracts.frame.FrameKind;
import io.callmesh.contracts.session.StreamEnd;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a session tells for the call's events. */
@Timeout(30)
class SessionEventsTest {
  private static final JsonObject CLEAR = new JsonObject().put("type", "clear");

  private final SessionRig rig;
  private final FakeAgent agent;

  SessionEventsTest() throws Exception {
    rig = new SessionRig();
    agent = new FakeAgent(rig.vertx);
  }

  @BeforeEach
  void connector() {
    rig.agent(1, Protocol.CALLMESH, agent.url(), false);
  }

  @AfterEach
  void stop() throws Exception {
    rig.close();
  }

  @Test
  void publishesWhatTheAgentTells() throws Exception {
    ServerWebSocket socket = opened();

    say(
        socket,
        new JsonObject()
            .put("type", "transcript")
            .put("role", "caller")
            .put("text", "my card number")
            .put("final", false));
    say(
        socket,
        new JsonObject()
            .put("type", "event")
            .put("name", "intent")
            .put("data", new JsonObject().put("intent", "billing")));

    assertThat(rig.told(CallEventType.AGENT_TRANSCRIPT))
        .isEqualTo(
            new JsonObject()
                .put("conversationId", "conv-1")
                .put("connectorId", "conn-1")
                .put("role", "caller")
                .put("text", "my card number")
                .put("final", false));
    assertThat(rig.told(CallEventType.AGENT_EVENT))
        .isEqualTo(
            new JsonObject()
                .put("conversationId", "conv-1")
                .put("connectorId", "conn-1")
                .put("name", "intent")
                .put("data", new JsonObject().put("intent", "billing")));
  }

  @Test
  void masksWhatTheConnectorCallsSensitive() throws Exception {
    AgentEndpoint endpoint =
        new AgentEndpoint(Protocol.CALLMESH, agent.url(), AudioFormat.MULAW_8000);
    rig.agent(1, endpoint, false, Set.of("card"));
    ServerWebSocket socket = opened();

    socket.writeTextMessage(
        "{\"type\":\"event\",\"name\":\"paid\","
            + "\"data\":{\"n\":1.5,\"by\":[{\"card\":{\"pan\":\"4111\"}}]}}");

    assertThat(rig.told(CallEventType.AGENT_EVENT).getJsonObject("data"))
        .isEqualTo(new JsonObject("{\"n\":1.5,\"by\":[{\"card\":\"[masked]\"}]}"));
  }

  @Test
  void letsNoAgentFillTheTopic() throws Exception {
    ServerWebSocket socket = opened();
    JsonObject chatter = new JsonObject().put("type", "event").put("name", "chatter");
    int sent = 5_000;

    for (int i = 0; i < sent; i++) {
      say(socket, chatter);
    }
    say(socket, new JsonObject().put("type", "mark").put("name", "last"));
    rig.until(1, FrameKind.MARK);
    hangUp();

    JsonObject summary = rig.told(CallEventType.SESSION_ENDED);
    double dropped = rig.registry.counter("callmesh.worker.agent.events.dropped").count();
    assertThat(dropped).isBetween(1.0, sent - (double) AgentNews.BURST);
    assertThat(summary.getInteger("eventsDropped")).isEqualTo((int) dropped);
  }

  @Test
  void saysAtTheEndWhatTheSessionWasLike() throws Exception {
    ServerWebSocket first = opened();
    SessionRig.await(first.close((short) 1011));
    ServerWebSocket socket = agent.next();
    assertThat(agent.texts.take().getBoolean("resume")).isTrue();
    rig.audio(1, bytes(160, 1));
    rig.audio(1, bytes(160, 1));
    agent.audio.take();
    agent.audio.take();
    play(socket, bytes(160, 1));
    say(socket, mark("heard"));
    rig.signal(1, FrameKind.MARK, rig.until(1, FrameKind.MARK).text());
    assertThat(agent.texts.take().getBoolean("played")).isTrue();
    play(socket, bytes(24_000, 1));
    say(socket, mark("cut"));
    say(socket, CLEAR);
    rig.until(1, FrameKind.CLEAR);
    hangUp();

    JsonObject summary = rig.told(CallEventType.SESSION_ENDED);
    assertThat(summary.getString("reason")).isEqualTo("caller_hung_up");
    assertThat(summary.getString("conversationId")).isEqualTo("conv-1");
    assertThat(summary.getString("connectorId")).isEqualTo("conn-1");
    assertThat(summary.getString("streamSid")).isEqualTo(SessionRig.streamSid(1));
    assertThat(summary.getString("protocol")).isEqualTo("callmesh");
    assertThat(summary.getLong("durationMs")).isZero(); // by the test's clock
    assertThat(summary.getInteger("framesFromCaller")).isEqualTo(2);
    assertThat(summary.getInteger("framesToCaller")).isBetween(50, 151);
    assertThat(summary.getInteger("playoutHighMs")).isBetween(1_000, 3_000);
    assertThat(summary.getInteger("marksPlayed")).isEqualTo(1);
    assertThat(summary.getInteger("marksCleared")).isEqualTo(1);
    assertThat(summary.getInteger("clears")).isEqualTo(1);
    assertThat(summary.getInteger("redials")).isEqualTo(1);
    assertThat(summary.getInteger("throttles")).isZero();
    assertThat(summary.getJsonObject("droppedMs")).isEmpty();
    JsonObject delay = summary.getJsonObject("toAgentDelay");
    assertThat(delay.getInteger("count")).isEqualTo(2);
    assertThat(delay.getJsonArray("counts")).hasSize(11).isNotEqualTo(new JsonArray());
  }

  private void hangUp() {
    rig.signal(1, FrameKind.END, StreamEnd.CALLER_HUNG_UP.text());
  }

  private ServerWebSocket opened() throws Exception {
    rig.open(1);
    ServerWebSocket socket = agent.next();
    assertThat(agent.texts.take().getString("type")).isEqualTo("session.start");
    return socket;
  }

  private static JsonObject mark(String name) {
    return new JsonObject().put("type", "mark").put("name", name);
  }
}
