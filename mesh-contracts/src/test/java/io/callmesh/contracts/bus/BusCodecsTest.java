package io.callmesh.contracts.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.frame.Frame;
import io.callmesh.contracts.frame.FrameKind;
import io.callmesh.contracts.handoff.FindOutcome;
import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.Receipt;
import io.callmesh.contracts.handoff.ReceiptChain;
import io.callmesh.contracts.handoff.Transcript;
import io.callmesh.contracts.handoff.TranscriptLine;
import io.callmesh.contracts.session.FindSession;
import io.callmesh.contracts.session.OpenSession;
import io.callmesh.contracts.session.SessionFound;
import io.callmesh.contracts.session.SessionNews;
import io.callmesh.contracts.session.SessionNews.Kind;
import io.callmesh.contracts.session.SessionOpened;
import io.callmesh.contracts.session.StreamAdmitted;
import io.callmesh.contracts.session.WatchSession;
import io.callmesh.contracts.session.WorkerPresence;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BusCodecsTest {

  private static final int OFFSET = 7;
  private static final Instant STORED = Instant.parse("2026-11-23T10:00:00.123Z");

  private static final TranscriptLine LINE =
      new TranscriptLine(TranscriptLine.Role.AGENT, "\u00c4h", false, STORED);

  static List<Object> messages() {
    return List.of(
        open(Map.of(), false),
        open(Map.of("customer", "\u00c4\u20ac \"quoted\"", "empty", ""), true),
        open(Map.of("large", "x".repeat(200_000)), false),
        new SessionOpened("w-1"),
        new WorkerPresence("w-1", "p-1", 3, 100, true),
        outcome(new JsonObject()),
        outcome(new JsonObject().put("deep", new JsonObject().put("n", 1).put("t", "\u4e2d"))),
        outcome(new JsonObject()).expiringAt(STORED),
        new FindSession("CA1", "routing.found@1"),
        new SessionFound("CA1", "AC1", "conv-1", "conn-1", "s-1"),
        new StreamAdmitted("CA1", "ingress.frames@1", 7_000, 5, -3),
        new FindOutcome("CA1"),
        new FindOutcome("CA1", "conv-1", 7),
        new FindOutcome("CA1", "conv-1", 7, 8),
        new WatchSession("conv-1", "handoff.news@1", true, 5_000),
        news(Kind.SNAPSHOT, "{\"n\":1.10}", LINE, LINE.within(1)),
        news(Kind.ENDED, "{}"),
        ReceiptChain.of(
            outcome(new JsonObject()),
            List.of(
                Receipt.of(Receipt.Step.STORED, STORED),
                Receipt.by(Receipt.Step.READ, STORED.plusMillis(7), "key-1"))));
  }

  private static SessionNews news(Kind kind, String state, TranscriptLine... lines) {
    return new SessionNews(
        kind,
        "CA1",
        "conv-1",
        "conn-1",
        "AC1",
        "s-1",
        STORED,
        List.of(lines),
        HandoffData.of(state));
  }

  @ParameterizedTest
  @MethodSource("messages")
  void bringsEveryMessageOverTheWire(Object message) {
    assertThat(roundTrip(codecOf(message), message)).isEqualTo(message);
  }

  @ParameterizedTest
  @MethodSource("messages")
  void bringsEveryMessageOverABus(Object message) throws Exception {
    Vertx vertx = Vertx.vertx();
    try {
      BusCodecs.registerOn(vertx.eventBus());
      vertx
          .eventBus()
          .consumer("echo", received -> received.reply(received.body()))
          .completion()
          .await(10, TimeUnit.SECONDS);

      assertThat(vertx.eventBus().request("echo", message).await(10, TimeUnit.SECONDS).body())
          .isSameAs(message);
    } finally {
      vertx.close().await(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void registersTheCodecOfFrames() throws Exception {
    Vertx vertx = Vertx.vertx();
    try {
      BusCodecs.registerOn(vertx.eventBus());
      Frame frame = Frame.signal(1, FrameKind.CLEAR, 0, 0);
      vertx
          .eventBus()
          .consumer("echo", received -> received.reply(received.body()))
          .completion()
          .await(10, TimeUnit.SECONDS);

      assertThat(vertx.eventBus().request("echo", frame).await(10, TimeUnit.SECONDS).body())
          .isSameAs(frame);
    } finally {
      vertx.close().await(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void hasAVersionInTheNameOfEveryCodec() {
    assertThat(BusCodecs.JSON)
        .extracting(JsonCodec::name)
        .doesNotHaveDuplicates()
        .allMatch(name -> name.matches("[a-z-]+\\.v\\d+"));
  }

  @Test
  void coversEveryCodecWithAMessage() {
    assertThat(messages())
        .extracting(Object::getClass)
        .containsAll(BusCodecs.JSON.stream().map(JsonCodec::type).toList());
  }

  @Test
  void readsAMessageOfANewerNode() {
    Buffer json =
        new SessionOpened("w-1").toJson().put("newer", new JsonObject().put("a", 1)).toBuffer();
    Buffer wire = Buffer.buffer().appendInt(json.length()).appendBuffer(json);

    assertThat(codecOf(new SessionOpened("")).decodeFromWire(0, wire))
        .isEqualTo(new SessionOpened("w-1"));
  }

  private static JsonCodec<?> codecOf(Object message) {
    return BusCodecs.JSON.stream()
        .filter(codec -> codec.type().isInstance(message))
        .findFirst()
        .orElseThrow();
  }

  private static <T> T roundTrip(JsonCodec<T> codec, Object message) {
    Buffer wire = Buffer.buffer(new byte[OFFSET]);
    codec.encodeToWire(wire, codec.type().cast(message));
    wire.appendString("what comes behind");
    return codec.decodeFromWire(OFFSET, wire);
  }

  private static OpenSession open(Map<String, String> parameters, boolean resume) {
    return new OpenSession(
        Long.MIN_VALUE,
        "ingress.frames@i",
        "MZ1",
        "CA1",
        "AC1",
        "conv-1",
        "conn-1",
        "+14158675309",
        "",
        parameters,
        resume,
        resume ? "interrupted" : "",
        "shared");
  }

  private static Outcome outcome(JsonObject state) {
    return new Outcome(
        "CA1",
        "AC1",
        "conv-1",
        "conn-1",
        "acc",
        "proj",
        Outcome.Kind.HANDOFF,
        null,
        "needs_human",
        null,
        false,
        null,
        HandoffData.of(state),
        Transcript.EMPTY,
        STORED,
        null);
  }
}
