package io.callmesh.standalone;

import static io.callmesh.standalone.WholeMesh.PATIENCE;
import static io.callmesh.standalone.WholeMesh.attributes;
import static io.callmesh.standalone.WholeMesh.destination;
import static io.callmesh.standalone.WholeMesh.enqueued;
import static io.callmesh.standalone.WholeMesh.plan;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.simulator.agent.AgentScript;
import io.callmesh.simulator.agent.SessionRecord;
import io.callmesh.simulator.twilio.CallEnd;
import io.callmesh.simulator.twilio.CallPlan;
import io.callmesh.simulator.twilio.CallReport;
import io.callmesh.simulator.twilio.CallerStep;
import io.callmesh.simulator.twilio.DialAnswer;
import io.callmesh.simulator.twilio.FarEnd;
import io.callmesh.simulator.twilio.QueueAnswer;
import io.callmesh.simulator.twilio.ReferAnswer;
import io.callmesh.simulator.twilio.SimulatedCall;
import io.callmesh.simulator.twilio.StudioReturn;
import io.callmesh.simulator.twilio.Transfer;
import io.callmesh.simulator.twilio.WebhookHabits;
import io.callmesh.standalone.WholeMesh.Answer;
import io.callmesh.standalone.WholeMesh.Line;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Calls from Twilio's first webhook over the agent to wherever they go, through a whole mesh: by
 * every method, with every failure on the way, and when somebody else than the agent decides.
 */
@Execution(ExecutionMode.CONCURRENT)
class TransfersIT {
  private static final String WORKFLOW = "WW00000000000000000000000000000001";
  private static final String FLOW = "FW00000000000000000000000000000001";
  private static final String GOODBYE = "I am putting you through.";
  private static final String NOTE = "Tür & Tor = 100% + $5?";
  private static final WebhookHabits TWICE = new WebhookHabits(false, true);
  private static final AgentScript SCRIPT =
      AgentScript.standard()
          .leaving(GOODBYE)
          .knowing(
              new JsonObject()
                  .put("customer_id", "c-7")
                  .put("note", NOTE)
                  .put("order", new JsonObject().put("id", 4711)));

  private static WholeMesh mesh;

  @BeforeAll
  static void start(@TempDir Path data) throws Exception {
    JsonArray secrets =
        new JsonArray()
            .add(
                new JsonObject()
                    .put("name", "bot-key")
                    .put("value", "open-sesame")
                    .put("accountId", WholeMesh.ACCOUNT));
    mesh = WholeMesh.start(data, Map.of("CALLMESH_AGENT_SECRETS", secrets.encode()));
  }

  @AfterAll
  static void stop() {
    mesh.close();
  }

  // What callers do.

  /**
   * A caller who presses each of these keys once the agent speaks, on one stream after the other;
   * at an exclamation mark the stream is lost instead.
   */
  private static CallerStep[] steps(String keys) {
    List<CallerStep> steps = new ArrayList<>();
    for (int i = 0; i < keys.length(); i++) {
      char key = keys.charAt(i);
      steps.add(new CallerStep.AwaitAgentSpeech(PATIENCE));
      steps.add(key == '!' ? new CallerStep.LoseStream() : new CallerStep.Press(key));
      if (key != '!') {
        steps.add(new CallerStep.StayOnLine());
      }
    }
    return steps.toArray(CallerStep[]::new);
  }

  /** A call whose caller asks for a person once, in a world that repeats every webhook. */
  private static CallPlan asking(Line line) {
    return plan(line, steps("0")).requesting(TWICE);
  }

  private static Line line(AgentScript script, JsonObject... destinations) throws Exception {
    return mesh.line(script, new JsonObject(), destinations);
  }

  private static Line line(JsonObject... destinations) throws Exception {
    return line(SCRIPT, destinations);
  }

  private static JsonObject people() {
    return destination("people", "flex", WORKFLOW);
  }

  private static JsonObject desk() {
    return destination("desk", "number", "+15550102222");
  }

  // The methods.

  @Test
  void toFlexWithWhatTheAgentLearnt() throws Exception {
    JsonObject there =
        people().put("taskAttributes", new JsonObject().put("skill", "cards")).put("priority", 5);

    CallReport report = mesh.made(asking(line(there)));

    JsonObject attributes = attributes(report);
    JsonObject state = mesh.handoffState(report.callSid());
    assertThat(report.verbs()).containsExactly("Connect/Stream", "Say", "Enqueue");
    assertThat(report.said()).containsExactly(GOODBYE);
    assertThat(enqueued(report).workflowSid()).isEqualTo(WORKFLOW);
    assertThat(enqueued(report).priority()).isEqualTo(5);
    assertThat(attributes.getString("skill")).isEqualTo("cards");
    assertThat(attributes.getJsonObject("conversations").getString("conversation_id"))
        .isEqualTo(state.getString("id"));
    assertThat(attributes.getJsonObject("callmesh").getJsonObject("handoff"))
        .isEqualTo(state.getJsonObject("data"));
    assertThat(state.getJsonObject("data").getString("customer_id")).isEqualTo("c-7");
  }

  @Test
  void saysNothingThatTheAgentHasSaidItself() throws Exception {
    CallReport report =
        mesh.made(asking(line(AgentScript.standard().havingSaid(GOODBYE), people())));

    assertThat(report.verbs()).containsExactly("Connect/Stream", "Enqueue");
  }

  @Test
  void toTheDestinationThatTheAgentNames() throws Exception {
    CallReport report = mesh.made(asking(line(SCRIPT.handingOffTo("desk"), people(), desk())));

    assertThat(report.verbs()).containsExactly("Connect/Stream", "Say", "Dial/Number", "Hangup");
    assertThat(report.transfers()).extracting(Transfer::target).containsExactly("+15550102222");
    assertThat(report.end()).isEqualTo(CallEnd.HANGUP);
  }

  @Test
  void anonymousCallersShowTheNumberThatTheyCalled() throws Exception {
    CallReport report = mesh.made(asking(line(desk())).anonymous());

    assertThat(report.transfers()).extracting(Transfer::callerId).containsExactly("+15550100000");
  }

  private static JsonObject pbx(String method) {
    return destination("pbx", method, "sip:desk@pbx.example.com")
        .put(
            "sipHeaders",
            new JsonObject()
                .put("X-Note", "$note")
                .put("X-Order", "no. ${order.id}")
                .put("X-Call", "$call_sid")
                .put("X-From", "$from"));
  }

  private static void assertHeaders(CallReport report, String noun, String from) {
    assertThat(report.transfers()).hasSize(1);
    Transfer transfer = report.transfers().get(0);
    assertThat(transfer.noun()).isEqualTo(noun);
    assertThat(transfer.target()).isEqualTo("sip:desk@pbx.example.com");
    assertThat(transfer.headers())
        .containsEntry("X-Note", NOTE)
        .containsEntry("X-Order", "no. 4711")
        .containsEntry("X-Call", report.callSid())
        .containsEntry("X-From", from);
    assertThat(report.end()).isEqualTo(CallEnd.HANGUP);
    assertThat(report.said()).containsExactly(GOODBYE);
  }

  @Test
  void bySipInviteWithHeaders() throws Exception {
    assertHeaders(mesh.made(asking(line(pbx("sip-invite")))), "Sip", "+15550100001");
  }

  @Test
  void byReferWhenTheCallerIsOnSip() throws Exception {
    CallPlan plan = asking(line(pbx("sip-refer"))).bySip("sip:alice@sbc.example.com", Map.of());

    assertHeaders(mesh.made(plan), "Refer", "sip:alice@sbc.example.com");
  }

  @Test
  void byInviteWhenAReferIsWantedAndTheCallerIsNotOnSip() throws Exception {
    assertHeaders(mesh.made(asking(line(pbx("sip-refer")))), "Sip", "+15550100001");
  }

  @Test
  void backToTheSbcByHangingUp() throws Exception {
    CallReport report =
        mesh.made(
            asking(line(destination("sbc", "sip-bye", "")))
                .bySip("sip:alice@sbc.example.com", Map.of()));

    assertThat(report.verbs()).containsExactly("Connect/Stream", "Say", "Hangup");
    assertThat(report.said()).containsExactly(GOODBYE);
  }

  @Test
  void onwardWhenThereIsNoSbcToTakeTheCallBack() throws Exception {
    JsonObject sbc = destination("sbc", "sip-bye", "").put("ifFailed", "people");

    CallReport report = mesh.made(asking(line(sbc, people())));

    assertThat(attributes(report).getJsonObject("callmesh").getString("destination"))
        .isEqualTo("people");
    assertThat(report.said()).containsExactly(GOODBYE);
  }

  @Test
  void backIntoTheStudioFlow() throws Exception {
    CallReport report = mesh.made(asking(line(destination("flow", "studio", FLOW))));

    assertThat(report.end()).isEqualTo(CallEnd.RETURNED_TO_STUDIO);
    assertThat(report.said()).containsExactly(GOODBYE);
    StudioReturn back = Objects.requireNonNull(report.studio());
    assertThat(back.flowSid()).isEqualTo(FLOW);
    assertThat(back.variables())
        .containsEntry("handoff", "flow")
        .containsEntry("reason", "needs_human")
        .containsEntry("data_customer_id", "c-7")
        .containsEntry("data_note", NOTE)
        .containsEntry("conversationId", mesh.handoffState(report.callSid()).getString("id"));
  }

  @Test
  void throughADocumentOfTheCustomersOwn() throws Exception {
    JsonObject own =
        destination("own", "twiml", "")
            .put(
                "twiml",
                """
                <Response><Say>Customer $customer_id, $note</Say>
                <Dial><Sip>sip:x@pbx.example.com?X-Note=$note</Sip></Dial><Hangup/></Response>""");

    CallReport report = mesh.made(asking(line(own)));

    assertThat(report.said()).containsExactly(GOODBYE, "Customer c-7, " + NOTE);
    assertThat(report.transfers().get(0).headers()).containsEntry("X-Note", NOTE);
    assertThat(report.end()).isEqualTo(CallEnd.HANGUP);
  }

  // Failures.

  @Test
  void busyLeadsToTheNextOne() throws Exception {
    Line line = line(desk().put("ifFailed", "people"), people());

    CallReport report = mesh.made(asking(line).meeting(FarEnd.WILLING.dial(DialAnswer.BUSY)));

    assertThat(report.verbs()).containsExactly("Connect/Stream", "Say", "Dial/Number", "Enqueue");
    assertThat(attributes(report).getJsonObject("callmesh").getJsonObject("handoff"))
        .isEqualTo(mesh.handoffState(report.callSid()).getJsonObject("data"));
    assertThat(line.agent().openedSessions()).isEqualTo(1);
  }

  private static void assertResumed(Line line, int session, String reason) {
    JsonObject first = line.start(0);
    JsonObject again = line.start(session);
    assertThat(again.getString("conversation_id")).isEqualTo(first.getString("conversation_id"));
    assertThat(again.getBoolean("resume")).isTrue();
    assertThat(again.getString("resume_reason")).isEqualTo(reason);
  }

  @Test
  void noAnswerLeadsBackToTheAgentWhoMayTryAgain() throws Exception {
    Line line = line(desk().put("ifFailed", "agent"));
    CallPlan plan =
        plan(line, steps("00"))
            .requesting(TWICE)
            .meeting(FarEnd.WILLING.dial(DialAnswer.NO_ANSWER));

    CallReport report = mesh.made(plan);

    assertThat(report.verbs())
        .containsExactly(
            "Connect/Stream",
            "Say",
            "Dial/Number",
            "Connect/Stream",
            "Say",
            "Dial/Number",
            "Hangup");
    assertThat(line.agent().openedSessions()).isEqualTo(2);
    assertResumed(line, 1, "transfer_no_answer");
    line.agent().sessions().get(1).when("end handed_off").await(10, SECONDS);
  }

  @Test
  void noAnswerLeadsBackToTheAgentWhoMayHangUp() throws Exception {
    Line line = line(desk().put("ifFailed", "agent"));
    CallPlan plan =
        plan(line, steps("09"))
            .requesting(TWICE)
            .meeting(FarEnd.WILLING.dial(DialAnswer.NO_ANSWER));

    CallReport report = mesh.made(plan);

    assertThat(report.verbs())
        .containsExactly("Connect/Stream", "Say", "Dial/Number", "Connect/Stream", "Hangup");
    line.agent().sessions().get(1).when("end agent_hung_up").await(10, SECONDS);
  }

  @Test
  void refusedReferLeadsToTheNextOne() throws Exception {
    Line line = line(pbx("sip-refer").put("ifFailed", "people"), people());
    CallPlan plan =
        asking(line)
            .bySip("sip:alice@sbc.example.com", Map.of())
            .meeting(FarEnd.WILLING.refer(ReferAnswer.REFUSED));

    CallReport report = mesh.made(plan);

    assertThat(report.verbs()).containsExactly("Connect/Stream", "Say", "Refer", "Enqueue");
  }

  @Test
  void fullQueueLeadsToTheNextOne() throws Exception {
    Line line = line(people().put("ifFailed", "desk"), desk());
    CallPlan plan =
        asking(line).meeting(FarEnd.WILLING.queue(QueueAnswer.of(QueueAnswer.Way.QUEUE_FULL)));

    CallReport report = mesh.made(plan);

    assertThat(report.verbs())
        .containsExactly("Connect/Stream", "Say", "Enqueue", "Dial/Number", "Hangup");
  }

  @Test
  void whoHasWaitedForTooLongLeavesTheQueue() throws Exception {
    Line line = line(people().put("maxWait", 25).put("ifFailed", "agent"));
    CallPlan plan =
        plan(line, steps("09"))
            .requesting(TWICE)
            .meeting(FarEnd.WILLING.queue(QueueAnswer.of(QueueAnswer.Way.LEAVE)));

    CallReport report = mesh.made(plan);

    assertThat(report.queues()).hasSize(1);
    assertThat(report.queues().get(0).result()).isEqualTo("leave");
    assertThat(report.queues().get(0).seconds()).isBetween(25L, 45L);
    assertResumed(line, 1, "transfer_waited_too_long");
    assertThat(report.end()).isEqualTo(CallEnd.HANGUP);
  }

  @Test
  void failuresInACircleEndInAnApology() throws Exception {
    Line line = line(desk().put("ifFailed", "people"), people().put("ifFailed", "desk"));
    FarEnd unwilling = FarEnd.WILLING;
    for (int i = 0; i < 10; i++) {
      unwilling = unwilling.dial(DialAnswer.FAILED).queue(QueueAnswer.of(QueueAnswer.Way.ERROR));
    }

    CallReport report = mesh.made(asking(line).meeting(unwilling));

    assertThat(report.transfers().size() + report.queues().size()).isEqualTo(5);
    assertThat(report.verbs()).endsWith("Say", "Hangup");
    assertThat(report.said()).last().asString().contains("sorry");
  }

  @Test
  void failuresInACircleThroughTheAgentEndInAnApology() throws Exception {
    Line line = line(AgentScript.standard(), desk().put("ifFailed", "agent"));
    FarEnd unwilling = FarEnd.WILLING;
    for (int i = 0; i < 10; i++) {
      unwilling = unwilling.dial(DialAnswer.BUSY);
    }

    CallReport report = mesh.made(plan(line, steps("000000")).requesting(TWICE).meeting(unwilling));

    assertThat(report.transfers()).hasSize(5);
    assertThat(line.agent().openedSessions()).isEqualTo(6);
    assertThat(report.said()).last().asString().contains("sorry");
    assertThat(report.verbs()).endsWith("Say", "Hangup");
  }

  @Test
  void interruptedStreamsComeBackThreeTimesAMinute() throws Exception {
    Line line = line(people());

    CallReport report = mesh.made(plan(line, steps("!!!!")).requesting(TWICE));

    assertThat(report.streams()).hasSize(4);
    assertThat(line.agent().openedSessions()).isEqualTo(4);
    for (int session = 1; session < 4; session++) {
      assertResumed(line, session, "interrupted");
      line.agent().sessions().get(session - 1).when("end interrupted").await(10, SECONDS);
    }
    assertThat(attributes(report).getJsonObject("callmesh").getString("handoff_reason"))
        .isEqualTo("interrupted");
  }

  // What integrators bring along.

  private static void assertShared(Line line, CallReport report, String sharedId) throws Exception {
    assertThat(line.start(0).getString("shared_id")).isEqualTo(sharedId);
    assertThat(mesh.handoffState(report.callSid()).getString("shared_id")).isEqualTo(sharedId);
    assertThat(mesh.handoffState("shared_id", sharedId))
        .isEqualTo(mesh.handoffState(report.callSid()));
    assertThat(attributes(report).getJsonObject("callmesh").getString("shared_id"))
        .isEqualTo(sharedId);
  }

  @Test
  void sharedIdComesFromASipHeader() throws Exception {
    JsonObject named = new JsonObject().put("sharedIdParameter", "SipHeader_X-Ticket");
    Line line = mesh.line(SCRIPT, named, people());

    CallReport report =
        mesh.made(asking(line).bySip("sip:bob@sbc.example.com", Map.of("X-Ticket", "t-4711")));

    assertShared(line, report, "t-4711");
    assertThat(line.start(0).getJsonObject("custom_parameters"))
        .isEqualTo(new JsonObject().put("SipHeader_X-Ticket", "t-4711"));
  }

  @Test
  void sharedIdComesFromAParameterOfTheCustomersDocument() throws Exception {
    JsonObject own =
        new JsonObject()
            .put("sharedIdParameter", "ticket")
            .put(
                "twiml",
                """
                <Response><Say>Welcome.</Say><Connect connectorId=""><Parameter name="ticket" \
                value="t-&lt;42&gt;"/><Parameter name="tier" value="gold"/></Connect>
                <Say>Goodbye.</Say></Response>""");
    Line line = mesh.line(SCRIPT, own, desk().put("ifFailed", "agent"), people());
    CallPlan plan =
        plan(line, steps("00")).requesting(TWICE).meeting(FarEnd.WILLING.dial(DialAnswer.BUSY));

    CallReport report = mesh.made(plan);

    assertThat(line.agent().openedSessions()).isEqualTo(2);
    for (JsonObject start : List.of(line.start(0), line.start(1))) {
      assertThat(start.getJsonObject("custom_parameters"))
          .isEqualTo(new JsonObject().put("ticket", "t-<42>").put("tier", "gold"));
      assertThat(start.getString("shared_id")).isEqualTo("t-<42>");
    }
    assertThat(report.said()).first().isEqualTo("Welcome.");
    assertThat(mesh.handoffState("shared_id", "t-<42>"))
        .isEqualTo(mesh.handoffState(report.callSid()));
  }

  @Test
  void secretsInHeadersArriveAtTheAgent() throws Exception {
    JsonObject headers =
        new JsonObject()
            .put(
                "Authorization", new JsonObject().put("secret", "bot-key").put("prefix", "Bearer "))
            .put("X-Tenant", "acme");
    Line line =
        mesh.line(
            SCRIPT,
            new JsonObject().put("agent", new JsonObject().put("headers", headers)),
            people());

    CallReport report = mesh.made(asking(line));

    SessionRecord session = line.agent().sessions().get(0);
    assertThat(session.header("authorization")).isEqualTo("Bearer open-sesame");
    assertThat(session.header("x-tenant")).isEqualTo("acme");
    assertThat(report.end()).isEqualTo(CallEnd.ENQUEUED);
  }

  // When somebody else decides.

  private record Talk(String callSid, SimulatedCall call, Future<CallReport> report) {}

  /** A call that the agent has, and whose caller stays for as long as it does. */
  private static Talk talk(Line line) throws Exception {
    return talk(line, plan(line, new CallerStep.StayOnLine()).requesting(TWICE));
  }

  private static Talk talk(Line line, CallPlan plan) throws Exception {
    Future<SessionRecord> session = line.agent().nextSession();
    SimulatedCall call = mesh.call(plan);
    Talk talk = new Talk(plan.callSid(), call, call.start());
    session.await(10, SECONDS).when("say greeting").await(10, SECONDS);
    return talk;
  }

  @Test
  void supervisorTransfersACallThatAnAgentHas() throws Exception {
    Line line = line(desk(), people());
    Talk talk = talk(line);
    JsonObject wanted =
        new JsonObject().put("destination", "people").put("utterance", "I am your supervisor.");

    Answer answer = mesh.change(talk.callSid(), "transfer", wanted, mesh.keyOf("acme"));

    CallReport report = talk.report().await(60, SECONDS);
    SessionRecord session = line.agent().sessions().get(0);
    session.when("end handed_off").await(10, SECONDS);
    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.body().getBoolean("contextStored")).isTrue();
    assertThat(report.verbs()).containsExactly("Connect/Stream", "Say", "Enqueue");
    assertThat(report.said()).containsExactly("I am your supervisor.");
    assertThat(report.answeredInTwoWays()).doesNotContain("update");
    assertThat(attributes(report).getJsonObject("callmesh").getString("handoff_reason"))
        .isEqualTo("supervisor_transfer");
    JsonObject state = mesh.handoffState(talk.callSid());
    assertThat(state.getString("id")).isEqualTo(line.start(0).getString("conversation_id"));
    assertThat(mesh.changes(talk.callSid())).hasSize(1);
  }

  @Test
  void agentGetsACallBackThatASupervisorTransferredInVain() throws Exception {
    JsonObject named = new JsonObject().put("sharedIdParameter", "SipHeader_X-Ticket");
    Line line = mesh.line(AgentScript.standard(), named, desk().put("ifFailed", "agent"));
    List<CallerStep> caller = new ArrayList<>(List.of(new CallerStep.StayOnLine()));
    caller.addAll(List.of(steps("9")));
    CallPlan plan =
        plan(line, caller.toArray(CallerStep[]::new))
            .bySip("sip:carol@sbc.example.com", Map.of("X-Ticket", "t-815"))
            .meeting(FarEnd.WILLING.dial(DialAnswer.NO_ANSWER));
    Talk talk = talk(line, plan);

    Answer answer = mesh.change(talk.callSid(), "transfer", new JsonObject(), mesh.adminKey());

    assertThat(answer.status()).isEqualTo(202);
    CallReport report = talk.report().await(60, SECONDS);
    assertThat(report.verbs())
        .containsExactly("Connect/Stream", "Dial/Number", "Connect/Stream", "Hangup");
    assertResumed(line, 1, "transfer_no_answer");
    assertThat(line.start(1).getString("shared_id")).isEqualTo("t-815");
    assertThat(line.start(0).getString("shared_id")).isEqualTo("t-815");
  }

  @Test
  void supervisorHangsUp() throws Exception {
    Line line = line(desk());
    Talk talk = talk(line);

    Answer answer = mesh.change(talk.callSid(), "hangup", new JsonObject(), mesh.adminKey());

    assertThat(answer.status()).isEqualTo(202);
    assertThat(talk.report().await(60, SECONDS).end()).isEqualTo(CallEnd.HUNG_UP_BY_API);
    line.agent().sessions().get(0).when("end caller_hung_up").await(10, SECONDS);
  }

  @Test
  void callsThatDoNotExistOrAreAnothersCannotBeChanged() throws Exception {
    Line line = line(desk());
    Talk talk = talk(line);
    String another = mesh.keyOf("another");
    String nobody = CallPlan.newCallSid();

    for (String how : List.of("transfer", "hangup")) {
      assertThat(mesh.change(talk.callSid(), how, new JsonObject(), another).status())
          .isEqualTo(404);
      assertThat(mesh.change(nobody, how, new JsonObject(), mesh.adminKey()).status())
          .isEqualTo(404);
    }

    talk.call().hangUp();
    assertThat(talk.report().await(60, SECONDS).end()).isEqualTo(CallEnd.CALLER_HUNG_UP);
    assertThat(mesh.changes(talk.callSid())).isEmpty();
  }
}
