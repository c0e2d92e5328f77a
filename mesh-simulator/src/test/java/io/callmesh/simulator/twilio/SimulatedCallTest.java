package io.callmesh.simulator.twilio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callmesh.contracts.security.Secret;
import io.callmesh.simulator.audio.MuLaw;
import io.callmesh.simulator.twilio.CallerStep.HangUp;
import io.callmesh.simulator.twilio.CallerStep.Pause;
import io.callmesh.simulator.twilio.CallerStep.Press;
import io.callmesh.simulator.twilio.CallerStep.Speak;
import io.callmesh.simulator.twilio.CallerStep.StayOnLine;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SimulatedCallTest {
  private static final TwilioAccount ACCOUNT =
      new TwilioAccount("AC" + "0".repeat(32), new Secret(FakeMesh.TOKEN));

  private final Vertx vertx = Vertx.vertx();
  private FakeMesh mesh;

  @BeforeEach
  void startMesh() throws Exception {
    mesh = new FakeMesh(vertx);
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().await(10, TimeUnit.SECONDS);
  }

  @Test
  void requestsVoiceWebhookAsTwilioDoes() throws Exception {
    mesh.answer("/twilio/voice", "<Hangup/>");

    CallReport report = call(plan(new HangUp()));

    assertThat(report.end()).isEqualTo(CallEnd.HANGUP);
    assertThat(report.voiceTwiml()).isEqualTo("<Response><Hangup/></Response>");
    FakeMesh.Request request = mesh.requests.get(0);
    assertThat(request.signed()).isTrue();
    assertThat(request.form())
        .containsEntry("CallSid", report.callSid())
        .containsEntry("AccountSid", ACCOUNT.accountSid())
        .containsEntry("From", "+15550100001")
        .containsEntry("Caller", "+15550100001")
        .containsEntry("To", "+15550100000")
        .containsEntry("Called", "+15550100000")
        .containsEntry("CallStatus", "ringing")
        .containsEntry("Direction", "inbound")
        .containsEntry("ApiVersion", "2010-04-01")
        .hasSize(9);
  }

  @Test
  void sendsStreamMessagesInTwiliosShape() throws Exception {
    mesh.answer("/twilio/voice", connect("<Parameter name='conversationId' value='c-42'/>"));

    CallReport report = call(plan(new Pause(Duration.ofMillis(40)), new Press('5'), new HangUp()));

    assertThat(mesh.stop().await(10, TimeUnit.SECONDS)).isNotNull();
    String sid = report.streams().get(0).streamSid();
    String callSid = report.callSid();
    assertThat(mesh.handshakes).containsExactly("/streams/t signed");
    assertThat(mesh.messages.get(0))
        .isEqualTo(
            new JsonObject(
                """
                {"event":"connected","protocol":"Call","version":"1.0.0"}"""));
    assertThat(mesh.messages.get(1))
        .isEqualTo(
            new JsonObject(
                """
                {"event":"start","sequenceNumber":"1","streamSid":"%s","start":{
                  "accountSid":"%s","callSid":"%s","streamSid":"%s","tracks":["inbound"],
                  "mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1},
                  "customParameters":{"conversationId":"c-42"}}}"""
                    .formatted(sid, ACCOUNT.accountSid(), callSid, sid)));
    String silence = Base64.getEncoder().encodeToString(MuLaw.encode(new short[160]));
    assertThat(mesh.messages.get(2))
        .isEqualTo(
            new JsonObject(
                """
                {"event":"media","sequenceNumber":"2","streamSid":"%s","media":{
                  "track":"inbound","chunk":"1","timestamp":"20","payload":"%s"}}"""
                    .formatted(sid, silence)));
    assertThat(mesh.events("dtmf"))
        .containsExactly(
            new JsonObject(
                """
                {"event":"dtmf","sequenceNumber":"5","streamSid":"%s",
                 "dtmf":{"track":"inbound_track","digit":"5"}}"""
                    .formatted(sid)));
  }

  @Test
  void numbersAllMessagesInOneSequence() throws Exception {
    mesh.answer("/twilio/voice", connect(""));

    CallReport report =
        call(plan(new Press('1'), new Speak(new short[320]), new Press('2'), new HangUp()));

    assertThat(mesh.stop().await(10, TimeUnit.SECONDS)).isNotNull();
    List<JsonObject> numbered = mesh.messages.subList(1, mesh.messages.size());
    for (int i = 0; i < numbered.size(); i++) {
      assertThat(numbered.get(i).getString("sequenceNumber")).isEqualTo(String.valueOf(i + 1));
    }
    List<JsonObject> media = mesh.events("media");
    assertThat(media).hasSize((int) report.framesSent()).hasSize(12);
    for (int i = 0; i < media.size(); i++) {
      JsonObject body = media.get(i).getJsonObject("media");
      assertThat(body.getString("chunk")).isEqualTo(String.valueOf(i + 1));
      assertThat(body.getString("timestamp")).isEqualTo(String.valueOf(20 * (i + 1)));
    }
  }

  @Test
  void callerWhoHangsUpSendsStopAndRequestsNoAction() throws Exception {
    mesh.answer("/twilio/voice", connect("")).answer("/after", "<Hangup/>");

    CallReport report = call(plan(new Pause(Duration.ofMillis(20)), new HangUp()));

    assertThat(report.end()).isEqualTo(CallEnd.CALLER_HUNG_UP);
    assertThat(report.actionTwiml()).isNull();
    JsonObject last = mesh.stop().await(10, TimeUnit.SECONDS);
    assertThat(last.getJsonObject("stop"))
        .isEqualTo(
            new JsonObject()
                .put("accountSid", ACCOUNT.accountSid())
                .put("callSid", report.callSid()));
    assertThat(mesh.targets()).containsExactly("/twilio/voice");
  }

  @Test
  void meshThatClosesTheStreamIsAskedForItsAction() throws Exception {
    mesh.answer("/twilio/voice", connect(""))
        .answer("/after", "<Enqueue workflowSid='WW1'><Task>{\"a\":1}</Task></Enqueue>")
        .onStream(on("start", (socket, sid) -> socket.close((short) 1000, "done")));

    CallReport report = call(plan(new StayOnLine()));

    assertThat(report.end()).isEqualTo(CallEnd.ENQUEUED);
    assertThat(report.enqueued()).isEqualTo(new Enqueued("WW1", "", "{\"a\":1}"));
    assertThat(report.verbs()).containsExactly("Connect/Stream", "Enqueue");
    assertThat(report.actionTwiml()).contains("WW1");
    assertThat(report.streams().get(0).closeCode()).isEqualTo(1000);
    assertThat(report.streams().get(0).closeReason()).isEqualTo("done");
    FakeMesh.Request action = mesh.requests.get(1);
    assertThat(action.target()).isEqualTo("/after?x=%2B1");
    assertThat(action.signed()).isTrue();
    assertThat(action.form()).containsEntry("CallStatus", "in-progress");
  }

  @Test
  void callWhoseStreamIsLostGoesOnWithItsAction() throws Exception {
    mesh.answer("/twilio/voice", connect(""))
        .answer("/after", FakeMesh.twiml(connect("")), FakeMesh.twiml("<Hangup/>"));

    CallReport report =
        call(plan(new CallerStep.LoseStream(), new Press('1'), new CallerStep.LoseStream()));

    assertThat(report.end()).isEqualTo(CallEnd.HANGUP);
    assertThat(report.streams()).hasSize(2);
    assertThat(mesh.targets()).containsExactly("/twilio/voice", "/after?x=%2B1", "/after?x=%2B1");
    assertThat(mesh.events("dtmf")).hasSize(1);
    assertThat(mesh.events("stop")).isEmpty();
  }

  @Test
  void returnsMarkAfterItsAudioHasBeenHeard() throws Exception {
    mesh.answer("/twilio/voice", connect(""))
        .answer("/after", "<Hangup/>")
        .onStream(
            (socket, message) -> {
              if ("start".equals(message.getString("event"))) {
                String sid = message.getString("streamSid");
                socket.writeTextMessage(media(sid, loud(800)));
                socket.writeTextMessage(mark(sid, "heard"));
              } else if ("mark".equals(message.getString("event"))) {
                socket.close();
              }
            });

    CallReport report = call(plan(new StayOnLine()));

    assertThat(report.marksSent()).isEqualTo(1);
    assertThat(report.marksPlayed()).isEqualTo(1);
    assertThat(report.streams().get(0).playedMs()).isEqualTo(100);
    assertThat(report.recording().agentSpeechMs()).isEqualTo(100);
    assertThat(mesh.events("mark").get(0).getJsonObject("mark"))
        .isEqualTo(new JsonObject().put("name", "heard"));
  }

  @Test
  void clearReturnsAllMarksAndDropsTheRest() throws Exception {
    mesh.answer("/twilio/voice", connect(""))
        .answer("/after", "<Hangup/>")
        .onStream(
            (socket, message) -> {
              String sid = message.getString("streamSid");
              if ("start".equals(message.getString("event"))) {
                socket.writeTextMessage(media(sid, loud(80_000)));
                socket.writeTextMessage(mark(sid, "a"));
                socket.writeTextMessage(media(sid, loud(80_000)));
                socket.writeTextMessage(mark(sid, "b"));
                socket.writeTextMessage(
                    new JsonObject().put("event", "clear").put("streamSid", sid).encode());
              } else if (mesh.events("mark").size() == 2) {
                socket.close();
              }
            });

    CallReport report = call(plan(new StayOnLine()));

    assertThat(report.clears()).isEqualTo(1);
    assertThat(report.marksCleared()).isEqualTo(2);
    assertThat(report.marksPlayed()).isZero();
    assertThat(report.streams().get(0).unplayedMs()).isZero();
    assertThat(mesh.events("mark"))
        .extracting(mark -> mark.getJsonObject("mark").getString("name"))
        .startsWith("a", "b");
  }

  @Test
  void countsWhatTwilioWouldNotUnderstand() throws Exception {
    mesh.answer("/twilio/voice", connect(""))
        .answer("/after", "<Hangup/>")
        .onStream(
            on(
                "start",
                (socket, sid) -> {
                  socket.writeTextMessage("{\"event\":\"mark\"");
                  socket.writeTextMessage(mark("MZother", "m"));
                  socket.writeTextMessage("{\"event\":\"hello\",\"streamSid\":\"" + sid + "\"}");
                  socket.writeTextMessage(
                      new JsonObject(mark(sid, "m")).put("more", true).encode());
                  socket.writeTextMessage(
                      "{\"event\":\"media\",\"streamSid\":\"%s\",\"media\":{\"payload\":\"*\"}}"
                          .formatted(sid));
                  socket.writeBinaryMessage(Buffer.buffer("audio"));
                  socket.close();
                }));

    CallReport report = call(plan(new StayOnLine()));

    assertThat(report.invalidMessages()).isEqualTo(6);
    assertThat(report.streams().get(0).firstInvalid()).isEqualTo("{\"event\":\"mark\"");
    assertThat(report.marksSent()).isZero();
  }

  @Test
  void goesOnWithTheNextVerbWhenTheHandshakeIsRefused() throws Exception {
    mesh.refuseStreams(403)
        .answer("/twilio/voice", connect("") + "<Redirect>after</Redirect>")
        .answer("/twilio/after", "<Dial action='/dialled'><Number>+15550100009</Number></Dial>")
        .answer("/dialled", "<Say>Bye</Say>");

    CallReport report = call(plan(new StayOnLine()));

    assertThat(report.streams().get(0).error()).isEqualTo("31920 handshake answered 403");
    assertThat(report.verbs()).containsExactly("Connect/Stream", "Redirect", "Dial/Number", "Say");
    assertThat(report.transfers()).containsExactly(new Transfer("Number", "+15550100009"));
    assertThat(report.said()).containsExactly("Bye");
    assertThat(report.end()).isEqualTo(CallEnd.OUT_OF_VERBS);
    assertThat(report.recording().duration()).isEqualTo(Duration.ofMillis(180));
    assertThat(mesh.targets()).containsExactly("/twilio/voice", "/twilio/after", "/dialled");
    assertThat(mesh.requests.get(2).form()).containsEntry("DialCallStatus", "completed");
    assertThat(mesh.requests).allMatch(FakeMesh.Request::signed);
  }

  @Test
  void signsForThePublicUrlAndConnectsToTheBase() throws Exception {
    mesh.knownAs("https://mesh.test")
        .answer(
            "/twilio/voice",
            "<Connect><Stream url='wss://mesh.test/streams/t'/></Connect><Hangup/>");

    CallReport report =
        new TwilioSimulator(vertx, mesh.url(), ACCOUNT)
            .signingAs(URI.create("https://mesh.test"))
            .call(plan(new HangUp()))
            .start()
            .await(10, TimeUnit.SECONDS);

    assertThat(report.streams().get(0).error()).isNull();
    assertThat(mesh.requests.get(0).signed()).isTrue();
    assertThat(mesh.handshakes).containsExactly("/streams/t signed");
  }

  @Test
  void namesStatusAndFirstLineWhenTheWebhookIsRefused() {
    mesh.answer("/twilio/voice", new FakeMesh.Answer(403, "text/plain", "bad signature\nmore"));

    assertThatThrownBy(() -> call(plan(new HangUp())))
        .isInstanceOf(CallException.class)
        .hasMessage(mesh.url() + "/twilio/voice answered 403: bad signature")
        .satisfies(e -> assertThat(((CallException) e).status()).isEqualTo(403));
  }

  @Test
  void refusesAnswersThatAreNotXmlOrTooLarge() {
    mesh.answer("/twilio/voice", new FakeMesh.Answer(200, "application/json", "{}"));
    assertThatThrownBy(() -> call(plan(new HangUp()))).hasMessageContaining("12300");

    mesh.answer("/twilio/voice", "<Say>" + "x".repeat(65_536) + "</Say>");
    assertThatThrownBy(() -> call(plan(new HangUp()))).hasMessageContaining("11750");
  }

  @Test
  void refusesToRunInCircles() {
    mesh.answer("/twilio/voice", "<Redirect>/twilio/voice</Redirect>");

    assertThatThrownBy(() -> call(plan(new HangUp())))
        .isInstanceOf(CallException.class)
        .satisfies(
            e -> assertThat(((CallException) e).problem()).isEqualTo(CallException.Problem.LOOP));
    assertThat(mesh.requests).hasSize(11);
  }

  @Test
  void namesMeshThatIsNotThere() throws Exception {
    URI url = mesh.url();
    mesh.close().await(10, TimeUnit.SECONDS);

    assertThatThrownBy(
            () ->
                new TwilioSimulator(vertx, url, ACCOUNT)
                    .call(plan(new HangUp()))
                    .start()
                    .await(10, TimeUnit.SECONDS))
        .isInstanceOf(CallException.class)
        .hasMessageContaining(url + "/twilio/voice cannot be reached");
  }

  @Test
  void endsAtItsLimit() throws Exception {
    mesh.answer("/twilio/voice", "<Pause length='60'/>");
    Duration limit = Duration.ofMillis(200);

    CallReport report = call(CallPlan.of("+15550100001", "+15550100000", List.of(), limit));

    assertThat(report.end()).isEqualTo(CallEnd.LIMIT);
    assertThat(report.recording().duration()).isLessThanOrEqualTo(limit);
  }

  @Test
  void hangsUpWhenToldTo() throws Exception {
    mesh.answer("/twilio/voice", connect(""));
    SimulatedCall call =
        new TwilioSimulator(vertx, mesh.url(), ACCOUNT).call(plan(new StayOnLine()));
    call.listener(
        new CallListener() {
          @Override
          public void onStreamOpened(String streamSid) {
            call.hangUp();
          }
        });

    assertThat(call.start().await(10, TimeUnit.SECONDS).end()).isEqualTo(CallEnd.CALLER_HUNG_UP);
    assertThat(mesh.stop().await(10, TimeUnit.SECONDS)).isNotNull();
  }

  @Test
  void reportsStreamAndCallToTheirCallbacks() throws Exception {
    mesh.answer(
            "/twilio/voice",
            "<Connect><Stream name='agent' statusCallback='/status' url='"
                + mesh.streamUrl("/streams/t")
                + "'/></Connect>")
        .answer("/status", "")
        .answer("/call-status", "")
        .onStream(on("start", (socket, sid) -> socket.close()));
    Map<String, Integer> answered = new ConcurrentHashMap<>();
    Promise<Void> allAnswered = Promise.promise();
    SimulatedCall call =
        new TwilioSimulator(vertx, mesh.url(), ACCOUNT)
            .call(plan(new StayOnLine()).reportingTo("/call-status"));
    call.listener(
        new CallListener() {
          @Override
          public void onCallback(String kind, int status) {
            answered.put(kind, status);
            if (answered.size() == 3) {
              allAnswered.complete(); // in which order is up to the connections
            }
          }
        });

    assertThat(call.start().await(10, TimeUnit.SECONDS).end()).isEqualTo(CallEnd.OUT_OF_VERBS);
    allAnswered.future().await(10, TimeUnit.SECONDS);
    assertThat(answered)
        .isEqualTo(Map.of("stream-started", 200, "stream-stopped", 200, "call-completed", 200));
    assertThat(mesh.requests).allMatch(FakeMesh.Request::signed);
    assertThat(mesh.requests)
        .filteredOn(request -> request.target().equals("/status"))
        .extracting(request -> request.form().get("StreamEvent"))
        .containsExactlyInAnyOrder("stream-started", "stream-stopped");
  }

  @Test
  void recordsBothSidesInTime() throws Exception {
    short[] speech = new short[1_600];
    Arrays.fill(speech, (short) 5_000);
    mesh.answer("/twilio/voice", connect(""));

    CallReport report = call(plan(new Speak(speech), new HangUp()));

    StereoRecording recording = report.recording();
    assertThat(recording.caller()).hasSameSizeAs(recording.agent()).startsWith(speech);
    assertThat(recording.agentSpeechMs()).isZero();
  }

  private CallReport call(CallPlan plan) throws Exception {
    return new TwilioSimulator(vertx, mesh.url(), ACCOUNT)
        .call(plan)
        .start()
        .await(10, TimeUnit.SECONDS);
  }

  private static CallPlan plan(CallerStep... steps) {
    return CallPlan.of("+15550100001", "+15550100000", List.of(steps), Duration.ofSeconds(8));
  }

  private String connect(String parameters) {
    return "<Connect action='%s/after?x=%%2B1'><Stream url='%s'>%s</Stream></Connect>"
        .formatted(mesh.url(), mesh.streamUrl("/streams/t"), parameters);
  }

  private interface OnEvent {
    void happened(ServerWebSocket socket, String streamSid);
  }

  private static FakeMesh.StreamHandler on(String event, OnEvent handler) {
    return (socket, message) -> {
      if (event.equals(message.getString("event"))) {
        handler.happened(socket, message.getString("streamSid"));
      }
    };
  }

  private static byte[] loud(int samples) {
    byte[] audio = new byte[samples];
    Arrays.fill(audio, MuLaw.encode((short) 8_000));
    return audio;
  }

  private static String media(String sid, byte[] audio) {
    return new JsonObject()
        .put("event", "media")
        .put("streamSid", sid)
        .put("media", new JsonObject().put("payload", Base64.getEncoder().encodeToString(audio)))
        .encode();
  }

  private static String mark(String sid, String name) {
    return new JsonObject()
        .put("event", "mark")
        .put("streamSid", sid)
        .put("mark", new JsonObject().put("name", name))
        .encode();
  }
}
