package io.callmesh.worker.agent.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.connector.AudioFormat;
import io.callmesh.worker.agent.HandoffResult;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Whatever a server sends, a conversation throws nothing but that it is malformed. */
class ConversationFuzzTest {
  private static final List<String> VALID =
      List.of(
          """
          {"type":"response.created","event_id":"e","response":{"id":"r1","status":"in_progress"}}""",
          """
          {"type":"response.output_audio.delta","response_id":"r1","item_id":"i1","output_index":0,
           "content_index":0,"delta":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v"}""",
          """
          {"type":"response.output_audio.delta","response_id":"r2","item_id":"i2","output_index":0,
           "content_index":1,"delta":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v"}""",
          "{\"type\":\"response.output_audio.done\",\"item_id\":\"i1\"}",
          """
          {"type":"response.output_audio_transcript.done","item_id":"i1","transcript":"Hello there."}""",
          "{\"type\":\"input_audio_buffer.speech_started\",\"item_id\":\"i3\",\"audio_start_ms\":10}",
          "{\"type\":\"input_audio_buffer.committed\",\"item_id\":\"i3\"}",
          """
          {"type":"conversation.item.input_audio_transcription.completed","item_id":"i3","transcript":"Hi."}""",
          """
          {"type":"response.done","response":{"id":"r1","status":"completed","output":[
           {"type":"function_call","status":"completed","call_id":"c1","name":"handoff",
            "arguments":"{\\"destination\\":\\"billing\\",\\"data\\":{\\"a\\":1}}"}]}}""",
          """
          {"type":"response.done","response":{"id":"r1","status":"failed",
           "status_details":{"error":{"code":"rate_limit_exceeded","type":"x"}}}}""",
          "{\"type\":\"error\",\"error\":{\"type\":\"x\",\"code\":\"y\",\"event_id\":\"callmesh-response\"}}",
          """
          {"type":"session.updated","session":{"audio":{"output":{"format":{"type":"audio/pcmu"}}}}}""");

  private static final Object[] VALUES = {
    7, -1, 1e300, true, "", "x".repeat(300), new JsonObject(), new JsonArray().add(7).addNull()
  };

  @Property(tries = 500)
  void throwsNothingAndTruncatesNothingThatIsNotThere(
      @ForAll("conversations") List<String> events, @ForAll long seed) {
    FakeWire wire = new FakeWire();
    FakeSession session = new FakeSession(8);
    Conversation model =
        new Conversation(Starts.with("{}"), session, wire, new Memory(), new Utterances());
    session.conversation = model;
    model.begin();
    Random random = new Random(seed);
    Map<String, Integer> bytes = new HashMap<>();
    for (String event : events) {
      session.earMs = random.nextInt(100);
      take(model, session, event, bytes);
      react(model, wire, random);
    }

    for (JsonObject sent : wire.sent) {
      if (sent.getString("type").equals("conversation.item.truncate")) {
        int length = bytes.getOrDefault(sent.getString("item_id"), 0);
        assertThat(sent.getLong("audio_end_ms"))
            .isBetween(0L, (long) length / Utterances.bytesPerMs(AudioFormat.MULAW_8000));
      }
    }
  }

  private static void take(
      Conversation model, FakeSession session, String event, Map<String, Integer> bytes) {
    int before = session.audioBytes;
    byte[] utf8 = event.getBytes(StandardCharsets.UTF_8);
    try {
      model.event(utf8);
      if (session.audioBytes > before) {
        bytes.merge(EventReader.read(utf8).itemId(), session.audioBytes - before, Integer::sum);
      }
    } catch (MalformedEventException malformed) {
      assertThat(malformed).hasMessageNotContaining("Hello");
    }
  }

  private static void react(Conversation model, FakeWire wire, Random random) {
    switch (random.nextInt(5)) {
      case 0 -> model.key("#");
      case 1 ->
          model.mark(Integer.toString(random.nextInt(5)), random.nextBoolean(), random.nextInt(99));
      case 2 ->
          model.handoffResult(
              random.nextBoolean()
                  ? HandoffResult.ACCEPTED
                  : HandoffResult.refused("store_refused", null));
      case 3 -> wire.passTime();
      default -> model.key("1");
    }
  }

  @Provide
  Arbitrary<List<String>> conversations() {
    Arbitrary<String> valid = Arbitraries.of(VALID);
    Arbitrary<String> wrongValues = withSeed(valid, ConversationFuzzTest::wrongValue);
    Arbitrary<String> wrongCharacters = withSeed(valid, ConversationFuzzTest::wrongCharacter);
    return Arbitraries.frequencyOf(
            Tuple.of(4, valid),
            Tuple.of(4, wrongValues),
            Tuple.of(2, wrongCharacters),
            Tuple.of(1, Arbitraries.strings().ofMaxLength(100)))
        .list()
        .ofMaxSize(40);
  }

  private static Arbitrary<String> withSeed(
      Arbitrary<String> valid, BiFunction<String, Random, String> damage) {
    return valid.flatMap(
        event -> Arbitraries.longs().map(seed -> damage.apply(event, new Random(seed))));
  }

  /** The event with one member, however deep, of another type or gone. */
  private static String wrongValue(String event, Random random) {
    JsonObject root = new JsonObject(event);
    JsonObject object = root;
    while (true) {
      List<String> names = new ArrayList<>(object.fieldNames());
      String name = names.get(random.nextInt(names.size()));
      if (object.getValue(name) instanceof JsonObject child
          && !child.isEmpty()
          && random.nextInt(3) > 0) {
        object = child;
      } else {
        Object value = VALUES[random.nextInt(VALUES.length)];
        return damaged(root, object, name, value, random.nextInt(8) == 0);
      }
    }
  }

  private static String damaged(
      JsonObject root, JsonObject object, String name, Object value, boolean gone) {
    if (gone) {
      object.putNull(name);
    } else {
      object.put(name, value);
    }
    return root.encode();
  }

  private static String wrongCharacter(String event, Random random) {
    StringBuilder damaged = new StringBuilder(event);
    damaged.setCharAt(random.nextInt(damaged.length()), (char) random.nextInt(0x250));
    return damaged.toString();
  }
}
