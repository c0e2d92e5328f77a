package io.callmesh.worker.session;

import static io.callmesh.worker.session.FakeAgent.say;
import static io.callmesh.worker.session.SessionRig.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.bus.FailureCode;
import io.callmesh.contracts.connector.AgentEndpoint.Protocol;
import io.callmesh.contracts.event.CallEventType;
import io.callmesh.contracts.frame.FrameKind;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.session.StreamEnd;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls that end while nobody can store how. */
@Timeout(30)
class InlineHandoffTest {
  private static final Duration SOON = Duration.ofMillis(300);

  /** Longer than any answer takes. */
  private static final Duration LATE = Duration.ofSeconds(20);

  private static final JsonObject HANDOFF =
      new JsonObject()
          .put("type", "handoff")
          .put("destination", "billing")
          .put("context", new JsonObject("{\"state\":{\"handoff\":{\"id\":\"c-7\"}}}"));

  private SessionRig rig;
  private FakeAgent agent;
  private final BlockingQueue<Outcome> offered = new LinkedBlockingQueue<>();

  InlineHandoffTest() throws Exception {
    rig = new SessionRig(SOON, SOON);
    agent = new FakeAgent(rig.vertx);
  }

  @BeforeEach
  void listen() throws Exception {
    rig.agent(1, Protocol.CALLMESH, agent.url(), false);
    await(
        rig.vertx
            .eventBus()
            .<Outcome>consumer(Addresses.HANDOFF_OFFER, offer -> offered.add(offer.body()))
            .completion());
  }

  @AfterEach
  void stop() throws Exception {
    rig.close();
  }

  @Test
  void letsTheCallerGoWithTheHandoffThatCouldNotBeStored() throws Exception {
    ServerWebSocket socket = opened();

    say(socket, HANDOFF);
    Outcome asked = rig.storing.take().body(); // and never answered

    assertThat(offered.take()).isEqualTo(asked);
    assertThat(asked.state().text()).isEqualTo("{\"id\":\"c-7\"}");
    assertThat(agent.texts.take())
        .isEqualTo(
            new JsonObject()
                .put("type", "handoff.result")
                .put("accepted", false)
                .put("reason", "not_stored")
                .put("transfer", "inline"));
    played();
    assertThat(agent.texts.take().getString("reason")).isEqualTo("handed_off");
    assertThat(rig.told(CallEventType.SESSION_ENDED).getString("reason")).isEqualTo("handed_off");
    assertThat(rig.count("callmesh.worker.outcomes", "result", "offered")).isEqualTo(1);
    assertThat(offered).isEmpty();
  }

  @Test
  void offersAHangup() throws Exception {
    ServerWebSocket socket = opened();

    say(socket, new JsonObject().put("type", "hangup").put("reason", "done"));

    assertThat(offered.take().kind()).isEqualTo(Outcome.Kind.HANGUP);
    played();
    assertThat(agent.texts.take().getString("reason")).isEqualTo("agent_hung_up");
  }

  @Test
  void offersARescue() throws Exception {
    opened();

    agent.stop();

    assertThat(offered.take().reason()).isEqualTo("agent_lost");
    played();
    assertThat(rig.told(CallEventType.SESSION_ENDED).getString("reason")).isEqualTo("rescued");
  }

  /** The handoff is still wanted: no rescue comes between. */
  @Test
  void letsTheCallerGoThoughTheAgentHasDiedMeanwhile() throws Exception {
    ServerWebSocket socket = opened();

    say(socket, HANDOFF);
    rig.storing.take();
    agent.stop();

    assertThat(offered.take().destination()).isEqualTo("billing");
    played();
    assertThat(rig.told(CallEventType.SESSION_ENDED).getString("reason")).isEqualTo("handed_off");
    assertThat(offered).isEmpty();
  }

  /** Whoever takes the call next asks what the agent had decided. */
  @Test
  void offersWhatWasDecidedThoughTheStreamIsGone() throws Exception {
    ServerWebSocket socket = opened();

    say(socket, HANDOFF);
    rig.storing.take();
    rig.signal(1, FrameKind.END, StreamEnd.INTERRUPTED.text());

    assertThat(offered.take().destination()).isEqualTo("billing");
    assertThat(rig.told(CallEventType.SESSION_ENDED).getString("reason")).isEqualTo("interrupted");
  }

  @Test
  void offersNothingThatWasRefused() throws Exception {
    rig.close();
    rig = new SessionRig(SOON, LATE);
    agent = new FakeAgent(rig.vertx);
    listen();
    ServerWebSocket socket = opened();

    say(socket, HANDOFF);
    rig.storing.take().fail(FailureCode.BAD_REQUEST.code(), "no");

    JsonObject result = agent.texts.take();
    assertThat(result.getString("reason")).isEqualTo("store_refused");
    assertThat(result.containsKey("transfer")).isFalse();
    say(socket, HANDOFF);
    rig.storing.take().reply(null);
    assertThat(agent.texts.take().getBoolean("accepted")).isTrue();
    assertThat(offered).isEmpty();
    assertThat(rig.count("callmesh.worker.outcomes", "result", "not_stored")).isEqualTo(1);
  }

  @CanIgnoreReturnValue
  private ServerWebSocket opened() throws Exception {
    rig.open(1);
    ServerWebSocket socket = agent.next();
    assertThat(agent.texts.take().getString("type")).isEqualTo("session.start");
    return socket;
  }

  /** Has the caller hear what is left, and the stream be closed. */
  private void played() throws InterruptedException {
    rig.signal(1, FrameKind.MARK, rig.until(1, FrameKind.MARK).text());
    rig.until(1, FrameKind.END);
  }
}
