package io.callmesh.worker.session;

import static io.callmesh.worker.session.FakeAgent.say;
import static io.callmesh.worker.session.SessionRig.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.connector.AgentEndpoint.Protocol;
import io.callmesh.contracts.event.CallEventType;
import io.callmesh.contracts.frame.FrameKind;
import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.contracts.handoff.TranscriptLine;
import io.callmesh.contracts.handoff.TranscriptLine.Role;
import io.callmesh.contracts.session.SessionNews;
import io.callmesh.contracts.session.SessionNews.Kind;
import io.callmesh.contracts.session.StreamEnd;
import io.callmesh.contracts.session.WatchSession;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a session remembers of its conversation, and whom it tells. */
@Timeout(30)
class WatchTest {
  private static final String WATCHER = Addresses.handoffNews("test");
  private static final String EXACT = "{\"z\":1.10,\"a\":12345678901234567890.123}";
  private static final long LEASE = 30_000;

  private final SessionRig rig;
  private final FakeAgent agent;
  private final BlockingQueue<SessionNews> news = new LinkedBlockingQueue<>();

  WatchTest() throws Exception {
    rig = new SessionRig(Duration.ofMillis(500));
    agent = new FakeAgent(rig.vertx);
  }

  @BeforeEach
  void listen() throws Exception {
    rig.agent(1, Protocol.CALLMESH, agent.url(), false);
    await(
        rig.vertx
            .eventBus()
            .<SessionNews>consumer(WATCHER, message -> news.add(message.body()))
            .completion());
  }

  @AfterEach
  void stop() throws Exception {
    rig.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"CA00000000000000000000000000000001", "conv-1"})
  void showsWhatThereIs(String id) throws Exception {
    ServerWebSocket socket = opened();
    said(socket, "caller", "Hello", true);
    said(socket, "agent", "How can", false);
    context(socket, EXACT);
    heardAll(socket);

    watch(id, false, 0);

    assertThat(news.take())
        .isEqualTo(
            news(
                Kind.SNAPSHOT,
                List.of(line(Role.CALLER, "Hello", true), line(Role.AGENT, "How can", false)),
                HandoffData.of(EXACT)));
    said(socket, "caller", "more", true);
    heardAll(socket);
    watch(id, false, 0);
    assertThat(news.take().kind()).as("a look is no lease").isEqualTo(Kind.SNAPSHOT);
  }

  @Test
  void isSilentAboutOthersCalls() throws Exception {
    opened();

    watch("conv-2", false, LEASE);
    watch("conv-1", false, 0);

    assertThat(news.take().conversationId()).isEqualTo("conv-1");
    assertThat(news).isEmpty();
  }

  @Test
  void tellsWhatIsNewUntilTheEnd() throws Exception {
    ServerWebSocket socket = opened();
    watch("conv-1", false, LEASE);
    assertThat(news.take()).isEqualTo(news(Kind.SNAPSHOT, List.of(), HandoffData.EMPTY));

    said(socket, "caller", "my bill", false);
    context(socket, EXACT);
    context(socket, EXACT); // which is no news
    said(socket, "agent", "One moment", true);
    say(socket, handoff("{\"n\":2}"));

    assertThat(news.take())
        .isEqualTo(
            news(Kind.TRANSCRIPT, List.of(line(Role.CALLER, "my bill", false)), HandoffData.EMPTY));
    assertThat(news.take()).isEqualTo(news(Kind.STATE, List.of(), HandoffData.of(EXACT)));
    assertThat(news.take().transcript()).containsExactly(line(Role.AGENT, "One moment", true));
    assertThat(news.take()).isEqualTo(news(Kind.STATE, List.of(), HandoffData.of("{\"n\":2}")));
    rig.storing.take().reply(null);
    rig.signal(1, FrameKind.MARK, rig.until(1, FrameKind.MARK).text());
    assertThat(news.take()).isEqualTo(news(Kind.ENDED, List.of(), HandoffData.EMPTY));
  }

  @Test
  void tellsAWatcherThatRenewsItsLeaseNothingTwice() throws Exception {
    ServerWebSocket socket = opened();
    watch("conv-1", false, LEASE);
    assertThat(news.take().kind()).isEqualTo(Kind.SNAPSHOT);

    watch("conv-1", true, LEASE);
    said(socket, "caller", "once", true);
    heardAll(socket);
    watch("conv-1", false, 0);

    assertThat(news.take().kind()).isEqualTo(Kind.TRANSCRIPT);
    assertThat(news.take().kind()).isEqualTo(Kind.SNAPSHOT);
    assertThat(news).isEmpty();
  }

  /** It knows another session of the call, or its lease had run out. */
  @Test
  void showsEverythingToAWatcherThatHasMissedSomething() throws Exception {
    ServerWebSocket socket = opened();
    said(socket, "caller", "missed", true);
    heardAll(socket);

    watch("conv-1", true, LEASE);

    SessionNews shown = news.take();
    assertThat(shown.kind()).isEqualTo(Kind.SNAPSHOT);
    assertThat(shown.transcript()).containsExactly(line(Role.CALLER, "missed", true));
  }

  /** What is too much to be told line by line comes all at once, and no line before it. */
  @Test
  void tellsTheLastLinesOfMany() throws Exception {
    ServerWebSocket socket = opened();
    watch("conv-1", false, LEASE);
    assertThat(news.take().kind()).isEqualTo(Kind.SNAPSHOT);

    for (int i = 0; i < 2_000; i++) {
      said(socket, "caller", "chatter " + i, false);
    }
    said(socket, "caller", "last", true);

    SessionNews told = news.take();
    for (int i = 0; told.kind() == Kind.TRANSCRIPT; i++) {
      assertThat(told.transcript()).containsExactly(line(Role.CALLER, "chatter " + i, false));
      told = news.take();
    }
    while (!told.transcript().contains(line(Role.CALLER, "last", true))) {
      told = news.take();
    }
  }

  @Test
  void publishesWhatIsSaidHoweverManyStatesThereAre() throws Exception {
    ServerWebSocket socket = opened();
    watch("conv-1", false, LEASE);
    assertThat(news.take().kind()).isEqualTo(Kind.SNAPSHOT);

    for (int i = 1; i <= 2_000; i++) {
      context(socket, "{\"n\":" + i + "}");
    }
    said(socket, "caller", "Hello?", true);
    heardAll(socket);
    rig.signal(1, FrameKind.END, StreamEnd.CALLER_HUNG_UP.text());

    assertThat(rig.told(CallEventType.SESSION_ENDED).getInteger("eventsDropped")).isZero();
    SessionNews told = news.take();
    while (told.kind() != Kind.TRANSCRIPT) {
      told = news.take();
    }
    assertThat(told.transcript()).containsExactly(line(Role.CALLER, "Hello?", true));
  }

  @Test
  void tellsNoMoreThanItPublishes() throws Exception {
    ServerWebSocket socket = opened();
    watch("conv-1", false, LEASE);
    assertThat(news.take().kind()).isEqualTo(Kind.SNAPSHOT);
    int sent = 2_000;

    for (int i = 0; i < sent; i++) {
      said(socket, "caller", "chatter " + i, false);
    }
    heardAll(socket);
    rig.signal(1, FrameKind.END, StreamEnd.CALLER_HUNG_UP.text());

    int told = 0;
    SessionNews before = news.take();
    for (SessionNews next = before; next.kind() != Kind.ENDED; next = news.take()) {
      told += next.kind() == Kind.TRANSCRIPT ? 1 : 0;
      before = next;
    }
    int dropped = rig.told(CallEventType.SESSION_ENDED).getInteger("eventsDropped");
    assertThat(told).isBetween(AgentNews.BURST, sent - dropped);
    assertThat(dropped).isPositive();
    assertThat(before.transcript())
        .as("what was missed until the end")
        .containsExactly(line(Role.CALLER, "chatter " + (sent - 1), false));
  }

  /** A state that comes when there was too much is told as soon as there may be more. */
  @Test
  void tellsTheLastStateOfMany() throws Exception {
    ServerWebSocket socket = opened();
    watch("conv-1", false, LEASE);
    assertThat(news.take().kind()).isEqualTo(Kind.SNAPSHOT);
    int sent = 2_000;

    for (int i = 1; i <= sent; i++) {
      context(socket, "{\"n\":" + i + "}");
    }

    int told = 0;
    String last = "";
    while (!last.equals("{\"n\":" + sent + "}")) {
      last = news.take().state().text();
      told++;
    }
    assertThat(told).isBetween(AgentNews.BURST, sent - 1);
  }

  @Test
  void sendsWhatWasSaidAlongWithAHandoff() throws Exception {
    ServerWebSocket socket = opened();
    said(socket, "caller", "A person, please", true);
    said(socket, "agent", "Of course", false);

    say(socket, handoff(EXACT));

    assertThat(rig.storing.take().body().transcript().lines())
        .containsExactly(
            line(Role.CALLER, "A person, please", true), line(Role.AGENT, "Of course", false));
  }

  @Test
  void sendsWhatWasSaidAndReportedAlongWithARescuedCaller() throws Exception {
    ServerWebSocket socket = opened();
    said(socket, "caller", "Are you there?", true);
    context(socket, "{}");
    context(socket, EXACT);
    heardAll(socket);

    agent.stop();

    var rescue = rig.storing.take().body();
    assertThat(rescue.reason()).isEqualTo("agent_lost");
    assertThat(rescue.state().text()).isEqualTo(EXACT);
    assertThat(rescue.transcript().lines())
        .containsExactly(line(Role.CALLER, "Are you there?", true));
  }

  @Test
  void keepsTheStateBeforeOneThatIsRefused() throws Exception {
    ServerWebSocket socket = opened();
    context(socket, EXACT);
    context(socket, "{\"a\":".repeat(17) + "1" + "}".repeat(17));

    JsonObject error = agent.texts.take();
    assertThat(error)
        .isEqualTo(
            new JsonObject()
                .put("type", "error")
                .put("code", "state_too_deep")
                .put("message", "the handoff state must be at most 16 levels deep"));
    context(socket, "{\"a\":1 /* or 2 */}");
    assertThat(agent.texts.take().getString("code")).isEqualTo("state_not_an_object");
    watch("conv-1", false, 0);
    assertThat(news.take().state().text()).isEqualTo(EXACT);
    assertThat(rig.count("callmesh.worker.agent.messages", "type", "context")).isEqualTo(1);
  }

  private void watch(String id, boolean known, long leaseMs) {
    rig.vertx
        .eventBus()
        .publish(Addresses.WORKER_WATCH, new WatchSession(id, WATCHER, known, leaseMs));
  }

  private static SessionNews news(Kind kind, List<TranscriptLine> lines, HandoffData state) {
    return new SessionNews(
        kind,
        SessionRig.callSid(1),
        "conv-1",
        "conn-1",
        SessionRig.ACCOUNT,
        "s-1",
        SessionRig.NOW,
        lines,
        state);
  }

  private static TranscriptLine line(Role role, String text, boolean last) {
    return new TranscriptLine(role, text, last, SessionRig.NOW);
  }

  private static void said(ServerWebSocket socket, String role, String text, boolean last) {
    say(
        socket,
        new JsonObject(Map.of("type", "transcript", "role", role, "text", text, "final", last)));
  }

  private static void context(ServerWebSocket socket, String state) {
    socket.writeTextMessage(
        "{\"type\":\"context\",\"context\":{\"state\":{\"handoff\":" + state + "}}}");
  }

  private static JsonObject handoff(String state) {
    return new JsonObject(
        "{\"type\":\"handoff\",\"context\":{\"state\":{\"handoff\":" + state + "}}}");
  }

  /** Returns when the session has taken all that was sent to it. */
  private void heardAll(ServerWebSocket socket) throws InterruptedException {
    say(socket, new JsonObject().put("type", "mark").put("name", "heard"));
    assertThat(rig.until(1, FrameKind.MARK).text()).endsWith("heard");
  }

  @CanIgnoreReturnValue
  private ServerWebSocket opened() throws Exception {
    rig.open(1);
    ServerWebSocket socket = agent.next();
    assertThat(agent.texts.take().getString("type")).isEqualTo("session.start");
    return socket;
  }
}
