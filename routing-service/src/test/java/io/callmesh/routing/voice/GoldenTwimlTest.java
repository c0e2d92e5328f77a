package io.callmesh.routing.voice;

import static io.callmesh.routing.voice.CallFixture.FLOW;
import static io.callmesh.routing.voice.CallFixture.WORKFLOW;
import static io.callmesh.routing.voice.CallFixture.destination;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The documents of every method and of every failure, byte for byte, as {@code golden/} has them.
 * {@code -Dcallmesh.golden.write=true} writes them anew, for a person to read.
 */
class GoldenTwimlTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");

  private final CallFixture calls = new CallFixture();

  // The way to the agent.

  @Test
  void voicePlain() throws Exception {
    calls.connector(new JsonObject());
    golden("voice-plain", calls.voice());
  }

  @Test
  void voiceDocument() throws Exception {
    calls.connector(
        new JsonObject()
            .put("sharedIdParameter", "order")
            .put(
                "twiml",
                """
                <?xml version="1.0" encoding="ISO-8859-1"?>
                <!-- ours -->
                <Response>
                  <Say language='de-DE'>Gr&#252;&#xDF; Gott &amp; hallo</Say>
                  <Connect connectorId="">
                    <Parameter name="order" value="o-7 &lt;new&gt;"/>
                  </Connect>
                  <Say><![CDATA[Good <bye>]]></Say>
                </Response>
                """));
    golden("voice-document", calls.voice());
  }

  @Test
  void voiceTwoAgents() throws Exception {
    calls.connector(new JsonObject().put("connectorId", "conn-2"));
    calls.connector(
        new JsonObject()
            .put(
                "twiml",
                "<Response><Connect connectorId='conn-1'/><Say>And now</Say>"
                    + "<Connect connectorId='conn-2'/></Response>"));
    golden("voice-two-agents", calls.voice());
  }

  @Test
  void voiceOfSipCaller() throws Exception {
    sipCaller();
    calls.connector(new JsonObject().put("sharedIdParameter", "SipHeader_x-correlation-id"));
    golden("voice-sip-caller", calls.voice());
  }

  @Test
  void voiceOfAnonymousCaller() throws Exception {
    calls.fields.put("From", "+266696687");
    calls.connector(new JsonObject());
    golden("voice-anonymous", calls.voice());
  }

  @Test
  void voiceToNobody() throws Exception {
    golden("voice-to-nobody", calls.voice());
  }

  @Test
  void voiceWithoutAgent() throws Exception {
    calls.connector(
        new JsonObject().putNull("agent").put("destinations", new JsonArray().add(flex())));
    golden("voice-without-agent", calls.voice());
  }

  @Test
  void voiceWithoutRoom() throws Exception {
    calls.room = false;
    calls.connector(
        new JsonObject()
            .put("overflowDestination", "overflow")
            .put(
                "destinations",
                new JsonArray()
                    .add(flex())
                    .add(destination("overflow", "number", "+15005550001"))));
    golden("voice-without-room", calls.voice());
  }

  // The agent's part ends.

  @Test
  void interrupted() throws Exception {
    calls.connector(
        new JsonObject()
            .put(
                "twiml",
                "<Response><Connect connectorId=''><Parameter name='vip' value='1'/></Connect>"
                    + "</Response>"));
    golden("interrupted", calls.next(calls.voice(), desk -> desk::streamEnded));
  }

  @Test
  void interruptedTooOften() throws Exception {
    calls.destinations(flex());
    String document = calls.voice();
    for (int i = 0; i < 3; i++) {
      document = calls.next(document, desk -> desk::streamEnded);
      assertThat(document).contains("<Connect");
    }
    golden("interrupted-too-often", calls.next(document, desk -> desk::streamEnded));
  }

  @Test
  void hangup() throws Exception {
    calls.connector(new JsonObject());
    String document = calls.voice();
    calls.hangup(document);
    golden("hangup", calls.next(document, desk -> desk::streamEnded));
  }

  @Test
  void hangupInADocumentThatGoesOn() throws Exception {
    calls.connector(
        new JsonObject()
            .put(
                "twiml",
                "<Response><Connect connectorId=''/><Play>https://x.example/survey.mp3</Play>"
                    + "<Connect connectorId=''/></Response>"));
    String document = calls.voice();
    calls.hangup(document);
    golden("hangup-goes-on", calls.next(document, desk -> desk::streamEnded));
  }

  // Every method.

  @Test
  void flexWithData() throws Exception {
    calls.destinations(
        flex()
            .put("priority", 5)
            .put("timeout", 600)
            .put("maxWait", 300)
            .put(
                "taskAttributes",
                new JsonObject()
                    .put("skill", "billing")
                    .put("call_sid", "CA-not-ours")
                    .put("from_city", "not ours")
                    .put("conversations", new JsonObject().put("conversation_label_1", "agent"))));
    golden(
        "flex",
        handedOff(
            "people",
            new JsonObject()
                .put("utterance", "One moment, \"please\" <wait>.")
                .put("sharedId", "order-7")
                .put("state", data())));
  }

  @Test
  void flexWithTooMuchData() throws Exception {
    calls.destinations(flex());
    golden(
        "flex-too-much-data",
        handedOff(
            null,
            new JsonObject()
                .put("state", new JsonObject().put("notes", "x".repeat(4_096)))
                .put("utterance", "Spoken already.")
                .put("utteranceSpoken", true)));
  }

  @Test
  void flexWithoutRoomForTheUtterance() throws Exception {
    calls.destinations(flex());
    golden(
        "flex-too-long-utterance",
        handedOff(
            null,
            new JsonObject()
                .put("state", new JsonObject().put("notes", "x".repeat(3_000)))
                .put("utterance", "y".repeat(1_000))
                .put("utteranceSpoken", true)));
  }

  @Test
  void number() throws Exception {
    calls.destinations(
        destination("desk", "number", "+15005550001")
            .put("timeout", 20)
            .put("callerId", "+15005550009"));
    golden("number", handedOff("desk", new JsonObject()));
  }

  @Test
  void numberForAnAnonymousCaller() throws Exception {
    calls.fields.put("From", "anonymous");
    calls.destinations(destination("desk", "number", "+15005550001"));
    golden("number-anonymous", handedOff("desk", new JsonObject()));
  }

  @Test
  void sipInvite() throws Exception {
    calls.destinations(sip("sip-invite", "sip:queue@sbc.example:5061;transport=tls"));
    golden("sip-invite", handedOff("pbx", new JsonObject().put("state", data())));
  }

  @Test
  void sipInviteOfAnExtension() throws Exception {
    sipCaller();
    calls.destinations(sip("sip-invite", "4711"));
    golden("sip-invite-extension", handedOff("pbx", new JsonObject().put("state", data())));
  }

  @Test
  void sipReferOnASipLeg() throws Exception {
    sipCaller();
    calls.destinations(sip("sip-refer", "sip:queue@sbc.example"));
    golden("sip-refer", handedOff("pbx", new JsonObject().put("state", data())));
  }

  @Test
  void sipReferByInviteOnAnotherLeg() throws Exception {
    calls.destinations(sip("sip-refer", "sip:queue@sbc.example"));
    golden("sip-refer-by-invite", handedOff("pbx", new JsonObject().put("state", data())));
  }

  @Test
  void sipBye() throws Exception {
    sipCaller();
    calls.destinations(new JsonObject().put("name", "sbc").put("method", "sip-bye"));
    golden("sip-bye", handedOff("sbc", new JsonObject().put("utterance", "Goodbye.")));
  }

  @Test
  void sipByeOnAnotherLegGoesOn() throws Exception {
    calls.destinations(
        new JsonObject().put("name", "sbc").put("method", "sip-bye").put("ifFailed", "people"),
        flex());
    golden("sip-bye-impossible", handedOff("sbc", new JsonObject().put("utterance", "Moment.")));
  }

  @Test
  void studio() throws Exception {
    calls.destinations(destination("flow", "studio", FLOW));
    golden("studio", handedOff("flow", new JsonObject().put("state", data())));
  }

  @Test
  void ownDocument() throws Exception {
    calls.connector(
        new JsonObject()
            .put("voiceName", "en-GB-Standard-A")
            .put(
                "destinations",
                new JsonArray()
                    .add(
                        new JsonObject()
                            .put("name", "own")
                            .put("method", "twiml")
                            .put(
                                "twiml",
                                "<Response><Say>Customer $customer_id, $nobody</Say>"
                                    + "<Redirect>https://x.example/on?name=$customer.name&amp;why=$reason"
                                    + "</Redirect></Response>"))));
    golden(
        "own-document",
        handedOff("own", new JsonObject().put("utterance", "One moment.").put("state", data())));
  }

  // Every failure.

  @Test
  void busyGoesToTheNextOne() throws Exception {
    calls.destinations(
        destination("desk", "number", "+15005550001").put("ifFailed", "people"), flex());
    golden(
        "busy-next",
        calls.next(
            handedOff("desk", new JsonObject().put("state", data()).put("utterance", "Moment.")),
            desk -> desk::dialEnded,
            "DialCallStatus",
            "busy"));
  }

  @Test
  void noAnswerGoesBackToTheAgent() throws Exception {
    calls.destinations(
        destination("desk", "number", "+15005550001").put("ifFailed", "agent"), flex());
    golden(
        "no-answer-agent",
        calls.next(
            handedOff("desk", new JsonObject()),
            desk -> desk::dialEnded,
            "DialCallStatus",
            "no-answer"));
  }

  @Test
  void failedGoesToTheFallbackDestination() throws Exception {
    calls.connector(
        new JsonObject()
            .put("fallbackDestination", "people")
            .put(
                "destinations",
                new JsonArray().add(destination("desk", "number", "+15005550001")).add(flex())));
    golden(
        "failed-fallback",
        calls.next(
            handedOff("desk", new JsonObject()),
            desk -> desk::dialEnded,
            "DialCallStatus",
            "failed"));
  }

  @Test
  void refusedReferGoesBackToTheAgent() throws Exception {
    sipCaller();
    calls.destinations(sip("sip-refer", "sip:queue@sbc.example"));
    golden(
        "refer-refused",
        calls.next(
            handedOff("pbx", new JsonObject()),
            desk -> desk::referEnded,
            "ReferSipResponseCode",
            "405"));
  }

  @Test
  void fullQueueGoesToTheNextOne() throws Exception {
    calls.destinations(
        flex().put("ifFailed", "desk"), destination("desk", "number", "+15005550001"));
    golden(
        "queue-full-next",
        calls.next(
            handedOff("people", new JsonObject()),
            desk -> desk::queueLeft,
            "QueueResult",
            "queue-full"));
  }

  @Test
  void longWaitGoesToTheNextOne() throws Exception {
    calls.destinations(
        flex().put("maxWait", 60).put("ifFailed", "desk"),
        destination("desk", "number", "+15005550001"));
    golden(
        "waited-too-long-next",
        calls.next(
            handedOff("people", new JsonObject()),
            desk -> desk::queueLeft,
            "QueueResult",
            "leave"));
  }

  @Test
  void aLoopOfFailuresEnds() throws Exception {
    calls.destinations(
        destination("one", "number", "+15005550001").put("ifFailed", "two"),
        destination("two", "number", "+15005550002").put("ifFailed", "one"));
    String document = handedOff("one", new JsonObject());
    for (int i = 1; i < calls.config.maxTransfers(); i++) {
      assertThat(document).contains("<Dial");
      document = calls.next(document, desk -> desk::dialEnded, "DialCallStatus", "busy");
    }
    assertThat(document).contains("<Dial");
    golden(
        "too-many-transfers",
        calls.next(document, desk -> desk::dialEnded, "DialCallStatus", "busy"));
  }

  @Test
  void aFinishedTransferEndsTheCall() throws Exception {
    calls.destinations(destination("desk", "number", "+15005550001"));
    golden(
        "completed",
        calls.next(
            handedOff("desk", new JsonObject()),
            desk -> desk::dialEnded,
            "DialCallStatus",
            "completed"));
  }

  @Test
  void anotherWebhookFailed() throws Exception {
    calls.fields.put("ErrorCode", "11200");
    calls.connector(
        new JsonObject()
            .put("fallbackDestination", "people")
            .put("destinations", new JsonArray().add(flex())));
    golden("fallback", calls.answer(calls.desk().actions()::failed, ""));
  }

  // Waiting in a queue.

  @Test
  void waiting() throws Exception {
    calls.destinations(flex().put("holdMusic", "https://x.example/hold.mp3").put("maxWait", 60));
    golden("waiting", waiting("0"));
    golden("waited-too-long", waiting("61"));
  }

  @Test
  void waitingWithoutMusic() throws Exception {
    calls.destinations(flex().put("maxWait", 60));
    golden("waiting-without-music", waiting("30"));
  }

  private String waiting(String queueTime) throws Exception {
    calls.fields.put("QueueTime", queueTime);
    return calls.answer(
        calls.desk().actions()::waiting, "connector=conn-1&conversation=c&destination=people");
  }

  private String handedOff(@org.jspecify.annotations.Nullable String destination, JsonObject more)
      throws Exception {
    String document = calls.voice();
    calls.handoff(document, destination, more);
    return calls.next(document, desk -> desk::streamEnded);
  }

  private static JsonObject flex() {
    return destination("people", "flex", WORKFLOW);
  }

  private static JsonObject sip(String method, String route) {
    return destination("pbx", method, route)
        .put("timeout", 15)
        .put(
            "sipHeaders",
            new JsonObject()
                .put("X-Caller-ID", "$caller_id")
                .put("X-Customer", "$customer_id / ${customer.name}")
                .put("X-Nothing", "$nothing"));
  }

  private static JsonObject data() {
    return new JsonObject()
        .put("customer_id", "c-7")
        .put("amount", 12.5)
        .put("vip", true)
        .put("caller_id", "+1999 not the caller")
        .put("customer", new JsonObject().put("name", "Zoë & <Sons>"))
        .put("tags", new JsonArray(List.of("a", "b")));
  }

  private void sipCaller() {
    calls.fields.put("From", "sip:alice@pbx.example:5060;user=phone");
    calls.fields.put("To", "sip:agent@mesh.sip.twilio.com");
    calls.fields.put("SipDomain", "mesh.sip.twilio.com");
    calls.fields.put("SipCallId", "1@pbx.example");
    calls.fields.put("SipHeader_X-Correlation-Id", "corr-7");
  }

  private static void golden(String name, String document) throws Exception {
    Path file = GOLDEN.resolve(name + ".xml");
    if (Boolean.getBoolean("callmesh.golden.write")) {
      Files.writeString(file, document);
    }
    assertThat(document).isEqualTo(Files.readString(file));
  }
}
