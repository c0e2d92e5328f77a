package io.callmesh.routing.voice;

import static io.callmesh.routing.voice.CallFixture.WORKFLOW;
import static io.callmesh.routing.voice.CallFixture.destination;
import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.security.Ticket;
import io.callmesh.contracts.security.TicketSeal;
import io.callmesh.routing.twiml.Xml;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where calls go, beyond what the golden documents show. */
class CallFlowTest {
  private final CallFixture calls = new CallFixture();

  // Repeats.

  @Test
  void answersARepeatedVoiceWebhookAlike() throws Exception {
    calls.connector(new JsonObject());
    String first = calls.voice();

    calls.now = calls.now.plusSeconds(20);
    assertThat(calls.voice()).isEqualTo(first);
    calls.now = calls.now.plusSeconds(60);
    assertThat(calls.voice()).isNotEqualTo(first);
    assertThat(conversation(calls.voice())).isEqualTo(conversation(first));
  }

  @Test
  void tellsASecondVisitOfACallFromTheFirst() throws Exception {
    calls.connector(new JsonObject());
    String ringing = calls.voice();
    calls.fields.put("CallStatus", "in-progress");
    String second = calls.voice();

    assertThat(conversation(second)).isNotEqualTo(conversation(ringing));
    assertThat(conversation(calls.voice())).isEqualTo(conversation(second));
    assertThat(stream(calls.voice())).as("a ticket is used once").isNotEqualTo(stream(second));
  }

  @Test
  void answersARepeatedActionAlike() throws Exception {
    calls.destinations(destination("people", "flex", WORKFLOW));
    String voice = calls.voice();

    String interrupted = calls.next(voice, desk -> desk::streamEnded);
    calls.now = calls.now.plusSeconds(20);
    assertThat(calls.next(voice, desk -> desk::streamEnded)).isEqualTo(interrupted);
    calls.handoff(voice, null, new JsonObject());
    String handedOff = calls.next(voice, desk -> desk::streamEnded);
    assertThat(calls.next(voice, desk -> desk::streamEnded)).isEqualTo(handedOff);
  }

  // Interruptions.

  @Test
  void comesBackThreeTimesAMinuteAndNoMore() throws Exception {
    calls.destinations(destination("people", "flex", WORKFLOW));
    String document = calls.voice();
    for (int i = 0; i < 3; i++) {
      document = calls.next(document, desk -> desk::streamEnded);
      calls.now = calls.now.plusSeconds(12);
    }

    assertThat(Xml.verbs(calls.next(document, desk -> desk::streamEnded))).isEqualTo("Enqueue");
    calls.now = calls.now.plusSeconds(54);
    String afterAMinute = calls.next(document, desk -> desk::streamEnded);
    assertThat(Xml.verbs(afterAMinute)).as("all were 66 s ago or more").isEqualTo("Connect");
  }

  @Test
  void doesNotTakeAnotherConversationsOutcome() throws Exception {
    calls.destinations(destination("people", "flex", WORKFLOW));
    calls.handoff(calls.voice(), null, new JsonObject());
    calls.fields.put("CallStatus", "in-progress");

    String second = calls.next(calls.voice(), desk -> desk::streamEnded);

    assertThat(Xml.verbs(second)).isEqualTo("Connect");
  }

  @Test
  void takesAnOutcomeOnceAndTheNextOneAfterTheAgentHadTheCallAgain() throws Exception {
    calls.destinations(destination("desk", "number", "+15005550001").put("ifFailed", "agent"));
    String voice = calls.voice();
    calls.handoff(voice, null, new JsonObject());
    String dialled = calls.next(voice, desk -> desk::streamEnded);
    String back = calls.next(dialled, desk -> desk::dialEnded, "DialCallStatus", "busy");
    assertThat(Xml.parameters(back)).containsEntry("callmeshResumeReason", "transfer_busy");

    assertThat(Xml.verbs(calls.next(back, desk -> desk::streamEnded)))
        .as("interrupted, not handed off once more")
        .isEqualTo("Connect");
    calls.hangup(voice);
    assertThat(Xml.verbs(calls.next(back, desk -> desk::streamEnded))).isEqualTo("Hangup");
  }

  // Transfers.

  @Test
  void neverLoopsBetweenAnAgentAndADestination() throws Exception {
    calls.destinations(destination("desk", "number", "+15005550001").put("ifFailed", "agent"));
    String voice = calls.voice();
    String document = voice;
    int dials = 0;
    for (; Xml.verbs(document).equals("Connect"); dials++) {
      calls.handoff(voice, null, new JsonObject());
      String dialled = calls.next(document, desk -> desk::streamEnded);
      document =
          Xml.verbs(dialled).equals("Dial")
              ? calls.next(dialled, desk -> desk::dialEnded, "DialCallStatus", "failed")
              : dialled;
    }

    assertThat(dials).isEqualTo(calls.config.maxTransfers() + 1);
    assertThat(Xml.verbs(document)).isEqualTo("Say Hangup");
  }

  @ParameterizedTest
  @CsvSource({
    "dial, DialCallStatus, completed, Hangup",
    "dial, DialCallStatus, answered, Hangup",
    "dial, DialCallStatus, busy, Connect",
    "dial, DialCallStatus, no-answer, Connect",
    "dial, DialCallStatus, canceled, Connect",
    "dial, DialCallStatus, failed, Connect",
    "dial, DialCallStatus, '', Connect",
    "refer, ReferCallStatus, in-progress, Hangup",
    "refer, ReferCallStatus, busy, Connect",
    "refer, ReferCallStatus, failed, Connect",
    "refer, ReferCallStatus, canceled, Connect",
    "refer, ReferCallStatus, '', Connect",
    "queue, QueueResult, bridged, Hangup",
    "queue, QueueResult, bridging-in-process, Hangup",
    "queue, QueueResult, hangup, Hangup",
    "queue, QueueResult, redirected, ''",
    "queue, QueueResult, redirected-from-bridged, ''",
    "queue, QueueResult, leave, Connect",
    "queue, QueueResult, queue-full, Connect",
    "queue, QueueResult, error, Connect",
    "queue, QueueResult, system-error, Connect",
  })
  void knowsWhatBecameOfATransfer(String kind, String field, String value, String verbs)
      throws Exception {
    calls.destinations(destination("desk", "number", "+15005550001"));
    String voice = calls.voice();
    calls.handoff(voice, null, new JsonObject());
    String dialled = calls.next(voice, desk -> desk::streamEnded);

    String next =
        switch (kind) {
          case "dial" -> calls.next(dialled, desk -> desk::dialEnded, field, value);
          case "refer" -> calls.next(dialled, desk -> desk::referEnded, field, value);
          default -> calls.next(dialled, desk -> desk::queueLeft, field, value);
        };

    assertThat(Xml.verbs(next)).isEqualTo(verbs);
  }

  @Test
  void aReferIsAcceptedOnlyWhenItsNotifySaysSo() throws Exception {
    calls.destinations(destination("desk", "number", "+15005550001"));
    String voice = calls.voice();
    calls.handoff(voice, null, new JsonObject());
    String sent = calls.next(voice, desk -> desk::streamEnded);
    calls.fields.put("ReferCallStatus", "in-progress");

    assertThat(
            Xml.verbs(calls.next(sent, desk -> desk::referEnded, "NotifySipResponseCode", "486")))
        .isEqualTo("Connect");
    assertThat(
            Xml.verbs(calls.next(sent, desk -> desk::referEnded, "NotifySipResponseCode", "200")))
        .isEqualTo("Hangup");
  }

  @ParameterizedTest
  @ValueSource(strings = {"completed", "busy", "failed", "no-answer", "canceled"})
  void answersNothingToACallThatIsOver(String status) throws Exception {
    calls.destinations(destination("desk", "number", "+15005550001"));
    calls.fields.put("CallStatus", status);
    String query = "connector=conn-1&conversation=c&attempts=1&destination=desk";
    ActionHandlers actions = calls.desk().actions();

    assertThat(Xml.verbs(calls.answer(actions::streamEnded, query))).isEmpty();
    assertThat(Xml.verbs(calls.answer(actions::dialEnded, query))).isEmpty();
    assertThat(Xml.verbs(calls.answer(actions::transferred, query))).isEmpty();
    assertThat(Xml.verbs(calls.answer(actions::failed, query))).isEmpty();
  }

  @Test
  void transfersForASupervisorWithOrWithoutAnOutcome() throws Exception {
    calls.destinations(
        destination("people", "flex", WORKFLOW), destination("desk", "number", "+15005550001"));
    String voice = calls.voice();
    String query =
        "connector=conn-1&conversation=" + conversation(voice) + "&destination=desk&reason=angry";

    assertThat(transferred(query)).isEqualTo("Dial");
    calls.handoff(voice, "desk", new JsonObject().put("reason", "angry").put("utterance", "Hi."));
    assertThat(transferred(query)).as("its own outcome").isEqualTo("Say Dial");
    calls.handoff(voice, "people", new JsonObject().put("utterance", "Hi."));
    assertThat(transferred(query)).as("of a handoff before").isEqualTo("Dial");
  }

  private String transferred(String query) throws Exception {
    return Xml.verbs(calls.answer(calls.desk().actions()::transferred, query));
  }

  @Test
  void helpsACallerWhoseWebhookFailed() throws Exception {
    calls.destinations(destination("people", "flex", WORKFLOW));

    assertThat(Xml.verbs(calls.answer(call -> failed(call, "conn-none"), "")))
        .isEqualTo("Say Hangup");
    assertThat(calls.answer(call -> failed(call, "conn-1"), ""))
        .contains("<Enqueue", "webhook_failed");
  }

  @Test
  void answersAFailedActionFromItsUrl() throws Exception {
    calls.destinations(
        destination("desk", "number", "+15005550001").put("ifFailed", "people"),
        destination("people", "flex", WORKFLOW));
    String voice = calls.voice();
    calls.handoff(voice, "desk", new JsonObject());
    calls.fields.put("CallStatus", "in-progress");

    String dialled = fallbackAfter(voice);
    assertThat(Xml.verbs(dialled)).isEqualTo("Dial");
    calls.fields.put("DialCallStatus", "completed");
    assertThat(Xml.verbs(fallbackAfter(dialled))).isEqualTo("Hangup");
    calls.fields.remove("DialCallStatus");
    assertThat(Xml.verbs(fallbackAfter(dialled))).as("nobody knows: on").isEqualTo("Enqueue");
    calls.hangup(voice);
    assertThat(Xml.verbs(fallbackAfter(voice))).isEqualTo("Hangup");
  }

  @Test
  void aFallbackThatIsAskedAgainAndAgainEnds() throws Exception {
    calls.destinations(
        destination("one", "number", "+15005550001").put("ifFailed", "two"),
        destination("two", "number", "+15005550002").put("ifFailed", "one"));
    String voice = calls.voice();
    calls.handoff(voice, "one", new JsonObject());
    String document = fallbackAfter(voice);
    int dials = 0;
    for (; Xml.verbs(document).equals("Dial"); dials++) {
      document = fallbackAfter(document);
    }

    assertThat(dials).isEqualTo(calls.config.maxTransfers());
    assertThat(Xml.verbs(document)).isEqualTo("Say Hangup");
  }

  private String fallbackAfter(String document) throws Exception {
    calls.fields.put(
        "ErrorUrl", FirstAction.in(document, "https://mesh.example/").orElseThrow().url());
    return calls.answer(call -> failed(call, "conn-1"), "");
  }

  private Future<String> failed(TwilioWebhook call, String connectorId) {
    return calls.desk().actions().failed(call, connectorId);
  }

  @Test
  void aSecondEntryDoesNotTakeTheOutcomeOfTheFirst() throws Exception {
    calls.destinations(destination("people", "flex", WORKFLOW));
    calls.fields.put("CallStatus", "in-progress");
    String first = calls.voice();
    calls.handoff(first, null, new JsonObject());
    calls.now = calls.now.plusSeconds(5);
    String second = calls.voice();

    assertThat(conversation(second)).isEqualTo(conversation(first));
    assertThat(Xml.verbs(calls.next(second, desk -> desk::streamEnded))).isEqualTo("Connect");
    calls.now = calls.now.plusSeconds(5);
    calls.handoff(second, null, new JsonObject());
    assertThat(Xml.verbs(calls.next(second, desk -> desk::streamEnded))).isEqualTo("Enqueue");
  }

  // Documents.

  @Test
  void aTicketInADocumentLastsForAsLongAsWhatMayComeBeforeIt() throws Exception {
    calls.connector(document("<Dial timeLimit='7200'>+15005550001</Dial>"));
    Ticket afterADial = ticket(calls.voice());
    calls.connector(new JsonObject());
    Ticket atOnce = ticket(calls.voice());

    assertThat(afterADial.expiresAt()).isAfter(calls.now.plus(Duration.ofHours(4)));
    assertThat(atOnce.expiresAt()).isBefore(calls.now.plus(Duration.ofMinutes(3)));
  }

  private Ticket ticket(String document) throws Exception {
    String url = stream(document);
    return new TicketSeal(calls.config.ticketSecrets(), Clock.fixed(calls.now, ZoneOffset.UTC))
        .open(url.substring(url.lastIndexOf('/') + 1))
        .orElseThrow();
  }

  @Test
  void reachesNoConnectorOfAnotherAccount() throws Exception {
    calls.connector(new JsonObject().put("connectorId", "conn-2").put("accountId", "stranger"));
    for (String named : List.of("conn-2", "conn-none")) {
      calls.connector(
          new JsonObject()
              .put("twiml", "<Response><Connect connectorId='" + named + "'/></Response>"));
      assertThat(calls.voice()).contains("connector=conn-1");
      assertThat(calls.story.addTo(new JsonObject()).getJsonArray("notes"))
          .anyMatch(note -> note.toString().contains("which its account does not have"));
    }
  }

  @Test
  void callsOfATwilioAccountReachItsOwnersConnectorsOnly() throws Exception {
    calls.destinations(destination("people", "flex", WORKFLOW));
    String voice = calls.voice();
    calls.handoff(voice, null, new JsonObject());
    calls.fields.put("AccountSid", "AC2");

    assertThat(Xml.verbs(calls.voice())).isEqualTo("Say Hangup");
    assertThat(Xml.verbs(calls.next(voice, desk -> desk::streamEnded))).isEqualTo("Say Hangup");
    assertThat(Xml.verbs(calls.answer(call -> failed(call, "conn-1"), ""))).isEqualTo("Say Hangup");
  }

  @Test
  void answersWithTheDocumentAsItIsNow() throws Exception {
    calls.connector(document("<Say>One</Say>"));
    assertThat(calls.voice()).contains("One");
    calls.connector(document("<Say>Two</Say>"));
    assertThat(calls.voice()).contains("Two").doesNotContain("One");
  }

  private static JsonObject document(String verb) {
    return new JsonObject()
        .put("twiml", "<Response>" + verb + "<Connect connectorId=''/></Response>");
  }

  // No room.

  @Test
  void goesToTheAgentAllTheSameWhenNobodySaidWhereElse() throws Exception {
    calls.room = false;
    calls.destinations(destination("people", "flex", WORKFLOW));

    assertThat(Xml.verbs(calls.voice())).isEqualTo("Connect");
  }

  @Test
  void aCallThatComesBackToFullWorkersOverflowsToo() throws Exception {
    calls.connector(
        new JsonObject()
            .put("overflowDestination", "people")
            .put("destinations", new JsonArray().add(destination("people", "flex", WORKFLOW))));
    String voice = calls.voice();
    calls.room = false;

    assertThat(Xml.verbs(calls.next(voice, desk -> desk::streamEnded))).isEqualTo("Enqueue");
  }

  @Test
  void keepsTheSharedIdWhenACallComesBack() throws Exception {
    calls.connector(new JsonObject().put("sharedIdParameter", "SipHeader_X-Order"));
    calls.fields.put("SipHeader_x-order", "o-7");
    String voice = calls.voice();
    calls.fields.remove("SipHeader_x-order");
    calls.now = calls.now.plus(Duration.ofMinutes(3));

    String back = calls.next(voice, desk -> desk::streamEnded);
    assertThat(Xml.parameters(back)).containsEntry("callmeshSharedId", "o-7");
  }

  private static String conversation(String document) {
    String query =
        URI.create(FirstAction.in(document, "https://mesh.example/").orElseThrow().url())
            .getRawQuery();
    return TwilioForm.decode(query).get("conversation");
  }

  private static String stream(String document) throws Exception {
    return Xml.attribute(document, "Stream", "url");
  }
}
