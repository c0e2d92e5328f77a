package io.callmesh.ingress;

import static io.callmesh.ingress.StreamFixture.NOW;
import static io.callmesh.ingress.StreamFixture.TOKEN;
import static io.callmesh.ingress.StreamFixture.sign;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.event.CallEventType;
import io.callmesh.contracts.frame.Frame;
import io.callmesh.contracts.frame.FrameKind;
import io.callmesh.contracts.session.OpenSession;
import io.callmesh.contracts.session.StreamAdmitted;
import io.callmesh.ingress.StreamFixture.Limits;
import io.callmesh.ingress.StreamFixture.Told;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a stream forgives and what it does not, over real sockets: lenient where Twilio may change,
 * strict where it protects us; what is not forgiven is counted by kind.
 */
class StreamRulesTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final long TICKET_MS = NOW.plusSeconds(30).toEpochMilli();

  @SuppressWarnings("NullAway.Init") // before each test
  private StreamFixture mesh;

  @SuppressWarnings("NullAway.Init")
  private FakeWorker worker;

  @BeforeEach
  void start() throws Exception {
    mesh = StreamFixture.start(Limits.USUAL);
    worker = mesh.worker("w1", 0);
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
  }

  @CanIgnoreReturnValue
  private TwilioSocket started() throws Exception {
    return mesh.connect().start();
  }

  // Lenient

  @Test
  void ignoresEventsAndFieldsThatItDoesNotKnow() throws Exception {
    TwilioSocket twilio =
        mesh.connect()
            .send("{'event':'greeting','newer':{'a':[1,2,{}]}}")
            .send(
                "{'event':'start','newer':1,'streamSid':'MZ1','start':{'accountSid':'AC1',"
                    + "'callSid':'CA1','newer':{'callSid':'no'},'tracks':['inbound','newer']}}")
            .send("{'event':'newer','streamSid':'MZ1','media':{'payload':'AAAA'}}")
            .send("{'event':'dtmf','streamSid':'MZ1','newer':[],'dtmf':{'digit':'7','newer':{}}}");
    assertThat(worker.asked().callSid()).isEqualTo("CA1");

    assertThat(worker.frame().text()).isEqualTo("7");
    twilio.settled();
    assertThat(mesh.counter("callmesh.ingress.messages.unknown")).isEqualTo(2);
  }

  @Test
  void takesNumbersAsStringsAndAsNumbers() throws Exception {
    TwilioSocket twilio = started();
    String payload = Base64.getEncoder().encodeToString(new byte[Frame.AUDIO_BYTES]);
    for (String numbers :
        new String[] {
          "'sequenceNumber':'2','media':{'chunk':'1','timestamp':'40',",
          "'sequenceNumber':3,'media':{'chunk':2,'timestamp':60,"
        }) {
      twilio.send(
          "{'event':'media','streamSid':'MZ1'," + numbers + "'payload':'" + payload + "'}}");
    }
    assertThat(worker.frame().timestampMs()).isEqualTo(40);
    assertThat(worker.frame().timestampMs()).isEqualTo(60);
    twilio.stop();
    assertThat(recordOf(ended()).getJsonObject("in").getInteger("outOfSequence")).isZero();
  }

  @Test
  void takesFramesOfAnySize() throws Exception {
    TwilioSocket twilio = started();
    for (int bytes : new int[] {1, 80, 160, 161, 1_600}) {
      byte[] audio = new byte[bytes];
      Arrays.fill(audio, (byte) bytes);
      twilio.media(0, audio);
      assertThat(worker.frame().payload()).isEqualTo(audio);
    }
    assertThat(twilio.settled().isOpen()).isTrue();
  }

  @Test
  void countsAFrameWithoutAudioAndHandsItToNobody() throws Exception {
    TwilioSocket twilio = started();
    assertThat(told(CallEventType.STREAM_STARTED).getString("worker")).isEqualTo("w1");
    twilio.media(0, new byte[0]).media(0, audio(1)).stop();

    assertThat(worker.frame().payload()).isEqualTo(audio(1));
    assertThat(worker.frame().kind()).isEqualTo(FrameKind.END);
    assertThat(recordOf(ended()).getJsonObject("in").getInteger("frames")).isEqualTo(2);
  }

  @Test
  void handsLongAudioOnInPieces() throws Exception {
    TwilioSocket twilio = started();
    assertThat(told(CallEventType.STREAM_STARTED).getString("worker")).isEqualTo("w1");
    byte[] audio = new byte[40_001];
    new Random(1).nextBytes(audio);

    twilio.media(0, audio);

    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    while (whole.size() < audio.length) {
      Frame piece = worker.frame();
      assertThat(piece.timestampMs()).isEqualTo(whole.size() / Frame.BYTES_PER_MS);
      assertThat(piece.payload()).hasSizeLessThanOrEqualTo(1_600);
      whole.write(piece.payload());
    }
    assertThat(whole.toByteArray()).isEqualTo(audio);
  }

  @Test
  void startsWithoutCustomParametersAndWithNone() throws Exception {
    mesh.connect()
        .send("{'event':'start','streamSid':'MZ1','start':{'accountSid':'AC1','callSid':'CA1'}}");
    assertThat(worker.asked().customParameters()).isEmpty();
    mesh.connect().start("MZ2", "CA1", "null");
    assertThat(worker.asked().customParameters()).isEmpty();
  }

  // Strict

  @Test
  void doesNotStartAStreamThatHasTwoNames() throws Exception {
    TwilioSocket twilio =
        mesh.connect()
            .send(
                "{'event':'start','streamSid':'MZ1','start':{'accountSid':'AC1','callSid':'CA1',"
                    + "'streamSid':'MZ2'}}")
            .settled();

    assertThat(worker.wasAsked()).isFalse();
    assertThat(mesh.offences("unreadable")).isEqualTo(1);
    twilio.start();
    assertThat(worker.asked().streamSid()).isEqualTo("MZ1");
  }

  @Test
  void closesAStreamOfAnotherAccount() throws Exception {
    TwilioSocket twilio =
        mesh.connect()
            .send(
                "{'event':'start','streamSid':'MZ1','start':{'accountSid':'AC2','callSid':'CA1'}}");

    assertThat(twilio.closeCode()).isEqualTo(1008);
    assertThat(worker.wasAsked()).isFalse();
  }

  @Test
  void closesAfterTooManyMessagesBeforeStart() throws Exception {
    TwilioSocket twilio = mesh.connect();
    for (int i = 0; i < 6; i++) {
      twilio.media(0, new byte[1]);
    }
    assertThat(twilio.closeCode()).isEqualTo(1008);
    assertThat(mesh.offences("before_start")).isEqualTo(6);
  }

  @Test
  void doesNotStopForAnotherStream() throws Exception {
    TwilioSocket twilio = started().send("{'event':'stop','streamSid':'MZ2'}").dtmf("1");

    assertThat(worker.frame().text()).isEqualTo("1");
    assertThat(mesh.offences("other_stream")).isEqualTo(1);
    twilio.stop();
    assertThat(twilio.closeCode()).isEqualTo(1000);
  }

  @Test
  void passesOverBinaryMessagesWholeOrInPieces() throws Exception {
    Buffer key =
        Buffer.buffer("{\"event\":\"dtmf\",\"streamSid\":\"MZ1\",\"dtmf\":{\"digit\":\"1\"}}");
    started()
        .write(WebSocketFrame.binaryFrame(key, true))
        .write(WebSocketFrame.binaryFrame(key.getBuffer(0, 9), false))
        .write(WebSocketFrame.continuationFrame(key.getBuffer(9, 20), false))
        .write(WebSocketFrame.continuationFrame(key.getBuffer(20, key.length()), true))
        .dtmf("2");

    assertThat(worker.frame().text()).isEqualTo("2");
    assertThat(mesh.offences("binary")).isEqualTo(2);
  }

  @Test
  void closesWith1003AfterTooManyBinaryMessages() throws Exception {
    TwilioSocket twilio = started();
    for (int i = 0; i < 6; i++) {
      twilio.write(WebSocketFrame.binaryFrame(Buffer.buffer("x"), true));
    }
    assertThat(twilio.closeCode()).isEqualTo(1003);
    assertThat(worker.frame().text()).isEqualTo("error");
  }

  @Test
  void endsTheStreamAtAFrameThatIsTooLong() throws Exception {
    try (RawSocket raw = rawStream()) {
      assertThat(worker.asked()).isNotNull();
      raw.announce(70_000);

      assertThat(raw.closeCode()).isEqualTo(1009);
      assertThat(worker.frame().text()).isEqualTo("error");
      assertThat(mesh.offences("too_long")).isEqualTo(1);
    }
  }

  @Test
  void endsTheStreamAtWhatIsNoFrame() throws Exception {
    try (RawSocket raw = rawStream()) {
      assertThat(worker.asked()).isNotNull();
      raw.opcode(0x83); // reserved by RFC 6455, 5.2

      assertThat(raw.closeCode()).isEqualTo(1002);
      assertThat(worker.frame().text()).isEqualTo("error");
      assertThat(mesh.offences("framing")).isEqualTo(1);
    }
  }

  @Test
  void saysWhyItClosesBehindAPingAsWell() throws Exception {
    try (RawSocket raw = rawStream()) {
      assertThat(worker.asked()).isNotNull();
      raw.opcodes(0x89, 0x83);

      assertThat(raw.closeCode()).isEqualTo(1002);
    }
  }

  @Test
  void takesAudioNoFasterThanItCanBeSpoken() throws Exception {
    TwilioSocket twilio = started();
    assertThat(told(CallEventType.STREAM_STARTED).getString("worker")).isEqualTo("w1");
    for (int i = 0; i < 55; i++) {
      twilio.media(200 * i, new byte[1_600]);
    }
    twilio.dtmf("1");
    for (int i = 0; i < 50; i++) {
      assertThat(worker.frame().kind()).isEqualTo(FrameKind.AUDIO);
    }
    assertThat(worker.frame().kind()).isEqualTo(FrameKind.DTMF);
    assertThat(mesh.counter("callmesh.ingress.audio.dropped.ms", "direction", "in"))
        .isEqualTo(1_000);

    mesh.pass(SECOND);
    twilio.media(11_000, new byte[1_600]);
    assertThat(worker.frame().kind()).isEqualTo(FrameKind.AUDIO);
  }

  @Test
  void sendsSilenceNoFasterThanItCanBeSpoken() throws Exception {
    TwilioSocket twilio = started();
    assertThat(told(CallEventType.STREAM_STARTED).getString("worker")).isEqualTo("w1");
    for (int i = 0; i < 30; i++) { // stamps that are ahead of the clock by less than a second
      mesh.pass(Duration.ofMillis(1));
      twilio.media(900 * i, audio(1)).settled();
    }
    twilio.stop();

    JsonObject in = recordOf(ended()).getJsonObject("in");
    assertThat(in.getInteger("filledMs")).isBetween(9_000, 10_000);
    assertThat(in.getInteger("skippedMs")).isPositive();
  }

  @Test
  void takesNoMoreTinyPiecesThanOfFiveMilliseconds() throws Exception {
    TwilioSocket twilio = started();
    assertThat(told(CallEventType.STREAM_STARTED).getString("worker")).isEqualTo("w1");
    for (int i = 0; i < 2_100; i++) {
      twilio.media(0, new byte[1]);
    }
    twilio.stop();

    assertThat(recordOf(ended()).getJsonObject("in").getInteger("droppedMs")).isEqualTo(100);
  }

  @Test
  void givesUpAPeerThatFloodsSignals() throws Exception {
    TwilioSocket twilio = started();
    for (int i = 0; i < 1_000; i++) { // and a ping was sent before
      twilio.dtmf("1").mark("0:" + i);
    }
    assertThat(twilio.closeCode()).isEqualTo(1008);
  }

  // Times

  @Test
  void givesUpAPeerThatAnswersPingsAndSaysNothing() throws Exception {
    TwilioSocket twilio = started();
    assertThat(worker.asked()).isNotNull();
    twilio.settled();
    for (int i = 0; i < 60; i++) {
      second();
      twilio.settled();
    }
    second();

    assertThat(twilio.closeCode()).isEqualTo(1011);
    assertThat(worker.frame().text()).isEqualTo("interrupted");
    assertThat(twilio.pings()).isBetween(2, 3); // the first at any time within the interval
  }

  @Test
  void givesUpAHalfOpenConnection() throws Exception {
    try (RawSocket raw = rawStream()) {
      assertThat(worker.asked()).isNotNull();
      mesh.onLoop(() -> {});
      int seconds = 0;
      while (mesh.metrics.streams() == 1 && seconds < 60) {
        second();
        seconds++;
      }

      // The first ping is due within 25 s, and 10 s more are for its answer.
      assertThat(seconds).isBetween(11, 35);
      assertThat(worker.frame().text()).isEqualTo("interrupted");
      assertThat(mesh.metrics.streams()).isZero();
      assertThat(raw.closeCode()).isEqualTo(1011);
    }
  }

  @Test
  void cutsAConnectionThatDoesNotTakeTheCloseFrame() throws Exception {
    try (RawSocket raw = rawStream()) {
      OpenSession session = worker.asked();
      for (int i = 0; i < 400; i++) {
        worker.audio(session, new byte[40_000]);
      }
      worker.signal(session, FrameKind.DTMF, "1"); // a signal without effect
      raw.text("{'event':'stop','streamSid':'MZ1'}");
      assertThat(worker.frame().text()).isEqualTo("caller_hung_up");
      for (int i = 0; i < 4; i++) {
        second();
      }
      assertThat(mesh.counter("callmesh.ingress.sockets.cut")).isZero();
      second();

      assertThat(mesh.counter("callmesh.ingress.sockets.cut")).isEqualTo(1);
      raw.readToTheEnd();
    }
  }

  @Test
  void keepsAudioWhereItIsCountedWhenThePeerDoesNotRead() throws Exception {
    try (RawSocket raw = rawStream()) {
      OpenSession session = worker.asked();
      for (int i = 0; i < 20 * 50; i++) {
        worker.audio(session, audio(i));
      }
      mesh.onLoop(() -> {});
      raw.text("{'event':'stop','streamSid':'MZ1'}");

      JsonObject out = recordOf(ended()).getJsonObject("out");
      // Of 20 s, less than 10 are below us: the rest waits, up to the limit of 10 s, or was
      // dropped.
      assertThat(out.getInteger("queueHighMs")).isEqualTo(10_000);
      assertThat(out.getInteger("frames")).isLessThan(500);
      assertThat(out.getInteger("droppedMs"))
          .isEqualTo(20_000 - 10_000 - 20 * out.getInteger("frames"));
    }
  }

  // A second stream of the same call

  @Test
  void closesTheOlderStreamOfACall() throws Exception {
    TwilioSocket older = started();
    OpenSession first = worker.asked();
    assertThat(told(CallEventType.STREAM_STARTED)).isNotNull();
    TwilioSocket newer = mesh.connect().start("MZ2", "CA1", "{}");
    OpenSession second = worker.asked();

    assertThat(older.closeCode()).isEqualTo(1000);
    Frame end = worker.frame();
    assertThat(end.streamKey()).isEqualTo(first.streamKey());
    assertThat(end.text()).isEqualTo("interrupted");
    assertThat(ended().getString("reason")).isEqualTo("superseded");
    assertThat(mesh.counter("callmesh.ingress.streams.superseded")).isEqualTo(1);
    newer.send("{'event':'dtmf','streamSid':'MZ2','dtmf':{'digit':'3'}}");
    assertThat(worker.frame().streamKey()).isEqualTo(second.streamKey());
  }

  @Test
  void closesAStreamWhoseCallHasANewerOneElsewhere() throws Exception {
    TwilioSocket twilio = started();
    OpenSession session = worker.asked();

    admittedAt("ingress.frames@elsewhere", "CA2", TICKET_MS + 1);
    admittedAt("ingress.frames@elsewhere", "CA1", 0); // a token displaces no ticket
    admittedAt("ingress.frames@elsewhere", "CA1", TICKET_MS - 1); // late news
    admittedAt(session.ingressAddress(), "CA1", TICKET_MS + 1); // its own news
    assertThat(twilio.settled().isOpen()).isTrue();
    admittedAt("ingress.frames@elsewhere", "CA1", TICKET_MS + 1);

    assertThat(twilio.closeCode()).isEqualTo(1000);
    assertThat(worker.frame().text()).isEqualTo("interrupted");
  }

  @Test
  void tellsTheOtherIngressesOfAStreamThatItAdmitted() throws Exception {
    BlockingQueue<StreamAdmitted> news = news();
    started();
    OpenSession session = worker.asked();

    StreamAdmitted told =
        new StreamAdmitted(
            "CA1", session.ingressAddress(), TICKET_MS, NOW.toEpochMilli(), session.streamKey());
    assertThat(news.poll(10, TimeUnit.SECONDS)).isEqualTo(told);

    admittedAt("ingress.frames@elsewhere", "CA1", 0);
    StreamAdmitted outranked = new StreamAdmitted("CA1", "ingress.frames@elsewhere", 0, 0, 0);
    assertThat(Arrays.asList(news.poll(10, TimeUnit.SECONDS), news.poll(10, TimeUnit.SECONDS)))
        .as("an answer to one that must go")
        .containsExactlyInAnyOrder(outranked, told);
  }

  private BlockingQueue<StreamAdmitted> news() throws Exception {
    BlockingQueue<StreamAdmitted> news = new LinkedBlockingQueue<>();
    mesh.vertx
        .eventBus()
        .<StreamAdmitted>consumer(Addresses.STREAM_ADMITTED, message -> news.add(message.body()))
        .completion()
        .await(10, TimeUnit.SECONDS);
    return news;
  }

  @Test
  void letsATokenDisplaceATokenAndNoTicket() throws Exception {
    TwilioSocket ticketed = started();
    assertThat(worker.asked()).isNotNull();
    assertThat(byToken("MZ2", "CA1").closeCode()).isEqualTo(1008);
    assertThat(ticketed.settled().isOpen()).isTrue();

    TwilioSocket older = byToken("MZ3", "CA5");
    assertThat(worker.asked().streamSid()).isEqualTo("MZ3");
    TwilioSocket another = byToken("MZ4", "CA5");
    assertThat(worker.asked().streamSid()).isEqualTo("MZ4");
    assertThat(another.settled().isOpen()).isTrue();
    assertThat(older.closeCode()).isEqualTo(1000);
    assertThat(mesh.counter("callmesh.ingress.streams.superseded")).isEqualTo(1);
  }

  /** The signature of a handshake by token is the same for ever: whoever saw one can repeat it. */
  @Test
  void givesARepeatedHandshakeNothingWithoutTheToken() throws Exception {
    String recorded = sign("token-1", "/streams");
    byToken("MZ1", "CA1");
    assertThat(worker.asked()).isNotNull();

    TwilioSocket without = mesh.connect("/streams", recorded).await(10, TimeUnit.SECONDS).start();
    assertThat(without.closeCode()).isEqualTo(1008);
    TwilioSocket guessing =
        mesh.connect("/streams", recorded)
            .await(10, TimeUnit.SECONDS)
            .start("MZ1", "CA1", "{'connectorToken':'" + TOKEN.id() + ".guess'}");
    assertThat(guessing.closeCode()).isEqualTo(1008);
    TwilioSocket waiting = mesh.connect("/streams", recorded).await(10, TimeUnit.SECONDS).settled();
    for (int i = 0; i < 11; i++) {
      second();
    }
    assertThat(waiting.closeCode()).isEqualTo(1008);
    assertThat(worker.wasAsked()).isFalse();
  }

  // Gaps, and the record

  @Test
  void putsSilenceInThePlaceOfAudioThatNeverCame() throws Exception {
    TwilioSocket twilio = started();
    twilio.media(100, audio(1));
    assertThat(worker.frame().timestampMs()).isEqualTo(100);
    mesh.pass(Duration.ofMillis(85));
    twilio.media(185, audio(2));

    for (int ms = 120; ms < 180; ms += 20) {
      assertSilence(worker.frame(), ms, 20);
    }
    assertSilence(worker.frame(), 180, 5);
    Frame after = worker.frame();
    assertThat(after.timestampMs()).isEqualTo(185);
    assertThat(after.payload()).isEqualTo(audio(2));
    assertThat(after.sequence()).isEqualTo(5);
    assertThat(mesh.counter("callmesh.ingress.audio.filled.ms")).isEqualTo(65);
  }

  @Test
  void leavesItsRecordInTheEventOfTheEnd() throws Exception {
    TwilioSocket twilio = started();
    OpenSession session = worker.asked();
    worker.audio(session, audio(7));
    worker.signal(session, FrameKind.MARK, "0:a");
    assertThat(twilio.message().getString("event")).isEqualTo("media");
    assertThat(twilio.message().getString("event")).isEqualTo("mark");
    mesh.pass(Duration.ofMillis(50));
    twilio.media(0, audio(1)).send("garbage").mark("0:a").stop();

    JsonObject ended = ended();
    JsonObject record = recordOf(ended);
    assertThat(record.getJsonObject("in").getInteger("frames")).isEqualTo(1);
    assertThat(record.getJsonObject("in").getInteger("bytes")).isEqualTo(160);
    assertThat(record.getJsonObject("out").getInteger("frames")).isEqualTo(1);
    assertThat(record.getJsonObject("out").getJsonObject("delay").getInteger("count")).isEqualTo(1);
    assertThat(record.getJsonObject("marks").getInteger("maxUs")).isEqualTo(30_000);
    assertThat(record.getJsonObject("offences")).isEqualTo(new JsonObject().put("unreadable", 1));
    assertThat(record.encode()).doesNotContain("CA1", "MZ1", "garbage");
    assertThat(mesh.meters.timer("callmesh.ingress.marks.round.trip").count()).isEqualTo(1);
  }

  @Test
  void timesTheQuietAfterAClearWithAMarkOfItsOwn() throws Exception {
    TwilioSocket twilio = started();
    OpenSession session = worker.asked();
    worker.signal(session, FrameKind.CLEAR, "");
    assertThat(twilio.message().getString("event")).isEqualTo("clear");
    JsonObject own = twilio.message();
    assertThat(own.getString("event")).isEqualTo("mark");
    assertThat(own.fieldNames()).containsExactlyInAnyOrder("event", "streamSid", "mark");
    mesh.pass(Duration.ofMillis(80));
    twilio.mark(own.getJsonObject("mark").getString("name")).dtmf("1");

    assertThat(worker.frame().kind()).as("the mark is not the worker's").isEqualTo(FrameKind.DTMF);
    twilio.stop();
    assertThat(recordOf(ended()).getJsonObject("clears").getInteger("maxUs")).isEqualTo(80_000);
  }

  @Test
  void showsItsRecordWhileItLasts() throws Exception {
    TwilioSocket waiting = mesh.connect();
    TwilioSocket twilio = started();
    OpenSession session = worker.asked();
    twilio.media(0, audio(1)).settled();

    JsonObject list = mesh.managed("/streams", 200);
    assertThat(list.getInteger("open")).isEqualTo(2);
    assertThat(list.getJsonArray("streams")).hasSize(1);
    JsonObject stream = list.getJsonArray("streams").getJsonObject(0);
    assertThat(stream.getString("callSid")).isEqualTo("CA1");
    assertThat(stream.getString("streamSid")).isEqualTo(session.streamSid());
    assertThat(stream.getString("conversationId")).isEqualTo("conv-1");
    assertThat(stream.getString("worker")).isEqualTo("w1");
    assertThat(stream.getString("state")).isEqualTo("open");
    assertThat(recordOf(stream).getJsonObject("in").getInteger("frames")).isEqualTo(1);

    assertThat(mesh.managed("/streams/CA1", 200).getJsonArray("streams").getJsonObject(0))
        .isEqualTo(stream);
    assertThat(mesh.managed("/streams/CA2", 404).getInteger("status")).isEqualTo(404);
    waiting.close();
  }

  @Test
  void showsNoMoreStreamsThanItIsAskedFor() throws Exception {
    for (String callSid : List.of("CA5", "CA6", "CA7")) {
      byToken("MZ-" + callSid, callSid);
      assertThat(worker.asked()).isNotNull();
    }
    assertThat(mesh.managed("/streams?limit=2", 200).getJsonArray("streams")).hasSize(2);
    for (String limit : List.of("0", "201", "x", "-1")) {
      assertThat(mesh.managed("/streams?limit=" + limit, 400).getString("detail"))
          .isEqualTo("limit must be 1..200");
    }
  }

  // Steps

  private void second() throws Exception {
    worker.present(1);
    mesh.pass(SECOND);
  }

  private void admittedAt(String ingress, String callSid, long ticketMs) throws Exception {
    mesh.vertx
        .eventBus()
        .publish(Addresses.STREAM_ADMITTED, new StreamAdmitted(callSid, ingress, ticketMs, 0, 0));
    mesh.onLoop(() -> {});
  }

  @CanIgnoreReturnValue
  private TwilioSocket byToken(String streamSid, String callSid) throws Exception {
    return mesh.connect("/streams", sign("token-1", "/streams"))
        .await(10, TimeUnit.SECONDS)
        .start(streamSid, callSid, "{'connectorToken':'" + TOKEN.text().reveal() + "'}");
  }

  private RawSocket rawStream() throws Exception {
    String uri = mesh.ticketPath();
    return RawSocket.handshake(mesh.port(), uri, sign("token-1", uri))
        .upgraded()
        .text("{'event':'start','streamSid':'MZ1','start':{'accountSid':'AC1','callSid':'CA1'}}");
  }

  private JsonObject ended() throws InterruptedException {
    return told(CallEventType.STREAM_ENDED);
  }

  private JsonObject told(CallEventType type) throws InterruptedException {
    Told event = mesh.events.poll(10, TimeUnit.SECONDS);
    while (event != null && event.type() != type) {
      event = mesh.events.poll(10, TimeUnit.SECONDS);
    }
    assertThat(event).isNotNull();
    return event.data();
  }

  private static JsonObject recordOf(JsonObject ended) {
    return ended.getJsonObject("record");
  }

  private static byte[] audio(int value) {
    byte[] audio = new byte[Frame.AUDIO_BYTES];
    Arrays.fill(audio, (byte) value);
    return audio;
  }

  private static void assertSilence(Frame frame, long timestampMs, int ms) {
    byte[] silence = new byte[ms * Frame.BYTES_PER_MS];
    Arrays.fill(silence, (byte) 0xff);
    assertThat(frame.timestampMs()).isEqualTo(timestampMs);
    assertThat(frame.payload()).isEqualTo(silence);
  }
}
