package io.callmesh.simulator.twilio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.callmesh.contracts.security.Secret;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a call that a document hands over: dials, REFERs, queues, Studio. */
class HandoffPlayTest {
  private static final TwilioAccount ACCOUNT =
      new TwilioAccount("AC" + "0".repeat(32), new Secret(FakeMesh.TOKEN));
  private static final String SIP_CALLER = "sip:alice@pbx.example";
  private static final String FLOW = "/v1/Accounts/" + ACCOUNT.accountSid() + "/Flows/FW1";

  private final Vertx vertx = Vertx.vertx();
  private final List<String> told = new ArrayList<>();
  private FakeMesh mesh;

  @BeforeEach
  void startMesh() throws Exception {
    mesh = new FakeMesh(vertx);
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().await(10, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @EnumSource(DialAnswer.class)
  void tellsTheDialActionHowItWent(DialAnswer answer) throws Exception {
    mesh.answer("/twilio/voice", "<Dial action='/dialled'><Number>+15550100009</Number></Dial>")
        .answer("/dialled", "<Hangup/>");

    CallReport report = call(plan().meeting(FarEnd.WILLING.dial(answer)));

    boolean answered = answer == DialAnswer.COMPLETED;
    Map<String, String> fields = mesh.only("/dialled").form();
    assertThat(fields)
        .containsEntry("DialCallStatus", answer.status())
        .containsEntry("DialBridged", String.valueOf(answered))
        .doesNotContainKey("DialSipResponseCode");
    assertThat(fields.get("DialCallSid")).matches("CA[0-9a-f]{32}");
    assertThat(fields.containsKey("DialCallDuration")).isEqualTo(answered);
    assertThat(told).containsExactly("Number " + answer.status());
    assertThat(report.end()).isEqualTo(CallEnd.HANGUP);
  }

  @Test
  void dialsTheNextSipDestinationAfterABusyOne() throws Exception {
    mesh.answer("/twilio/voice", dialSip("sip:one@pbx.example?X-Id=a%26b", "/first"))
        .answer("/first", dialSip("sip:two@pbx.example", "/second"))
        .answer("/second", "<Hangup/>");

    CallReport report = call(plan().meeting(FarEnd.WILLING.dial(DialAnswer.BUSY)));

    assertThat(report.transfers())
        .extracting(Transfer::target)
        .containsExactly("sip:one@pbx.example", "sip:two@pbx.example");
    assertThat(report.transfers().get(0).headers()).isEqualTo(Map.of("X-Id", "a&b"));
    assertThat(report.verbRuns().get(0).attributes()).containsEntry("action", "/first");
    assertThat(mesh.only("/first").form()).containsEntry("DialSipResponseCode", "486");
    assertThat(mesh.only("/second").form())
        .containsEntry("DialCallStatus", "completed")
        .containsEntry("DialSipResponseCode", "200");
  }

  @Test
  void goesOnAfterADialWithoutAction() throws Exception {
    mesh.answer("/twilio/voice", "<Dial>+15550100009</Dial><Say>Nobody is there</Say>");

    CallReport report = call(plan().meeting(FarEnd.WILLING.dial(DialAnswer.NO_ANSWER)));

    assertThat(report.said()).containsExactly("Nobody is there");
  }

  @Test
  void tellsTheReferActionHowItWent() throws Exception {
    mesh.answer("/twilio/voice", refer("/r1"))
        .answer("/r1", refer("/r2"))
        .answer("/r2", refer("/r3"))
        .answer("/r3", refer("/r4"))
        .answer("/r4", "<Hangup/>");
    FarEnd others =
        FarEnd.WILLING.refer(ReferAnswer.REFUSED).refer(ReferAnswer.BUSY).refer(ReferAnswer.UNTOLD);

    CallReport report = call(plan().bySip(SIP_CALLER, Map.of()).meeting(others));

    assertThat(mesh.only("/r1").form())
        .containsEntry("ReferSipResponseCode", "405")
        .doesNotContainKeys("ReferCallStatus", "NotifySipResponseCode");
    assertThat(mesh.only("/r2").form())
        .containsEntry("ReferCallStatus", "busy")
        .containsEntry("ReferSipResponseCode", "202")
        .containsEntry("NotifySipResponseCode", "486");
    assertThat(mesh.only("/r3").form())
        .containsEntry("ReferSipResponseCode", "202")
        .doesNotContainKeys("ReferCallStatus", "NotifySipResponseCode");
    assertThat(mesh.only("/r4").form())
        .containsEntry("ReferCallStatus", "in-progress")
        .containsEntry("NotifySipResponseCode", "200");
    assertThat(told).containsExactly("Refer null", "Refer busy", "Refer null", "Refer in-progress");
    assertThat(report.transfers().get(0).headers()).isEqualTo(Map.of("X-Id", "7"));
  }

  @Test
  void refusesToReferALegThatIsNotSip() {
    mesh.answer("/twilio/voice", refer("/r1"));

    assertThatThrownBy(() -> call(plan()))
        .isInstanceOf(CallException.class)
        .hasMessageContaining("<Refer> on a leg that is not SIP");
  }

  @Test
  void staysInTheQueueUnlessThePlanSaysOtherwise() throws Exception {
    mesh.answer("/twilio/voice", enqueue());

    CallReport report = call(plan());

    assertThat(report.end()).isEqualTo(CallEnd.ENQUEUED);
    Enqueued queue = new Enqueued("WW1", "", "{\"a\":1}", 5, 600);
    assertThat(report.enqueued()).isEqualTo(queue);
    assertThat(report.queues()).containsExactly(new QueueReport(queue, null, 0, 0));
    assertThat(mesh.targets()).containsExactly("/twilio/voice");
  }

  @Test
  void playsTheWaitDocumentUntilAPersonComes() throws Exception {
    mesh.answer("/twilio/voice", enqueue())
        .answer("/wait/", "<Say>Please hold</Say><Redirect method='GET'>music</Redirect>")
        .answer("/wait/music", "<Play>https://mesh/a.mp3</Play><Pause length='60'/>")
        .answer("/left", "<Hangup/>");
    QueueAnswer bridged = new QueueAnswer(QueueAnswer.Way.BRIDGED, 3, Duration.ofSeconds(40));

    CallReport report = call(plan().meeting(FarEnd.WILLING.queue(bridged)));

    assertThat(report.end()).isEqualTo(CallEnd.HANGUP);
    assertThat(report.said()).containsExactly("Please hold", "Please hold", "Please hold");
    assertThat(report.queues())
        .extracting(QueueReport::result, QueueReport::seconds, QueueReport::waits)
        .containsExactly(tuple("bridged", 120L, 3));
    List<FakeMesh.Request> waits = mesh.to("/wait/");
    assertThat(waits)
        .extracting(wait -> wait.form().get("QueueTime"))
        .containsExactly("0", "40", "80");
    assertThat(waits).extracting(FakeMesh.Request::method).containsOnly("GET");
    assertThat(mesh.requests).allMatch(FakeMesh.Request::signed);
    assertThat(waits.get(0).form())
        .containsEntry("QueuePosition", "1")
        .containsEntry("AvgQueueTime", "0")
        .containsEntry("CurrentQueueSize", "1")
        .containsEntry("MaxQueueSize", "1000")
        .containsEntry("CallSid", report.callSid());
    assertThat(mesh.only("/left").form())
        .containsEntry("QueueResult", "bridged")
        .containsEntry("QueueTime", "120")
        .containsEntry("QueueSid", waits.get(0).form().get("QueueSid"));
  }

  @Test
  void leavesTheQueueWhenTheWaitDocumentSaysSo() throws Exception {
    mesh.answer("/twilio/voice", enqueue())
        .answer("/wait/", FakeMesh.twiml("<Pause/>"), FakeMesh.twiml("<Leave/><Say>unheard</Say>"))
        .answer("/left", "<Say>Back</Say>");

    CallReport report = call(plan().meeting(queue(QueueAnswer.Way.LEAVE)));

    assertThat(mesh.only("/left").form())
        .containsEntry("QueueResult", "leave")
        .containsEntry("QueueTime", "20");
    assertThat(report.said()).containsExactly("Back");
    assertThat(mesh.to("/wait/")).hasSize(2);
  }

  @Test
  void endsInTheQueueWhenTheWaitDocumentNeverLeaves() throws Exception {
    mesh.answer("/twilio/voice", enqueue()).answer("/wait/", "<Pause/>");

    CallReport report = call(plan().meeting(queue(QueueAnswer.Way.LEAVE)));

    assertThat(report.end()).isEqualTo(CallEnd.ENQUEUED);
    assertThat(mesh.to("/wait/")).hasSize(20);
  }

  @Test
  void hangsUpWhenTheWaitDocumentSaysSo() throws Exception {
    mesh.answer("/twilio/voice", enqueue())
        .answer("/wait/", "<Hangup/>")
        .answer("/left", "<Say>unheard</Say>");

    CallReport report = call(plan().meeting(queue(QueueAnswer.Way.BRIDGED)));

    assertThat(report.end()).isEqualTo(CallEnd.HANGUP);
    assertThat(mesh.only("/left").form()).containsEntry("QueueResult", "hangup");
    assertThat(report.said()).isEmpty();
  }

  @Test
  void tellsTheActionOfACallerWhoHangsUpInTheQueue() throws Exception {
    mesh.answer("/twilio/voice", enqueue())
        .answer("/wait/", "<Pause/>")
        .answer("/left", "<Say>unheard</Say>");

    CallReport report = call(plan().meeting(queue(QueueAnswer.Way.HANGUP)));

    assertThat(report.end()).isEqualTo(CallEnd.CALLER_HUNG_UP);
    assertThat(mesh.only("/left").form())
        .containsEntry("QueueResult", "hangup")
        .containsEntry("CallStatus", "completed");
    assertThat(report.said()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"QUEUE_FULL", "ERROR", "SYSTEM_ERROR"})
  void asksAtOnceHowToGoOnWhenTheQueueTakesNobody(QueueAnswer.Way way) throws Exception {
    mesh.answer("/twilio/voice", enqueue()).answer("/left", enqueue());

    CallReport report = call(plan().meeting(queue(way)));

    assertThat(mesh.only("/left").form())
        .containsEntry("QueueResult", String.valueOf(way.result()))
        .containsEntry("QueueTime", "0");
    assertThat(mesh.to("/wait/")).isEmpty();
    assertThat(report.queues()).extracting(QueueReport::result).containsExactly(way.result(), null);
    assertThat(told).containsExactly("queue " + way.result(), "queue null");
  }

  @Test
  void goesOnAfterAQueueWithoutActionAndWithoutWaitUrl() throws Exception {
    mesh.answer("/twilio/voice", "<Enqueue>support</Enqueue><Say>Sorry</Say>");

    CallReport report = call(plan().meeting(queue(QueueAnswer.Way.REDIRECTED)));

    assertThat(report.said()).containsExactly("Sorry");
    assertThat(report.queues())
        .containsExactly(new QueueReport(new Enqueued(null, "support", null), "redirected", 10, 1));
  }

  @Test
  void refusesVerbsThatMayNotBeInAWaitDocument() {
    mesh.answer("/twilio/voice", enqueue()).answer("/wait/", "<Dial>+15550100009</Dial>");

    assertThatThrownBy(() -> call(plan().meeting(queue(QueueAnswer.Way.BRIDGED))))
        .hasMessageContaining("<Dial/Number> is not allowed while waiting");
  }

  @Test
  void returnsToStudioWithTheWidgetsVariables() throws Exception {
    mesh.answer(
        "/twilio/voice",
        "<Redirect>https://webhooks.twilio.com%s?FlowEvent=return&amp;handoff=flex&amp;note=a%%26b</Redirect>"
            .formatted(FLOW));

    CallReport report = call(plan());

    assertThat(report.end()).isEqualTo(CallEnd.RETURNED_TO_STUDIO);
    assertThat(report.studio())
        .isEqualTo(new StudioReturn("FW1", Map.of("handoff", "flex", "note", "a&b")));
    assertThat(told).containsExactly("studio FW1");
    assertThat(report.toJson().getJsonObject("studio").getJsonObject("variables").getString("note"))
        .isEqualTo("a&b");
  }

  @Test
  void takesAnotherHostForStudios() throws Exception {
    mesh.answer(
        "/twilio/voice",
        "<Redirect>https://studio.test%s?FlowEvent=return</Redirect>".formatted(FLOW));

    CallReport report =
        new TwilioSimulator(vertx, mesh.url(), ACCOUNT)
            .withStudioAt("studio.test")
            .call(plan())
            .start()
            .await(10, TimeUnit.SECONDS);

    assertThat(report.end()).isEqualTo(CallEnd.RETURNED_TO_STUDIO);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/Accounts/AC9/Flows/FW1?FlowEvent=return",
        "/v1/Flows/FW1?FlowEvent=return",
        "/v1/Accounts/AC00000000000000000000000000000000/Flows/FW1?FlowEvent=fail",
        "/v1/Accounts/AC00000000000000000000000000000000/Flows/FW1"
      })
  void refusesWaysBackThatNoFlowWouldTake(String target) {
    mesh.answer("/twilio/voice", "<Redirect>https://webhooks.twilio.com" + target + "</Redirect>");

    assertThatThrownBy(() -> call(plan()))
        .isInstanceOf(CallException.class)
        .hasMessageContaining("the way back to Studio");
  }

  private static FarEnd queue(QueueAnswer.Way way) {
    return FarEnd.WILLING.queue(QueueAnswer.of(way));
  }

  private static String dialSip(String uri, String action) {
    return "<Dial action='%s'><Sip>%s</Sip></Dial>".formatted(action, uri);
  }

  private static String refer(String action) {
    return "<Refer action='%s'><Sip>sip:desk@pbx.example?X-Id=7</Sip></Refer>".formatted(action);
  }

  private static String enqueue() {
    return "<Enqueue workflowSid='WW1' action='/left' waitUrl='/wait/' waitUrlMethod='GET'>"
        + "<Task priority='5' timeout='600'>{\"a\":1}</Task></Enqueue>";
  }

  private static CallPlan plan() {
    return CallPlan.of("+15550100001", "+15550100000", List.of(), Duration.ofSeconds(8));
  }

  private CallReport call(CallPlan plan) throws Exception {
    return new TwilioSimulator(vertx, mesh.url(), ACCOUNT)
        .call(plan)
        .listener(new Told())
        .start()
        .await(10, TimeUnit.SECONDS);
  }

  /** Notes what a story would tell. */
  private final class Told implements CallListener {
    @Override
    public void onTransferEnded(Transfer transfer, @Nullable String status) {
      told.add(transfer.noun() + " " + status);
    }

    @Override
    public void onQueueLeft(QueueReport queue) {
      told.add("queue " + queue.result());
    }

    @Override
    public void onReturnedToStudio(StudioReturn studio) {
      told.add("studio " + studio.flowSid());
    }
  }
}
