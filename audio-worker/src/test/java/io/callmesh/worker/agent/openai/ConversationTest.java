package io.callmesh.worker.agent.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.callmesh.contracts.connector.AudioFormat;
import io.callmesh.contracts.connector.AudioFormat.Encoding;
import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.contracts.handoff.TranscriptLine.Role;
import io.callmesh.worker.agent.HandoffRequest;
import io.callmesh.worker.agent.HandoffResult;
import io.callmesh.worker.agent.SessionStart;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConversationTest {
  private static final String NO_INTERRUPTION =
      "{\"audio\":{\"input\":{\"turn_detection\":{\"type\":\"server_vad\",\"interrupt_response\":false}}}}";
  private static final int MS = 8;

  private final Memory memory = new Memory();
  private final Utterances utterances = new Utterances();
  private final FakeSession session = new FakeSession(MS);
  private FakeWire wire = new FakeWire();
  private Conversation model = conversation(Starts.with("{}"));

  private Conversation conversation(SessionStart start) {
    wire = new FakeWire();
    Conversation made = new Conversation(start, session, wire, memory, utterances);
    session.conversation = made;
    return made;
  }

  private void beginWith(SessionStart start) {
    model = conversation(start);
    model.begin();
  }

  /** A conversation whose greeting, which made no sound, is over. */
  private void begin() throws MalformedEventException {
    model.begin();
    says("response.created", "{\"response\":{\"id\":\"r0\"}}");
    done("r0", "completed");
    wire.sent.clear();
  }

  // The beginning.

  @Test
  void setsTheSessionUpAndAsksTheModelToSpeak() {
    model.begin();

    assertThat(wire.sent.get(0).getString("event_id")).isEqualTo("callmesh-session");
    assertThat(wire.sent.get(0).getJsonObject("session").getString("type")).isEqualTo("realtime");
    assertThat(wire.types()).containsExactly("session.update", "response.create");
  }

  @Test
  void waitsForTheCallerWhereTheConnectorSaysSo() {
    beginWith(Starts.silent());

    assertThat(wire.types()).containsExactly("session.update");
  }

  @Test
  void leavesAServerThatPlaysInAnotherFormat() throws Exception {
    begin();

    says(
        "session.updated",
        "{\"session\":{\"audio\":{\"output\":{\"format\":{\"type\":\"audio/pcmu\"}}}}}");
    says("session.updated", "{\"session\":{}}");
    assertThat(wire.refused).isNull();
    says(
        "session.updated",
        "{\"session\":{\"audio\":{\"output\":{\"format\":{\"type\":\"audio/pcm\"}}}}}");
    assertThat(wire.refused).isEqualTo("wrong_audio_format");
  }

  // Turn-taking.

  @Test
  void truncatesWhatIsBeingSaidWhereTheCallerStoppedListening() throws Exception {
    begin();
    says("response.created", "{\"response\":{\"id\":\"r1\"}}");
    speaks("r1", "i1", 1_000);
    speaks("r1", "i1", 500);
    session.earMs = 620;

    says("input_audio_buffer.speech_started", "{\"item_id\":\"i2\"}");

    assertThat(session.taken()).containsExactly("audio 8000", "audio 4000", "mark", "clear");
    assertThat(wire.taken()).containsExactly(truncation("i1", 0, 620));
  }

  @Test
  void truncatesTheItemThatIsHeardAndForgetsThoseBehindIt() throws Exception {
    begin();
    item("r1", "i1", 300);
    item("r1", "i2", 400);
    item("r1", "i3", 500);
    speaks("r1", "i4", 100);
    session.earMs = 450;

    says("input_audio_buffer.speech_started", "{}");

    assertThat(wire.taken())
        .containsExactly(truncation("i2", 0, 150), truncation("i3", 0, 0), truncation("i4", 0, 0));
  }

  @Test
  void truncatesNothingThatWasHeard() throws Exception {
    begin();
    item("r1", "i1", 300);
    session.played();
    says("input_audio_buffer.speech_started", "{}");
    assertThat(session.taken()).doesNotContain("clear");

    item("r2", "i2", 300); // its mark is still on its way
    session.earMs = 600;
    says("input_audio_buffer.speech_started", "{}");

    assertThat(session.taken()).contains("clear");
    assertThat(wire.sent).isEmpty();
  }

  @Test
  void neverTruncatesBehindTheEndOfTheAudio() throws Exception {
    begin();
    says(EventReader.AUDIO, audio("r1", "i1", new byte[7])); // less than a millisecond
    speaks("r1", "i2", 100);
    says("response.output_audio.done", "{}");

    model.mark("1", false, 5_000);

    assertThat(wire.sent).isEmpty();
  }

  @Test
  void countsPcmInItsOwnMilliseconds() throws Exception {
    AudioFormat pcm = new AudioFormat(Encoding.PCM_S16LE, 24_000);
    beginWith(Starts.with("{}", pcm));
    wire.sent.clear();
    says(EventReader.AUDIO, audio("r1", "i1", new byte[48 * 250]));
    says("response.output_audio.done", "{}");

    model.mark("0", false, 249);
    assertThat(wire.taken()).containsExactly(truncation("i1", 0, 249));
  }

  @Test
  void dropsWhatStillComesOfAnInterruptedResponse() throws Exception {
    begin();
    says("response.created", "{\"response\":{\"id\":\"r1\"}}");
    speaks("r1", "i1", 100);
    says("input_audio_buffer.speech_started", "{}");
    session.said.clear();

    speaks("r1", "i1", 100);
    speaks("r1", "i2", 100);
    assertThat(session.said).isEmpty();
    says("response.done", "{\"response\":{\"id\":\"r1\",\"status\":\"cancelled\"}}");
    says("response.created", "{\"response\":{\"id\":\"r2\"}}");
    speaks("r2", "i3", 100);
    assertThat(session.said).containsExactly("audio 800");
  }

  @Test
  void dropsAResponseThatWasInterruptedBeforeItsFirstSound() throws Exception {
    begin();
    says("response.created", "{\"response\":{\"id\":\"r1\"}}");
    says("input_audio_buffer.speech_started", "{}");
    speaks("r1", "i1", 100);

    assertThat(session.said).isEmpty();
    assertThat(wire.sent).isEmpty();
  }

  @Test
  void goesOnWhenTheConnectorWantsNoInterruption() throws Exception {
    beginWith(Starts.with(NO_INTERRUPTION));
    wire.sent.clear();
    speaks("r1", "i1", 100);
    says("input_audio_buffer.speech_started", "{}");
    speaks("r1", "i1", 100);

    assertThat(session.taken()).containsExactly("audio 800", "audio 800");
    assertThat(wire.sent).isEmpty();
  }

  @Test
  void keepsPartsOfOneItemApart() throws Exception {
    begin();
    speaks("r1", "i1", 100);
    says(
        EventReader.AUDIO,
        audio("r1", "i1", new byte[800]).replace("\"content_index\":0", "\"content_index\":1"));
    session.earMs = 130;
    says("input_audio_buffer.speech_started", "{}");

    assertThat(wire.taken()).containsExactly(truncation("i1", 1, 30));
  }

  // Words.

  @Test
  void passesOnWhatWasSaid() throws Exception {
    begin();

    says("response.output_audio_transcript.delta", "{\"item_id\":\"i1\",\"delta\":\"He\"}");
    says("response.output_audio_transcript.done", "{\"item_id\":\"i1\",\"transcript\":\"Hello.\"}");
    says("input_audio_buffer.committed", "{\"item_id\":\"i2\"}");
    says(
        "conversation.item.input_audio_transcription.completed",
        "{\"item_id\":\"i2\",\"transcript\":\"Hi.\"}");
    says(
        "conversation.item.input_audio_transcription.completed",
        "{\"item_id\":\"i2\",\"transcript\":\" \"}");

    assertThat(session.taken()).containsExactly("AGENT: Hello.", "CALLER: Hi.");
    assertThat(session.unknown).isZero();
  }

  @Test
  void saysOfAnInterruptedSentenceOnlyWhatWasHeard() throws Exception {
    begin();
    speaks("r1", "i1", 1_000);
    session.earMs = 500;
    says("input_audio_buffer.speech_started", "{}");
    session.said.clear();

    says(
        "response.output_audio_transcript.done",
        "{\"item_id\":\"i1\",\"transcript\":\"One two three four five.\"}");

    assertThat(session.taken()).containsExactly("AGENT: One two…");
  }

  // Keys.

  @Test
  void tellsTheModelOfKeysTogetherAndHasItAnswer() throws Exception {
    begin();
    for (String key : List.of("4", "2", "#", "7")) {
      model.key(key);
    }

    assertThat(wire.taken())
        .containsExactly(said("The caller pressed 4 2 # on the keypad."), Events.responseCreate());
    says("response.created", "{\"response\":{\"id\":\"r2\"}}");
    wire.passTime();
    assertThat(wire.delays).contains(1_500L);
    assertThat(wire.types()).containsExactly("response.cancel", "conversation.item.create");
    done("r2", "cancelled");
    assertThat(wire.types()).containsExactly("response.create");
  }

  @Test
  void stopsTheModelWhenAKeyIsPressed() throws Exception {
    begin();
    says("response.created", "{\"response\":{\"id\":\"r1\"}}");
    speaks("r1", "i1", 300);
    session.earMs = 200;

    model.key("#");

    assertThat(session.taken()).containsExactly("audio 2400", "mark", "clear");
    assertThat(wire.types())
        .containsExactly(
            "response.cancel", "conversation.item.truncate", "conversation.item.create");
  }

  @Test
  void doesNotWaitForeverForAHash() throws Exception {
    begin();

    for (int i = 0; i < Keys.MAX; i++) {
      model.key("1");
    }

    assertThat(wire.types()).contains("conversation.item.create");
  }

  // Functions.

  @Test
  void handsOffWithWhatTheModelGave() throws Exception {
    begin();
    says("response.created", "{\"response\":{\"id\":\"r1\"}}");
    JsonObject arguments =
        new JsonObject()
            .put("destination", "billing")
            .put("reason", "needs_human")
            .put("utterance", "One moment.")
            .put("utterance_spoken", true)
            .put("data", new JsonObject().put("invoice", "7"));

    calls("r1", call("c1", "handoff", arguments.encode()));

    assertThat(session.handoffs)
        .containsExactly(
            new HandoffRequest(
                "billing",
                "needs_human",
                "One moment.",
                true,
                null,
                HandoffData.of("{\"invoice\":\"7\"}")));
    assertThat(wire.sent).isEmpty();
    model.handoffResult(HandoffResult.ACCEPTED);
    assertThat(wire.taken()).containsExactly(result("c1", "{\"accepted\":true}"));
  }

  @Test
  void lastsUntilTheGoodbyeIsHeard() throws Exception {
    begin();
    speaks("r1", "i1", 300);
    calls("r1", call("c1", "handoff", ""));
    model.handoffResult(HandoffResult.ACCEPTED);
    session.said.clear();
    wire.sent.clear();

    says("input_audio_buffer.speech_started", "{}");
    model.key("#");
    says("response.created", "{\"response\":{\"id\":\"r2\"}}");
    speaks("r2", "i2", 300);

    assertThat(session.said).isEmpty();
    assertThat(wire.sent).isEmpty();
  }

  @Test
  void takesDataDigitForDigit() throws Exception {
    begin();
    String data = "{\"z\": 1.10, \"a\": 12345678901234567890.123}";

    calls("r1", call("c1", "handoff", "{\"data\":" + data + ",\"reason\":\"r\"}"));

    assertThat(session.handoffs)
        .extracting(HandoffRequest::state)
        .containsExactly(HandoffData.of(data));
  }

  @Test
  void refusesDataThatMayNotBeStoredAndHasTheModelGoOn() throws Exception {
    begin();
    String data = "{\"a\":".repeat(17) + "1" + "}".repeat(17);
    calls("r1", call("c1", "handoff", "{\"data\":" + data + "}"));
    assertThat(session.taken()).contains("refused state_too_deep");
    assertThat(session.handoffs).isEmpty();

    model.handoffResult(HandoffResult.refused("state_too_deep", "at most 16 levels"));

    assertThat(wire.taken())
        .containsExactly(
            result(
                "c1",
                "{\"accepted\":false,\"reason\":\"state_too_deep\","
                    + "\"message\":\"at most 16 levels\",\"advice\":"
                    + "\"Try again with less data, or a simpler structure of it.\"}"),
            Events.responseCreate());
  }

  @Test
  void refusesDataWithComments() throws Exception {
    begin();

    calls("r1", call("c1", "handoff", "{\"data\":{\"a\":1 /* or 2 */}}"));

    assertThat(session.taken()).contains("refused state_not_an_object");
    assertThat(session.handoffs).isEmpty();
  }

  @Test
  void takesDataWithCommentsAroundThem() throws Exception {
    begin();

    calls("r1", call("c1", "handoff", "{/* so: */\"data\"://\n{\"a\":1.10}}"));

    assertThat(session.handoffs)
        .extracting(HandoffRequest::state)
        .containsExactly(HandoffData.of("{\"a\":1.10}"));
  }

  @Test
  void letsTheCallGoWithAHandoffThatCouldNotBeStored() throws Exception {
    begin();
    calls("r1", call("c1", "handoff", ""));

    model.handoffResult(HandoffResult.INLINE);
    model.key("#");

    assertThat(wire.taken())
        .containsExactly(
            result("c1", "{\"accepted\":false,\"reason\":\"not_stored\",\"transfer\":\"inline\"}"));
  }

  @Test
  void tellsTheModelWhyAHandoffWasRefusedAndHasItGoOn() throws Exception {
    begin();
    calls("r1", call("c1", "handoff", "{\"destination\":\"moon\"}"));
    model.handoffResult(HandoffResult.refused("unknown_destination", null));

    JsonObject item = wire.sent.get(0).getJsonObject("item");
    assertThat(item.getString("call_id")).isEqualTo("c1");
    assertThat(new JsonObject(item.getString("output")))
        .isEqualTo(Tools.resultOf(HandoffResult.refused("unknown_destination", null)));
    assertThat(wire.types()).containsExactly("conversation.item.create", "response.create");
  }

  @Test
  void hangsUp() throws Exception {
    begin();

    calls("r1", call("c1", "hangup", "{\"reason\":\"done\"}"), call("c2", "hangup", "{}"));

    assertThat(session.taken()).containsExactly("hangup done");
    assertThat(wire.sent).isEmpty();
  }

  @Test
  void hangsUpWithoutAReasonToo() throws Exception {
    begin();

    calls("r1", call("c1", "hangup", "not JSON"));

    assertThat(session.taken()).containsExactly("hangup null");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "weather|{}|Nobody here can run this function. Go on without it.",
        "handoff|[|The arguments are wrong: not one JSON object",
        "handoff|7|The arguments are wrong: not one JSON object",
        "handoff|{\"data\":\"c-7\"}|The arguments are wrong: data must be a JSON object",
        "handoff|\ufeff{\"data\":{\"a\":1}}|The arguments are wrong: data must be a JSON object",
      })
  void answersWhatCannotBeDoneAndHasTheModelGoOn(String name, String arguments, String why)
      throws Exception {
    begin();

    calls("r1", call("c1", name, arguments));

    assertThat(session.handoffs).isEmpty();
    assertThat(wire.taken())
        .containsExactly(result("c1", Tools.failed(why).encode()), Events.responseCreate());
  }

  @Test
  void refusesArgumentsThatAreTooLong() throws Exception {
    begin();

    calls("r1", call("c1", "handoff", new JsonObject().put("reason", "r".repeat(257)).encode()));

    assertThat(session.handoffs).isEmpty();
    assertThat(wire.sent.get(0).encode()).contains("reason must not exceed 256 characters");
  }

  @Test
  void takesOneHandoffAtATime() throws Exception {
    begin();

    calls("r1", call("c1", "handoff", ""), call("c2", "handoff", ""), call("c3", "hangup", ""));

    assertThat(session.handoffs).hasSize(1);
    assertThat(session.said).isEmpty();
    assertThat(wire.taken())
        .containsExactly(
            result("c2", "{\"error\":\"A handoff is under way already.\"}"),
            result("c3", "{\"error\":\"A handoff is under way already.\"}"),
            Events.responseCreate());
  }

  @Test
  void runsNothingThatTheModelDidNotFinish() throws Exception {
    begin();

    calls("r1", call("c1", "hangup", "").put("status", "incomplete"));

    assertThat(session.said).isEmpty();
    assertThat(wire.sent).isEmpty();
  }

  @Test
  void letsAModelThatCallsOnAndOnWaitForTheCaller() throws Exception {
    begin();
    for (int i = 0; i < 20; i++) {
      calls("r" + i, call("c" + i, "weather", "{}"));
      says("response.created", "{\"response\":{\"id\":\"r\"}}");
    }
    assertThat(wire.types()).filteredOn("response.create"::equals).hasSize(8);

    says("input_audio_buffer.speech_started", "{}");
    calls("r21", call("c21", "weather", "{}"));
    assertThat(wire.types()).contains("response.create");
  }

  // One response at a time.

  @Test
  void asksForAResponseWhenTheOneBeforeIsOver() throws Exception {
    begin();
    says("response.created", "{\"response\":{\"id\":\"r1\"}}");
    model.key("#");
    assertThat(wire.types()).doesNotContain("response.create");

    done("r1", "cancelled");
    assertThat(wire.types()).containsExactly("response.create");
    done("r2", "completed");
    assertThat(wire.sent).isEmpty();
  }

  @Test
  void asksOnceAndOnlyWhenTheModelHasItsResults() throws Exception {
    begin();
    says("response.created", "{\"response\":{\"id\":\"r1\"}}");
    model.key("#");
    wire.sent.clear();

    calls("r1", call("c1", "weather", "{}"));

    assertThat(wire.types()).containsExactly("conversation.item.create", "response.create");
  }

  @Test
  void asksAgainWhenTheServerWasFaster() throws Exception {
    begin();

    fails("conversation_already_has_active_response", "callmesh-response");
    says("response.created", "{\"response\":{\"id\":\"r1\"}}");
    assertThat(wire.sent).isEmpty();

    done("r1", "completed");
    assertThat(wire.types()).containsExactly("response.create");
  }

  @Test
  void leavesTheAnswerToTheServerWhenTheCallerSpeaks() throws Exception {
    begin();
    says("response.created", "{\"response\":{\"id\":\"r1\"}}");
    calls("r0", call("c1", "weather", "{}"));
    says("response.created", "{\"response\":{\"id\":\"r1\"}}");
    model.key("#");
    wire.sent.clear();

    says("input_audio_buffer.speech_started", "{}");
    done("r1", "cancelled");

    assertThat(wire.sent).isEmpty();
  }

  // What goes wrong.

  @Test
  void asksAgainAfterPausesThatGrowAndThenGivesUp() throws Exception {
    begin();
    for (int i = 0; i < 3; i++) {
      failedResponse("rate_limit_exceeded");
      assertThat(wire.sent).isEmpty();
      wire.passTime();
      assertThat(wire.types()).containsExactly("response.create");
    }
    assertThat(wire.delays).containsExactly(500L, 1_000L, 2_000L);
    assertThat(wire.refused).isNull();

    failedResponse("rate_limit_exceeded");
    assertThat(wire.refused).isEqualTo("rate_limit_exceeded");
    assertThat(session.taken()).containsOnly("complaint rate_limit_exceeded").hasSize(4);
  }

  @Test
  void forgetsFailuresWhenAResponseSucceeds() throws Exception {
    begin();
    for (int i = 0; i < 10; i++) {
      failedResponse("server_error");
      wire.passTime();
      done("r", "completed");
    }

    assertThat(wire.refused).isNull();
    assertThat(wire.delays).containsOnly(500L);
  }

  @Test
  void asksAgainWhenItMayNotAskYet() throws Exception {
    begin();

    fails("rate_limit_exceeded", "");
    wire.passTime();

    assertThat(wire.types()).containsExactly("response.create");
  }

  @Test
  void doesNotTryWhatCannotBecomeBetter() throws Exception {
    begin();

    failedResponse("insufficient_quota");

    assertThat(wire.refused).isEqualTo("insufficient_quota");
    assertThat(wire.delays).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"invalid_api_key", "insufficient_quota", "model_not_found"})
  void givesUpAServerThatWillNotHaveIt(String code) throws Exception {
    begin();

    fails(code, "");

    assertThat(wire.refused).isEqualTo(code);
    assertThat(session.taken()).containsExactly("complaint " + code);
  }

  @Test
  void givesUpWhenTheSettingsAreRefused() throws Exception {
    begin();

    fails("unknown_parameter", "callmesh-session");

    assertThat(wire.refused).isEqualTo("unknown_parameter");
  }

  @Test
  void goesElsewhereWhenTheSessionHasLastedTooLong() throws Exception {
    begin();

    fails("session_expired", "");

    assertThat(wire.lost).isTrue();
    assertThat(wire.refused).isNull();
  }

  @Test
  void onlyCountsOtherComplaintsAndNoWordsOfTheirs() throws Exception {
    begin();

    fails("invalid_value", "event_7");
    says("error", "{\"error\":{\"type\":\"server_error\",\"code\":null,\"message\":\"secret\"}}");
    says("error", "{\"error\":{\"code\":\"the caller said\\nso\"}}");
    says("error", "{}");

    assertThat(session.taken())
        .containsExactly(
            "complaint invalid_value",
            "complaint server_error",
            "complaint unknown",
            "complaint unknown");
    assertThat(wire.sent).isEmpty();
    assertThat(wire.lost).isFalse();
  }

  @Test
  void countsWhatItDoesNotKnow() throws Exception {
    begin();

    says("rate_limits.updated", "{\"rate_limits\":[]}");
    says("response.telepathy.delta", "{}");

    assertThat(session.unknown).isEqualTo(1);
    assertThatExceptionOfType(MalformedEventException.class)
        .isThrownBy(() -> says("error", "{\"x\":\"" + "x".repeat(Conversation.MAX_BYTES) + "\"}"));
  }

  // Another connection.

  @Test
  void tellsTheNextModelWhatWasSaid() throws Exception {
    begin();
    item("r1", "i1", 1_000);
    says(
        "response.output_audio_transcript.done",
        "{\"item_id\":\"i1\",\"transcript\":\"Welcome to the shop.\"}");
    done("r1", "completed");
    says("input_audio_buffer.committed", "{\"item_id\":\"i2\"}");
    says("response.created", "{\"response\":{\"id\":\"r2\"}}");
    item("r2", "i3", 1_000);
    says(
        "response.output_audio_transcript.done",
        "{\"item_id\":\"i3\",\"transcript\":\"Which one do you mean?\"}");
    says(
        "conversation.item.input_audio_transcription.completed",
        "{\"item_id\":\"i2\",\"transcript\":\"My order.\"}");
    session.earMs = 1_500;
    says("input_audio_buffer.speech_started", "{}");
    done("r2", "cancelled");
    model.over();

    beginWith(Starts.with("{}").resumed());

    assertThat(wire.sent.stream().map(ConversationTest::words))
        .startsWith(null, "Welcome to the shop.", "My order.", "Which one…")
        .hasSize(5);
    assertThat(wire.sent.get(1).getJsonObject("item").encode())
        .isEqualTo(
            "{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":\"Welcome to the shop.\"}]}");
    assertThat(wire.sent.get(4).getJsonObject("item").getString("role")).isEqualTo("system");
  }

  @Test
  void hasTheNextModelAnswerWhatTheLastOneDidNot() throws Exception {
    begin();
    says(
        "conversation.item.input_audio_transcription.completed",
        "{\"item_id\":\"i2\",\"transcript\":\"My order.\"}");
    done("r1", "completed");
    model.over();

    beginWith(Starts.with("{}").resumed());

    assertThat(wire.types())
        .containsExactly(
            "session.update",
            "conversation.item.create",
            "conversation.item.create",
            "response.create");
  }

  @Test
  void letsAModelThatKnowsNothingAskHowToGoOn() {
    beginWith(Starts.comingBack());

    assertThat(words(wire.sent.get(1))).contains("transfer_busy", "Do not greet");
    assertThat(wire.types())
        .containsExactly("session.update", "conversation.item.create", "response.create");
  }

  @Test
  void greetsAfterAConnectionOnWhichNothingWasSaid() throws Exception {
    begin();
    model.over();

    beginWith(Starts.with("{}").resumed());
    assertThat(wire.types()).containsExactly("session.update", "response.create");
    speaks("r1", "i1", 100); // the words of which never come
    model.over();

    beginWith(Starts.with("{}").resumed());
    assertThat(words(wire.sent.get(1))).contains("Do not greet");
  }

  @Test
  void doesNotGreetACallThatWasElsewhereHoweverOftenItIsRedialled() {
    beginWith(Starts.comingBack());
    model.over();

    beginWith(Starts.comingBack().resumed());

    assertThat(words(wire.sent.get(1))).contains("Do not greet");
  }

  @Test
  void keepsKeysForTheNextModel() throws Exception {
    begin();
    model.key("7");
    model.over();

    beginWith(Starts.with("{}").resumed());

    assertThat(words(wire.sent.get(1))).isEqualTo("The caller pressed 7 on the keypad.");
  }

  @Test
  void truncatesNothingThatAnotherModelSaid() throws Exception {
    begin();
    speaks("r1", "i1", 1_000);
    model.over();
    beginWith(Starts.with("{}").resumed());
    wire.sent.clear();
    session.earMs = 500;

    says("input_audio_buffer.speech_started", "{}");

    assertThat(session.taken()).containsExactly("audio 8000", "mark", "clear");
    assertThat(wire.sent).isEmpty();
  }

  @Test
  void tellsTheNextModelOfAHandoffThatTheLastOneWished() throws Exception {
    begin();
    calls("r1", call("c1", "handoff", ""));
    model.over();
    beginWith(Starts.with("{}").resumed());
    wire.sent.clear();

    model.handoffResult(HandoffResult.refused("store_refused", null));

    assertThat(words(wire.sent.get(0))).contains("store_refused");
  }

  @Test
  void remembersTheLastTurnsOnly() throws Exception {
    begin();
    for (int i = 0; i < 100; i++) {
      says(
          "response.output_audio_transcript.done",
          "{\"item_id\":\"i" + i + "\",\"transcript\":\"" + i + "x".repeat(2_000) + "\"}");
    }

    assertThat(memory.turns()).hasSize(Memory.MAX_TURNS);
    assertThat(memory.turns().get(0).text()).startsWith("68x").hasSize(Memory.MAX_TEXT + 1);
  }

  @Test
  void writesNoWordsToALog() throws Exception {
    begin();
    says("response.output_audio_transcript.done", "{\"item_id\":\"i1\",\"transcript\":\"secret\"}");

    assertThat(memory.turns().toString()).doesNotContain("secret");
    assertThat(Event.parse("{\"a\":\"secret\"}").toString()).doesNotContain("secret");
  }

  // What the tests share.

  private void says(String type, String members) throws MalformedEventException {
    JsonObject event = new JsonObject().put("type", type).put("event_id", "event_1");
    model.event(event.mergeIn(new JsonObject(members)).toBuffer().getBytes());
  }

  private void speaks(String response, String item, int ms) throws MalformedEventException {
    says(EventReader.AUDIO, audio(response, item, new byte[ms * MS]));
  }

  private void item(String response, String item, int ms) throws MalformedEventException {
    speaks(response, item, ms);
    says("response.output_audio.done", "{\"item_id\":\"" + item + "\"}");
  }

  private static String audio(String response, String item, byte[] audio) {
    return "{\"response_id\":\"%s\",\"item_id\":\"%s\",\"output_index\":0,\"content_index\":0,\"delta\":\"%s\"}"
        .formatted(response, item, Base64.getEncoder().encodeToString(audio));
  }

  private void done(String response, String status) throws MalformedEventException {
    says(
        "response.done",
        "{\"response\":{\"id\":\"%s\",\"status\":\"%s\",\"output\":[]}}"
            .formatted(response, status));
  }

  private void failedResponse(String code) throws MalformedEventException {
    says(
        "response.done",
        "{\"response\":{\"id\":\"r\",\"status\":\"failed\",\"status_details\":{\"type\":\"failed\",\"error\":{\"type\":\"x\",\"code\":\"%s\"}}}}"
            .formatted(code));
  }

  private void fails(String code, String eventId) throws MalformedEventException {
    JsonObject error = new JsonObject().put("type", "x").put("code", code).put("event_id", eventId);
    says("error", new JsonObject().put("error", error).encode());
  }

  private void calls(String response, JsonObject... calls) throws MalformedEventException {
    JsonArray output = new JsonArray();
    IntStream.range(0, calls.length).forEach(i -> output.add(calls[i]));
    JsonObject done =
        new JsonObject().put("id", response).put("status", "completed").put("output", output);
    says("response.done", new JsonObject().put("response", done).encode());
  }

  private static JsonObject call(String callId, String name, String arguments) {
    return new JsonObject()
        .put("type", "function_call")
        .put("status", "completed")
        .put("call_id", callId)
        .put("name", name)
        .put("arguments", arguments);
  }

  private static JsonObject truncation(String item, int index, int ms) {
    return new JsonObject()
        .put("type", "conversation.item.truncate")
        .put("item_id", item)
        .put("content_index", index)
        .put("audio_end_ms", ms);
  }

  private static JsonObject result(String callId, String output) {
    return Events.functionResult(callId, new JsonObject(output));
  }

  private static JsonObject said(String text) {
    return Events.said(Role.CALLER, text);
  }

  private static @Nullable String words(JsonObject event) {
    JsonObject item = event.getJsonObject("item");
    return item == null ? null : item.getJsonArray("content").getJsonObject(0).getString("text");
  }
}
