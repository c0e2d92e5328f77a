package io.callmesh.ingress;

import static io.callmesh.ingress.StreamFixture.sign;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.frame.Frame;
import io.callmesh.contracts.frame.FrameKind;
import io.callmesh.contracts.session.OpenSession;
import io.callmesh.ingress.StreamFixture.Limits;
import io.callmesh.ingress.stream.Messages;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * A peer that sends anything at all, over real sockets: no exception escapes, and a stream on the
 * same event loop does not notice.
 */
class StreamFuzzTest {
  @SuppressWarnings("NullAway.Init") // before all
  private static StreamFixture mesh;

  @SuppressWarnings("NullAway.Init")
  private static FakeWorker worker;

  @SuppressWarnings("NullAway.Init")
  private static TwilioSocket bystander;

  @SuppressWarnings("NullAway.Init")
  private static OpenSession session;

  private static final Queue<Throwable> escaped = new ConcurrentLinkedQueue<>();

  @BeforeContainer
  static void start() throws Exception {
    mesh = StreamFixture.start(Limits.USUAL);
    mesh.vertx.exceptionHandler(escaped::add);
    worker = mesh.worker("w1", 0);
    bystander = mesh.connect("/streams", sign("token-1", "/streams")).await(10, TimeUnit.SECONDS);
    bystander.start(
        "MZ1", "CA-other", "{'connectorToken':'" + StreamFixture.TOKEN.text().reveal() + "'}");
    session = worker.asked();
  }

  @AfterContainer
  static void stop() throws Exception {
    mesh.close();
  }

  @Property(tries = 60, shrinking = ShrinkingMode.OFF)
  void disturbsNobody(@ForAll("conversations") List<WebSocketFrame> conversation) throws Exception {
    TwilioSocket peer = mesh.connect();
    if (conversation.size() % 2 == 0) {
      peer.start();
    }
    for (WebSocketFrame frame : conversation) {
      if (peer.isOpen()) {
        peer.tryToWrite(frame);
      }
    }
    peer.end();
    mesh.onLoop(() -> {});
    assertThat(escaped).isEmpty();
    assertThat(bystanderHears()).isEqualTo("5");
    assertThat(bystander.isOpen()).isTrue();
  }

  /** The next signal to the worker that is of the bystander. */
  private static String bystanderHears() throws Exception {
    bystander.dtmf("5");
    Frame frame = worker.frame();
    while (frame.streamKey() != session.streamKey() || frame.kind() != FrameKind.DTMF) {
      frame = worker.frame();
    }
    return frame.text();
  }

  @Provide
  Arbitrary<List<WebSocketFrame>> conversations() {
    Arbitrary<Buffer> texts =
        Arbitraries.oneOf(
            Messages.good().map(Buffer::buffer),
            Messages.json().map(Buffer::buffer),
            Messages.mutated().map(Buffer::buffer));
    Arbitrary<WebSocketFrame> whole =
        texts.map(text -> WebSocketFrame.textFrame(text.toString(UTF_8), true));
    Arbitrary<WebSocketFrame> others =
        Arbitraries.oneOf(
            texts.map(text -> WebSocketFrame.textFrame(text.toString(UTF_8), false)),
            texts.map(text -> WebSocketFrame.continuationFrame(text, false)),
            texts.map(text -> WebSocketFrame.continuationFrame(text, true)),
            texts.map(text -> WebSocketFrame.binaryFrame(text, true)),
            texts.map(text -> WebSocketFrame.binaryFrame(text, false)),
            Arbitraries.just(WebSocketFrame.pingFrame(Buffer.buffer("?"))),
            Arbitraries.just(WebSocketFrame.pongFrame(Buffer.buffer("!"))));
    return Arbitraries.frequencyOf(Tuple.of(4, whole), Tuple.of(1, others)).list().ofMaxSize(30);
  }
}
