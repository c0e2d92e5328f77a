package io.callmesh.worker.session;

import static io.callmesh.worker.session.SessionRig.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.connector.AgentEndpoint.Protocol;
import io.callmesh.contracts.frame.Frame;
import io.callmesh.contracts.frame.FrameKind;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.session.StreamEnd;
import io.callmesh.worker.Mutations;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.http.ServerWebSocket;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * Whatever an agent sends: nothing is thrown, its session goes on or comes to an orderly end, and a
 * session next to it on the same event loop does not notice.
 */
class AgentFuzzTest {
  private static final long WELL = 1_000_000;
  private static final String SENTINEL = "sentinel";
  private static final Queue<Throwable> escaped = new ConcurrentLinkedQueue<>();
  private static final SessionRig rig = quietly(SessionRig::new);
  private static final FakeAgent fuzzer = quietly(() -> new FakeAgent(rig.vertx));
  private static final FakeAgent echo = quietly(() -> new FakeAgent(rig.vertx));
  private static final ServerWebSocket well = quietly(AgentFuzzTest::openWell);
  private static long sessions;

  private static ServerWebSocket openWell() throws Exception {
    rig.vertx.exceptionHandler(escaped::add);
    rig.agent(WELL, Protocol.CALLMESH, echo.url(), false);
    rig.open(WELL);
    return echo.next();
  }

  private static <T> T quietly(Callable<T> made) {
    try {
      return made.call();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @AfterContainer
  static void stop() throws Exception {
    rig.close();
  }

  @Property(tries = 100, shrinking = ShrinkingMode.OFF)
  void callmeshSurvives(@ForAll @Size(max = 20) List<@From("callmesh") Object> sent)
      throws Exception {
    survives(Protocol.CALLMESH, sent, "{\"type\":\"mark\",\"name\":\"" + SENTINEL + "\"}");
  }

  @Property(tries = 100, shrinking = ShrinkingMode.OFF)
  void mediaStreamsSurvives(@ForAll @Size(max = 20) List<@From("mediaStreams") Object> sent)
      throws Exception {
    survives(
        Protocol.TWILIO_MEDIA_STREAMS,
        sent,
        "{\"event\":\"mark\",\"streamSid\":\"@\",\"mark\":{\"name\":\"" + SENTINEL + "\"}}");
  }

  private static void survives(Protocol protocol, List<Object> sent, String last) throws Exception {
    long key = ++sessions;
    rig.agent(key, protocol, fuzzer.url(), false);
    rig.open(key);
    ServerWebSocket socket = fuzzer.next();

    sent.forEach(message -> send(socket, key, message));
    send(socket, key, last);
    rig.audio(WELL, bytes(160, 7));
    well.writeBinaryMessage(Buffer.buffer(bytes(160, 8)));

    untilOrderly(key);
    assertThat(echo.audio.poll(10, TimeUnit.SECONDS)).isNotNull().containsOnly(7);
    Frame heard = rig.sent(WELL).poll(10, TimeUnit.SECONDS);
    assertThat(heard).isNotNull();
    assertThat(heard.payload()).hasSize(160).containsOnly(8);
    assertThat(escaped).isEmpty();
    rig.signal(key, FrameKind.END, StreamEnd.CALLER_HUNG_UP.text());
  }

  private static void send(ServerWebSocket to, long key, Object message) {
    if (message instanceof byte[] binary) {
      to.writeBinaryMessage(Buffer.buffer(binary));
    } else {
      to.writeTextMessage(((String) message).replace("@", SessionRig.streamSid(key)));
    }
  }

  /** The session still does what it is told, or the agent has ended it. */
  private static void untilOrderly(long key) throws InterruptedException {
    long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (System.nanoTime() < giveUp) {
      Frame frame = rig.sent(key).poll(10, TimeUnit.MILLISECONDS);
      if (frame != null && frame.kind() == FrameKind.MARK && frame.text().endsWith(SENTINEL)) {
        return;
      }
      Message<Outcome> outcome = rig.storing.poll();
      if (outcome != null && outcome.body().callSid().equals(SessionRig.callSid(key))) {
        return; // a mutated handoff asked for what there is
      }
    }
    throw new AssertionError("the session neither goes on nor has ended");
  }

  @Provide
  Arbitrary<Object> callmesh() {
    return messages(
        "{\"type\":\"clear\"}",
        "{\"type\":\"mark\",\"name\":\"u1\"}",
        "{\"type\":\"transcript\",\"role\":\"caller\",\"text\":\"hi\",\"final\":false}",
        "{\"type\":\"event\",\"name\":\"n\",\"data\":{\"a\":[1,2.5e3,null,true]}}",
        "{\"type\":\"context\",\"context\":{\"state\":{\"handoff\":{\"a\":1.10}}}}",
        "{\"type\":\"handoff\",\"destination\":\"nowhere\",\"context\":{\"state\":{}}}");
  }

  @Provide
  Arbitrary<Object> mediaStreams() {
    return messages(
        "{\"event\":\"media\",\"streamSid\":\"@\",\"media\":{\"payload\":\"//7+/w==\"}}",
        "{\"event\":\"mark\",\"streamSid\":\"@\",\"mark\":{\"name\":\"u1\"}}",
        "{\"event\":\"clear\",\"streamSid\":\"@\"}");
  }

  private static Arbitrary<Object> messages(String... valid) {
    return Arbitraries.oneOf(
        Arbitraries.of(valid).map(text -> (Object) text),
        Mutations.of(valid).map(text -> (Object) text),
        Arbitraries.strings().ofMaxLength(100).map(text -> (Object) text),
        Arbitraries.bytes().array(byte[].class).ofMaxSize(700).map(bytes -> (Object) bytes));
  }
}
