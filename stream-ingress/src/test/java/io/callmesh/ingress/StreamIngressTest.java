package io.callmesh.ingress;

import static io.callmesh.ingress.StreamFixture.NOW;
import static io.callmesh.ingress.StreamFixture.TOKEN;
import static io.callmesh.ingress.StreamFixture.sign;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callmesh.contracts.event.CallEventType;
import io.callmesh.contracts.frame.Frame;
import io.callmesh.contracts.frame.FrameKind;
import io.callmesh.contracts.security.Secret;
import io.callmesh.contracts.security.TicketSeal;
import io.callmesh.contracts.session.OpenSession;
import io.callmesh.contracts.twilio.TwilioSignature;
import io.callmesh.ingress.FakeWorker.Manner;
import io.callmesh.ingress.StreamFixture.Limits;
import io.callmesh.ingress.StreamFixture.Told;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Streams over real sockets, between Twilio's end and a worker on the bus. */
class StreamIngressTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  @SuppressWarnings("NullAway.Init") // before each test
  private StreamFixture mesh;

  private final CountDownLatch ticketAsked = new CountDownLatch(1);

  @BeforeEach
  void start() throws Exception {
    mesh = StreamFixture.start(Limits.USUAL);
  }

  @AfterEach
  void stop() throws Exception {
    mesh.close();
  }

  private void restart(Limits limits) throws Exception {
    mesh.close();
    mesh = StreamFixture.start(limits);
  }

  // The handshake

  @Test
  void refusesAHandshakeWithoutAGoodSignature() throws Exception {
    String uri = mesh.ticketPath();

    assertRefused(403, uri, "");
    assertRefused(403, uri, sign("another-token", uri));
    assertRefused(403, uri, sign("token-2", uri));
    assertRefused(403, uri, sign("token-1", uri + "x"));
    assertRefused(403, uri, signedAsHttps(uri));
    assertThat(mesh.counter("callmesh.ingress.handshakes.refused", "reason", "signature"))
        .isEqualTo(5);
    connect(uri, sign("token-1", uri)).close();
  }

  @Test
  void acceptsEverySpellingThatTwilioMaySign() throws Exception {
    for (String suffix : List.of("", "/")) {
      String uri = mesh.ticketPath();
      connect(uri, sign("token-1", uri + suffix)).close();
    }
    String slashed = mesh.ticketPath() + "/";
    connect(slashed, sign("token-1", slashed)).close();
    String uri = mesh.ticketPath();
    connect(uri, sign("token-1-new", uri)).close();
  }

  @Test
  void refusesATicketThatIsForgedExpiredOrUsed() throws Exception {
    TicketSeal another =
        new TicketSeal(
            List.of(new Secret("another-secret-altogether")), Clock.fixed(NOW, ZoneOffset.UTC));
    String forged = mesh.ticketPath(another, NOW.plusSeconds(30));
    String expired = mesh.ticketPath(mesh.seal, NOW);
    String used = mesh.ticketPath();
    connect(used, sign("token-1", used)).close();

    assertRefused(403, "/streams/garbage", sign("token-1", "/streams/garbage"));
    assertRefused(403, forged, sign("token-1", forged));
    assertRefused(403, expired, sign("token-1", expired));
    assertRefused(403, used, sign("token-1", used));
  }

  @Test
  void refusesWhatIsNoWebSocketHandshake() throws Exception {
    String uri = mesh.ticketPath();

    int status =
        mesh.http
            .request(HttpMethod.GET, mesh.port(), "127.0.0.1", uri)
            .compose(
                request -> request.putHeader("x-twilio-signature", sign("token-1", uri)).send())
            .await(10, TimeUnit.SECONDS)
            .statusCode();

    assertThat(status).isEqualTo(426);
    connect(uri, sign("token-1", uri)).close(); // and the ticket is still good
  }

  @Test
  void refusesOneStreamMoreThanItTakes() throws Exception {
    restart(new Limits(1, 1, 5, Duration.ofMillis(60), Duration.ofSeconds(25)));
    TwilioSocket first = mesh.connect();
    String uri = mesh.ticketPath();

    assertRefused(503, uri, sign("token-1", uri));

    first.close();
    mesh.onLoop(() -> {});
    connect(uri, sign("token-1", uri)).close();
  }

  @Test
  void leavesRoomForTheOtherAccounts() throws Exception {
    restart(new Limits(10, 1, 5, Duration.ofMillis(60), Duration.ofSeconds(25)));
    TwilioSocket first = mesh.connect();
    String uri = mesh.ticketPath();

    assertRefused(503, uri, sign("token-1", uri));
    assertRefused(503, "/streams", sign("token-1", "/streams"));
    connect("/streams", sign("token-2", "/streams")).close();

    first.close();
    mesh.onLoop(() -> {});
    connect(uri, sign("token-1", uri)).close();
  }

  @Test
  void drainsByRefusingNewStreamsAndLettingTheOthersEnd() throws Exception {
    FakeWorker worker = mesh.worker("w1", 0);
    TwilioSocket twilio = mesh.connect().start();
    assertThat(worker.asked()).isNotNull();

    Future<Void> drained = mesh.table().drain();
    mesh.onLoop(() -> {});
    String uri = mesh.ticketPath();
    assertRefused(503, uri, sign("token-1", uri));
    assertThat(drained.isComplete()).isFalse();

    twilio.stop();
    assertThat(drained.await(10, TimeUnit.SECONDS)).isNull();
  }

  @Test
  void upgradesWhenTheTicketsAnswerIsLate() throws Exception {
    Promise<Boolean> answer = useTickets();
    String uri = mesh.ticketPath();
    Future<TwilioSocket> twilio = mesh.connect(uri, sign("token-1", uri));
    awaitTicketAsked();

    mesh.onLoop(() -> answer.complete(true));

    FakeWorker worker = mesh.worker("w1", 0);
    twilio.await(10, TimeUnit.SECONDS).start();
    assertThat(worker.asked().callSid()).isEqualTo("CA1");
  }

  @Test
  void forgetsAHandshakeWhosePeerWentAway() throws Exception {
    Promise<Boolean> answer = useTickets();
    String uri = mesh.ticketPath();
    RawSocket.handshake(mesh.port(), uri, sign("token-1", uri)).hangUp();
    awaitTicketAsked();
    assertThat(mesh.connectionGone.await(10, TimeUnit.SECONDS)).isTrue();

    mesh.onLoop(() -> answer.complete(true));

    mesh.onLoop(() -> {});
    assertThat(mesh.metrics.streams()).isZero();
    assertThat(mesh.table().drain().await(10, TimeUnit.SECONDS)).isNull();
  }

  @Test
  void answers503WhenTheTicketCannotBeChecked() throws Exception {
    Promise<Boolean> answer = useTickets();
    String uri = mesh.ticketPath();
    Future<TwilioSocket> twilio = mesh.connect(uri, sign("token-1", uri));
    awaitTicketAsked();

    mesh.onLoop(() -> answer.fail("no cluster"));

    assertStatus(503, twilio);
    assertThat(mesh.metrics.streams()).isZero();
  }

  @Test
  void keepsAPlaceForAHandshakeUnderWay() throws Exception {
    Promise<Boolean> answer = useTickets();
    String uri = mesh.ticketPath();
    Future<TwilioSocket> twilio = mesh.connect(uri, sign("token-1", uri));
    awaitTicketAsked();

    String another = mesh.ticketPath();
    assertRefused(503, another, sign("token-1", another));
    Future<Void> drained = mesh.table().drain();
    mesh.onLoop(() -> {});
    assertThat(drained.isComplete()).isFalse();

    mesh.onLoop(() -> answer.complete(true));
    twilio.await(10, TimeUnit.SECONDS).close();
    assertThat(drained.await(10, TimeUnit.SECONDS)).isNull();
  }

  // From start to the worker

  @Test
  void closesAStreamOfAnotherCall() throws Exception {
    FakeWorker worker = mesh.worker("w1", 0);

    assertThat(mesh.connect().start("MZ1", "CA2", "{}").closeCode()).isEqualTo(1008);

    assertThat(worker.wasAsked()).isFalse();
    assertThat(mesh.metrics.streams()).isZero();
  }

  @Test
  void asksTheWorkerWithAllThatIsKnown() throws Exception {
    FakeWorker worker = mesh.worker("w1", 0);
    mesh.connect()
        .start("MZ1", "CA1", "{'callmeshFrom':'+14158675309','callmeshTo':'+1800','own':'x'}");

    OpenSession asked = worker.asked();

    assertThat(asked.streamSid()).isEqualTo("MZ1");
    assertThat(asked.accountSid()).isEqualTo("AC1");
    assertThat(asked.conversationId()).isEqualTo("conv-1");
    assertThat(asked.connectorId()).isEqualTo("conn-1");
    assertThat(asked.resume()).isTrue();
    assertThat(asked.from()).isEqualTo("+14158675309");
    assertThat(asked.to()).isEqualTo("+1800");
    assertThat(asked.customParameters()).containsOnlyKeys("own");
  }

  @Test
  void letsAConnectorTokenIn() throws Exception {
    FakeWorker worker = mesh.worker("w1", 0);
    assertRefused(403, "/streams", "");
    assertRefused(403, "/streams", sign("another-token", "/streams"));

    String parameters = "{'connectorToken':'" + TOKEN.text().reveal() + "'}";
    connect("/streams", sign("token-1", "/streams")).start("MZ1", "CA9", parameters);
    OpenSession asked = worker.asked();
    assertThat(asked.connectorId()).isEqualTo("conn-1");
    assertThat(asked.customParameters()).isEmpty();
    assertThat(asked.resume()).isFalse();

    TwilioSocket without = connect("/streams", sign("token-1", "/streams")).start();
    assertThat(without.closeCode()).isEqualTo(1008);
    TwilioSocket ofAnotherAccount =
        connect("/streams", sign("token-2", "/streams")).start("MZ2", "CA9", parameters);
    assertThat(ofAnotherAccount.closeCode()).isEqualTo(1008);
  }

  @Test
  void closesAStreamInAnotherFormat() throws Exception {
    TwilioSocket twilio =
        mesh.connect()
            .send(
                "{'event':'start','streamSid':'MZ1','start':{'accountSid':'AC1','callSid':'CA1',"
                    + "'mediaFormat':{'encoding':'audio/l16','sampleRate':16000}}}");

    assertThat(twilio.closeCode()).isEqualTo(1008);
  }

  @Test
  void closesAStreamThatNoWorkerTakes() throws Exception {
    assertThat(mesh.connect().start().closeCode()).isEqualTo(1011);
    assertThat(mesh.counter("callmesh.ingress.streams.without.worker")).isEqualTo(1);
  }

  @Test
  void asksAnotherWorkerWhenTheFirstIsFull() throws Exception {
    FakeWorker full = mesh.worker("w1", 0).that(Manner.BUSY);
    FakeWorker open = mesh.worker("w2", 50);
    TwilioSocket twilio = mesh.connect().start().media(0, new byte[] {1});

    assertThat(full.asked().streamKey()).isEqualTo(open.asked().streamKey());

    Frame first = open.frame();
    assertThat(first.payload()).containsExactly(1);
    assertThat(first.sequence()).isZero();
    twilio.media(20, new byte[] {2});
    assertThat(open.frame().sequence()).isEqualTo(1);
  }

  @Test
  void closesAStreamThatAWorkerRefusesForGood() throws Exception {
    FakeWorker refusing = mesh.worker("w1", 0).that(Manner.REFUSE);
    FakeWorker another = mesh.worker("w2", 50);

    assertThat(mesh.connect().start().closeCode()).isEqualTo(1011);

    assertThat(refusing.asked()).isNotNull();
    assertThat(another.wasAsked()).isFalse();
  }

  @Test
  void keepsTheLatestAudioWhileItOpens() throws Exception {
    FakeWorker worker = mesh.worker("w1", 0).that(Manner.WAIT);
    TwilioSocket twilio = mesh.connect().start();
    Message<OpenSession> request = worker.request();
    twilio.dtmf("5");
    for (int i = 0; i < 5; i++) {
      twilio.media(20 * i, audio(i));
    }
    twilio.settled();

    worker.open(request);

    assertThat(worker.frame().text()).isEqualTo("5");
    for (int i = 2; i < 5; i++) {
      assertThat(worker.frame().payload()).isEqualTo(audio(i));
    }
    twilio.media(100, audio(9));
    assertThat(worker.frame().payload()).isEqualTo(audio(9));
    assertThat(mesh.counter("callmesh.ingress.audio.dropped.ms", "direction", "in")).isEqualTo(40);
  }

  @Test
  void givesUpAPeerThatPilesUpSignalsWhileItOpens() throws Exception {
    FakeWorker worker = mesh.worker("w1", 0).that(Manner.WAIT);
    TwilioSocket twilio = mesh.connect().start();
    Message<OpenSession> request = worker.request();
    for (int i = 0; i < 1_001; i++) {
      twilio.dtmf("1");
    }

    assertThat(twilio.closeCode()).isEqualTo(1008);
    worker.open(request);
    assertThat(worker.frame().text()).isEqualTo("error");
  }

  @Test
  void tellsAWorkerThatOpenedTooLateHowTheStreamEnded() throws Exception {
    FakeWorker worker = mesh.worker("w1", 0).that(Manner.WAIT);
    TwilioSocket twilio = mesh.connect().start();
    Message<OpenSession> request = worker.request();
    twilio.stop();
    assertThat(twilio.closeCode()).isEqualTo(1000);

    worker.open(request);

    Frame end = worker.frame();
    assertThat(end.kind()).isEqualTo(FrameKind.END);
    assertThat(end.streamKey()).isEqualTo(request.body().streamKey());
    assertThat(end.text()).isEqualTo("caller_hung_up");
    assertThat(mesh.metrics.streams()).isZero();
  }

  @Test
  void closesASocketThatNeverStarts() throws Exception {
    TwilioSocket twilio = mesh.connect();
    mesh.pass(Duration.ofSeconds(10));
    twilio.settled();

    mesh.pass(SECOND);

    assertThat(twilio.closeCode()).isEqualTo(1008);
    assertThat(mesh.metrics.streams()).isZero();
  }

  // The flow of frames

  @Test
  void bringsFramesToTheWorkerInOrder() throws Exception {
    FakeWorker worker = mesh.worker("w1", 0);
    TwilioSocket twilio = mesh.connect().start();
    long key = worker.asked().streamKey();

    twilio
        .media(20, audio(1))
        .dtmf("#")
        .media(40, audio(2))
        .send("{'event':'mark','streamSid':'MZ1','mark':{'name':'u3:12'}}");

    assertFrame(worker.frame(), key, FrameKind.AUDIO, 0, audio(1));
    assertFrame(worker.frame(), key, FrameKind.DTMF, 1, new byte[] {'#'});
    Frame third = worker.frame();
    assertFrame(third, key, FrameKind.AUDIO, 2, audio(2));
    assertThat(third.timestampMs()).isEqualTo(40);
    assertThat(worker.frame().text()).isEqualTo("u3:12");
  }

  @Test
  void bringsFramesFromTheWorkerToTwilio() throws Exception {
    FakeWorker worker = mesh.worker("w1", 0);
    TwilioSocket twilio = mesh.connect().start();
    OpenSession session = worker.asked();

    worker.audio(session, audio(7));
    worker.signal(session, FrameKind.MARK, "u1:1");
    worker.signal(session, FrameKind.CLEAR, "");

    assertThat(twilio.message())
        .isEqualTo(
            new JsonObject()
                .put("event", "media")
                .put("streamSid", "MZ1")
                .put(
                    "media",
                    new JsonObject().put("payload", Base64.getEncoder().encodeToString(audio(7)))));
    assertThat(twilio.message().getJsonObject("mark").getString("name")).isEqualTo("u1:1");
    assertThat(twilio.message())
        .isEqualTo(new JsonObject().put("event", "clear").put("streamSid", "MZ1"));
  }

  @Test
  void ignoresFramesOfAStreamThatItDoesNotHave() throws Exception {
    FakeWorker worker = mesh.worker("w1", 0);
    TwilioSocket twilio = mesh.connect().start();
    OpenSession session = worker.asked();

    worker.send(session, Frame.signal(session.streamKey() + 1, FrameKind.CLEAR, 0, 0));
    worker.signal(session, FrameKind.MARK, "mine");

    assertThat(twilio.message().getString("event")).isEqualTo("mark");
  }

  @Test
  void closesWhenTheWorkerIsDone() throws Exception {
    FakeWorker worker = mesh.worker("w1", 0);
    TwilioSocket twilio = mesh.connect().start();
    OpenSession session = worker.asked();
    mesh.onLoop(() -> {});

    worker.signal(session, FrameKind.MARK, "last");
    worker.signal(session, FrameKind.END, "handed_off");

    assertThat(twilio.message().getString("event")).isEqualTo("mark");
    assertThat(twilio.closeCode()).isEqualTo(1000);
    assertThat(told(CallEventType.STREAM_STARTED).getString("worker")).isEqualTo("w1");
    assertThat(told(CallEventType.STREAM_ENDED).getString("reason")).isEqualTo("agent_done");
    assertThat(worker.hasFrames()).isFalse();
    assertThat(mesh.metrics.streams()).isZero();
    assertThat(mesh.counter("callmesh.ingress.streams.ended", "reason", "agent_done")).isEqualTo(1);
    assertThat(mesh.counter("callmesh.ingress.streams.ended", "reason", "error")).isZero();
  }

  @Test
  void readsAMessageInFragments() throws Exception {
    FakeWorker worker = mesh.worker("w1", 0);
    TwilioSocket twilio = mesh.connect().start();
    assertThat(worker.asked()).isNotNull();

    twilio
        .write(WebSocketFrame.textFrame("{\"event\":\"dtmf\",\"stre", false))
        .write(WebSocketFrame.pingFrame(Buffer.buffer("in between")))
        .write(continuation("amSid\":\"MZ1\",\"dtmf\":", false))
        .write(continuation("{\"digit\":\"8\"}}", true))
        .dtmf("9");

    assertThat(worker.frame().text()).isEqualTo("8");
    assertThat(worker.frame().text()).isEqualTo("9");
  }

  @Test
  void closesOnAMessageThatIsTooLong() throws Exception {
    FakeWorker worker = mesh.worker("w1", 0);
    TwilioSocket twilio = mesh.connect().start();
    assertThat(worker.asked()).isNotNull();
    String part = "x".repeat(40_000);

    twilio.write(WebSocketFrame.textFrame(part, false)).write(continuation(part, false));

    assertThat(twilio.closeCode()).isEqualTo(1009);
    assertThat(worker.frame().text()).isEqualTo("error");
    assertThat(mesh.offences("too_long")).isEqualTo(1);
  }

  // What a peer gets wrong

  @Test
  void countsMalformedMessagesAndGoesOn() throws Exception {
    FakeWorker worker = mesh.worker("w1", 0);
    TwilioSocket twilio = mesh.connect().start();
    assertThat(worker.asked()).isNotNull();

    twilio
        .send("garbage")
        .send("{'event':'media','media':'x'}")
        .send("{'event':'newer'}")
        .dtmf("1");

    assertThat(worker.frame().text()).isEqualTo("1");
    assertThat(mesh.offences("unreadable")).isEqualTo(2);
    assertThat(mesh.counter("callmesh.ingress.messages.unknown")).isEqualTo(1);
  }

  @Test
  void closesAfterTooManyMalformedMessages() throws Exception {
    FakeWorker worker = mesh.worker("w1", 0);
    TwilioSocket twilio = mesh.connect().start();
    assertThat(worker.asked()).isNotNull();
    for (int i = 0; i < 5; i++) {
      twilio.send("garbage");
    }
    twilio.settled().send("garbage");

    assertThat(twilio.closeCode()).isEqualTo(1008);
    assertThat(worker.frame().text()).isEqualTo("error");
  }

  @Test
  void countsMessagesThatAreOutOfOrder() throws Exception {
    FakeWorker worker = mesh.worker("w1", 0);
    TwilioSocket twilio = mesh.connect().media(0, audio(1)).stop().start();
    assertThat(worker.asked()).isNotNull();

    twilio
        .start()
        .send("{'event':'dtmf','streamSid':'MZ2','dtmf':{'digit':'3'}}")
        .send("{'event':'dtmf','dtmf':{'digit':'4'}}")
        .dtmf("5");

    assertThat(worker.frame().text()).isEqualTo("5");
    assertThat(mesh.offences("before_start")).isEqualTo(2);
    assertThat(mesh.offences("second_start")).isEqualTo(1);
    assertThat(mesh.offences("other_stream")).isEqualTo(2);
    assertThat(worker.wasAsked()).isFalse();
  }

  // The end

  @Test
  void tellsTheWorkerThatTheCallerHungUp() throws Exception {
    FakeWorker worker = mesh.worker("w1", 0);
    TwilioSocket twilio = mesh.connect().start();
    assertThat(worker.asked()).isNotNull();
    // A caller who leaves before the session is open leaves nothing to listen to.
    assertThat(told(CallEventType.STREAM_STARTED).getString("streamSid")).isEqualTo("MZ1");
    twilio.media(0, audio(1)).stop();

    assertThat(worker.frame().kind()).isEqualTo(FrameKind.AUDIO);
    assertThat(worker.frame().text()).isEqualTo("caller_hung_up");
    assertThat(twilio.closeCode()).isEqualTo(1000);
    JsonObject ended = told(CallEventType.STREAM_ENDED);
    assertThat(ended.getString("reason")).isEqualTo("caller_hung_up");
    assertThat(ended.getInteger("framesIn")).isEqualTo(1);
    assertThat(worker.hasFrames()).isFalse();
  }

  @Test
  void tellsTheWorkerThatTheSocketClosedWithoutStop() throws Exception {
    FakeWorker worker = mesh.worker("w1", 0);
    TwilioSocket twilio = mesh.connect().start();
    assertThat(worker.asked()).isNotNull();
    mesh.onLoop(() -> {});

    twilio.close();

    assertThat(worker.frame().text()).isEqualTo("interrupted");
    assertThat(mesh.metrics.streams()).isZero();
  }

  @Test
  void tellsTheWorkerThatTheConnectionIsGone() throws Exception {
    FakeWorker worker = mesh.worker("w1", 0);
    try (RawSocket raw = rawStream()) {
      assertThat(worker.asked()).isNotNull();
      mesh.onLoop(() -> {});
      raw.hangUp();

      assertThat(worker.frame().text()).isEqualTo("interrupted");
    }
    assertThat(mesh.metrics.streams()).isZero();
  }

  @Test
  void endsAtTheCloseFrameOfAPeerThatReadsNothing() throws Exception {
    FakeWorker worker = mesh.worker("w1", 0);
    try (RawSocket raw = rawStream()) {
      OpenSession session = worker.asked();
      mesh.onLoop(() -> {});
      // More than the buffers of both ends hold, so that our close frame has to wait behind it.
      for (int i = 0; i < 400; i++) {
        worker.audio(session, new byte[40_000]);
      }
      mesh.onLoop(() -> {});

      raw.closeFrame();

      assertThat(worker.frame().text()).isEqualTo("interrupted");
      worker.signal(session, FrameKind.MARK, "late");
      mesh.onLoop(() -> {});
      assertThat(mesh.metrics.streams()).isZero();
    }
  }

  @Test
  void closesWhenTheWorkerWentSilent() throws Exception {
    FakeWorker worker = mesh.worker("w1", 0);
    FakeWorker living = mesh.worker("w2", 50);
    TwilioSocket twilio = mesh.connect().start();
    assertThat(worker.asked()).isNotNull();
    for (int i = 0; i < 3; i++) {
      mesh.pass(SECOND);
      living.present(50);
    }
    twilio.settled();

    mesh.pass(SECOND);

    assertThat(twilio.closeCode()).isEqualTo(1011);
    assertThat(worker.frame().text()).isEqualTo("interrupted");
    assertThat(mesh.metrics.streams()).isZero();
  }

  @Test
  void doesNotTakeItsOwnStandstillForTheWorkersSilence() throws Exception {
    FakeWorker worker = mesh.worker("w1", 0);
    TwilioSocket twilio = mesh.connect().start();
    OpenSession session = worker.asked();

    mesh.pass(Duration.ofSeconds(20));
    worker.present(1);
    mesh.pass(SECOND);

    worker.signal(session, FrameKind.MARK, "alive");
    assertThat(twilio.message().getString("event")).isEqualTo("mark");
  }

  @Test
  void pingsAtItsIntervalWhateverThatIs() throws Exception {
    restart(new Limits(10, 10, 5, Duration.ofMillis(60), Duration.ofMillis(1_500)));
    FakeWorker worker = mesh.worker("w1", 0);
    TwilioSocket twilio = mesh.connect().start();
    OpenSession session = worker.asked();
    for (int i = 0; i < 6; i++) {
      mesh.pass(SECOND);
      worker.present(1);
    }

    worker.signal(session, FrameKind.MARK, "behind the pings");

    assertThat(twilio.message().getString("event")).isEqualTo("mark");
    assertThat(twilio.pings()).isEqualTo(3);
  }

  // Steps

  /** Starts again with room for one stream, and with tickets that wait for the test's answer. */
  private Promise<Boolean> useTickets() throws Exception {
    Promise<Boolean> answer = Promise.promise();
    mesh.close();
    mesh =
        StreamFixture.start(
            new Limits(1, 1, 5, Duration.ofMillis(60), Duration.ofSeconds(25)),
            ticket -> {
              ticketAsked.countDown();
              return answer.future();
            });
    return answer;
  }

  private void awaitTicketAsked() throws InterruptedException {
    assertThat(ticketAsked.await(10, TimeUnit.SECONDS)).isTrue();
  }

  private RawSocket rawStream() throws Exception {
    String uri = mesh.ticketPath();
    return RawSocket.handshake(mesh.port(), uri, sign("token-1", uri))
        .upgraded()
        .text("{'event':'start','streamSid':'MZ1','start':{'accountSid':'AC1','callSid':'CA1'}}");
  }

  private TwilioSocket connect(String uri, String signature) throws Exception {
    return mesh.connect(uri, signature).await(10, TimeUnit.SECONDS);
  }

  private void assertRefused(int status, String uri, String signature) {
    assertStatus(status, mesh.connect(uri, signature));
  }

  private static void assertStatus(int status, Future<TwilioSocket> handshake) {
    assertThatThrownBy(() -> handshake.await(10, TimeUnit.SECONDS))
        .isInstanceOfSatisfying(
            UpgradeRejectedException.class,
            refused -> assertThat(refused.getStatus()).isEqualTo(status));
  }

  private static String signedAsHttps(String uri) {
    return TwilioSignature.of(
        "token-1", "https://mesh.example.com" + uri, Collections.emptySortedMap());
  }

  private static WebSocketFrame continuation(String text, boolean last) {
    return WebSocketFrame.continuationFrame(Buffer.buffer(text), last);
  }

  private JsonObject told(CallEventType type) throws InterruptedException {
    Told event = mesh.events.poll(10, TimeUnit.SECONDS);
    assertThat(event).isNotNull();
    assertThat(event.type()).isEqualTo(type);
    assertThat(event.callSid()).isEqualTo("CA1");
    return event.data();
  }

  private static byte[] audio(int value) {
    byte[] audio = new byte[Frame.AUDIO_BYTES];
    Arrays.fill(audio, (byte) value);
    return audio;
  }

  private static void assertFrame(
      Frame frame, long key, FrameKind kind, int sequence, byte[] payload) {
    assertThat(frame.streamKey()).isEqualTo(key);
    assertThat(frame.kind()).isEqualTo(kind);
    assertThat(frame.sequence()).isEqualTo(sequence);
    assertThat(frame.payload()).isEqualTo(payload);
  }
}
