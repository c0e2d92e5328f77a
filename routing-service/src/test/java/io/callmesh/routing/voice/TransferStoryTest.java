package io.callmesh.routing.voice;

import static io.callmesh.routing.voice.CallFixture.WORKFLOW;
import static io.callmesh.routing.voice.CallFixture.destination;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What is told of a transfer, by what Twilio says of it. Calls are handed off at 10:01:00, and what
 * follows happens 100 s later.
 */
class TransferStoryTest {
  private final CallFixture calls = new CallFixture();
  private final TransferStory story = new TransferStory();

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "dial, DialCallStatus, completed, DialCallDuration, 30, taken, 2026-11-23T10:02:10Z",
        "dial, DialCallStatus, answered, DialCallDuration, -, taken, 2026-11-23T10:02:40Z",
        "dial, DialCallStatus, completed, DialCallDuration, 9223372036854775807, taken, -",
        "dial, DialCallStatus, busy, DialCallDuration, -, not taken, BUSY",
        "dial, DialCallStatus, no-answer, DialCallDuration, -, not taken, NO_ANSWER",
        "dial, DialCallStatus, failed, DialCallDuration, -, not taken, FAILED",
        "refer, ReferCallStatus, in-progress, NotifySipResponseCode, 200, taken, 2026-11-23T10:02:40Z",
        "refer, ReferCallStatus, in-progress, NotifySipResponseCode, 486, not taken, FAILED",
        "refer, ReferCallStatus, busy, NotifySipResponseCode, -, not taken, BUSY",
        "refer, ReferCallStatus, -, ReferSipResponseCode, 405, not taken, REFUSED",
        "queue, QueueResult, bridged, QueueTime, 7, taken, 2026-11-23T10:02:40Z",
        "queue, QueueResult, bridging-in-process, QueueTime, 7, taken, 2026-11-23T10:02:40Z",
        "queue, QueueResult, redirected-from-bridged, QueueTime, 7, taken, 2026-11-23T10:02:40Z",
        "queue, QueueResult, redirected, QueueTime, 7, taken, 2026-11-23T10:02:40Z",
        "queue, QueueResult, bridged, QueueTime, -, taken, 2026-11-23T10:02:40Z",
        "queue, QueueResult, bridged, QueueTime, 9223372036854775807, taken, 2026-11-23T10:02:40Z",
        "queue, QueueResult, hangup, QueueTime, 7, abandoned, -",
        "queue, QueueResult, leave, QueueTime, 7, not taken, WAITED_TOO_LONG",
        "queue, QueueResult, queue-full, QueueTime, 0, not taken, QUEUE_ERROR",
      })
  void tellsWhoTookTheCallAndWhen(
      String kind,
      String field,
      @Nullable String value,
      String second,
      @Nullable String secondValue,
      String what,
      @Nullable String more)
      throws Exception {
    put(field, value);
    put(second, secondValue);

    after(kind, handedOff());

    assertThat(story.lines)
        .hasSizeGreaterThan(1)
        .startsWith("routed desk #1 2026-11-23T10:01:00Z acme 2026-11-23T10:01:00Z");
    assertThat(story.lines.get(1))
        .startsWith(what + " desk #1 2026-11-23T10:01:00Z acme")
        .endsWith(more == null ? "" : more);
  }

  @ParameterizedTest
  @CsvSource({
    "dial, DialCallStatus, canceled, abandoned",
    "dial, DialCallStatus, no-answer, abandoned",
    "dial, DialCallStatus, busy, not taken",
    "dial, DialCallStatus, completed, taken",
    "refer, ReferCallStatus, canceled, abandoned",
    "refer, ReferCallStatus, in-progress, taken",
    "queue, QueueResult, hangup, abandoned",
    "queue, QueueResult, bridged, taken",
    "queue, QueueResult, error, not taken",
  })
  void tellsOfACallThatIsOver(String kind, String field, String value, String what)
      throws Exception {
    String document = handedOff();
    calls.fields.put(field, value);
    calls.fields.put("CallStatus", "completed");
    String url = FirstAction.in(document, "https://mesh.example/").orElseThrow().url();

    String answer = calls.answer(handler(kind), URI.create(url).getRawQuery());

    assertThat(answer).contains("<Response/>");
    assertThat(story.lines).hasSize(2);
    assertThat(story.lines.get(1)).startsWith(what + " desk #1");
  }

  @Test
  void tellsNothingWhereTwilioDoesNot() throws Exception {
    String document = handedOff();
    calls.fields.put("QueueResult", "something new");

    after("queue", document);

    assertThat(story.lines).hasSize(1);
  }

  @Test
  void aCallThatASupervisorTakesOutOfTheQueueWasNotTakenThere() throws Exception {
    String document = handedOff();
    calls.handoff(document, "desk", new JsonObject());

    after("queue", document, "QueueResult", "redirected", "QueueTime", "7");

    assertThat(story.lines).hasSize(1);
  }

  @Test
  void aCallThatIsOverWasNotTakenBecauseItLeftTheQueue() throws Exception {
    String document = handedOff();
    calls.fields.put("QueueResult", "redirected");
    calls.fields.put("CallStatus", "completed");
    String url = FirstAction.in(document, "https://mesh.example/").orElseThrow().url();

    assertThat(calls.answer(handler("queue"), URI.create(url).getRawQuery()))
        .contains("<Response/>");
    assertThat(story.lines).hasSize(1);
  }

  @Test
  void theNextDestinationComesAfterTheFailureWithinOneMillisecond() throws Exception {
    calls.destinations(
        destination("desk", "number", "+15005550001").put("ifFailed", "bye"),
        destination("bye", "sip-bye", "").put("ifFailed", "people"),
        destination("people", "flex", WORKFLOW));
    calls.told = story;
    String voice = calls.voice();
    calls.handoff(voice, "desk", new JsonObject());
    String dialled = calls.next(voice, desk -> desk::streamEnded);
    String queued = calls.next(dialled, desk -> desk::dialEnded, "DialCallStatus", "busy");
    after("queue", queued, "QueueResult", "bridged", "QueueTime", "0");

    assertThat(story.lines)
        .containsExactly(
            "routed desk #1 2026-11-23T10:01:00Z acme 2026-11-23T10:01:00Z",
            "not taken desk #1 2026-11-23T10:01:00Z acme 2026-11-23T10:01:00Z BUSY",
            "not taken bye #2 2026-11-23T10:01:00Z acme 2026-11-23T10:01:00.001Z IMPOSSIBLE",
            "routed people #3 2026-11-23T10:01:00Z acme 2026-11-23T10:01:00.002Z",
            "taken people #3 2026-11-23T10:01:00Z acme 2026-11-23T10:01:00Z");
  }

  @Test
  void tellsEachDestinationOfTheSameHandoff() throws Exception {
    calls.destinations(
        destination("desk", "number", "+15005550001").put("ifFailed", "people"),
        destination("people", "flex", WORKFLOW));
    calls.told = story;
    String voice = calls.voice();
    calls.handoff(voice, "desk", new JsonObject());
    String dialled = calls.next(voice, desk -> desk::streamEnded);
    calls.now = calls.now.plusSeconds(100).plusNanos(999_999);
    String queued = calls.next(dialled, desk -> desk::dialEnded, "DialCallStatus", "busy");
    calls.now = calls.now.plusSeconds(100);
    String done =
        calls.next(queued, desk -> desk::queueLeft, "QueueResult", "bridged", "QueueTime", "60");

    assertThat(done).contains("Hangup");
    assertThat(story.lines)
        .containsExactly(
            "routed desk #1 2026-11-23T10:01:00Z acme 2026-11-23T10:01:00Z",
            "not taken desk #1 2026-11-23T10:01:00Z acme 2026-11-23T10:02:40Z BUSY",
            "routed people #2 2026-11-23T10:01:00Z acme 2026-11-23T10:02:40.001Z",
            "taken people #2 2026-11-23T10:01:00Z acme 2026-11-23T10:04:20.000999999Z");
  }

  @Test
  void aRescueAfterAHandoffIsNotThatHandoffs() throws Exception {
    calls.destinations(destination("desk", "number", "+15005550001").put("ifFailed", "agent"));
    calls.told = story;
    String voice = calls.voice();
    calls.handoff(voice, "desk", new JsonObject());
    String dialled = calls.next(voice, desk -> desk::streamEnded);
    String document = calls.next(dialled, desk -> desk::dialEnded, "DialCallStatus", "busy");
    for (int i = 0; i < 4; i++) {
      document = calls.next(document, desk -> desk::streamEnded);
    }

    assertThat(story.lines.get(story.lines.size() - 1))
        .startsWith("routed desk #2 no outcome acme");
  }

  @Test
  void tellsNothingOfAStrangersTransfer() throws Exception {
    String document = handedOff();
    calls.fields.put("AccountSid", "AC2");
    calls.fields.put("DialCallStatus", "completed");

    after("dial", document);

    assertThat(story.lines).hasSize(1);
  }

  private String handedOff() throws Exception {
    calls.destinations(destination("desk", "number", "+15005550001"));
    calls.told = story;
    String voice = calls.voice();
    calls.handoff(voice, "desk", new JsonObject());
    String dialled = calls.next(voice, desk -> desk::streamEnded);
    calls.now = calls.now.plusSeconds(100);
    return dialled;
  }

  private void after(String kind, String document, String... more) throws Exception {
    String answer =
        switch (kind) {
          case "dial" -> calls.next(document, desk -> desk::dialEnded, more);
          case "refer" -> calls.next(document, desk -> desk::referEnded, more);
          default -> calls.next(document, desk -> desk::queueLeft, more);
        };
    assertThat(answer).contains("<Response");
  }

  private CallFixture.Handler handler(String kind) {
    ActionHandlers actions = calls.desk().actions();
    return switch (kind) {
      case "dial" -> actions::dialEnded;
      case "refer" -> actions::referEnded;
      default -> actions::queueLeft;
    };
  }

  private void put(String field, @Nullable String value) {
    if (value != null) {
      calls.fields.put(field, value);
    }
  }
}
