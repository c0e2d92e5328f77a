package io.callmesh.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.event.CallEventType;
import io.callmesh.simulator.SpokenAudio;
import io.callmesh.simulator.audio.WavFile;
import io.callmesh.simulator.cli.StoryTeller;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo, run once: its story, its JSON, and above all what can be heard on its recording. */
class DemoIT {
  private static final int RATE = WavFile.RATE;
  private static final short[] SENTENCE = Arrays.copyOf(SpokenAudio.caller(), 2 * RATE);

  /**
   * Not 1: the resampler delays by half samples and ends at 3.4 kHz, where the prompts go on a
   * little.
   */
  private static final double FITS = 0.95;

  private static String story = "";
  private static JsonObject json = new JsonObject();
  private static short[] callerHeard = {};
  private static short[] agentHeard = {};

  @BeforeAll
  static void run(@TempDir Path folder) throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    Path recording = folder.resolve("demo.wav");
    StoryTeller teller =
        new StoryTeller(new PrintStream(printed, true, StandardCharsets.UTF_8), false);
    json = new Demo(teller, SENTENCE, recording).run().toJson();
    story = printed.toString(StandardCharsets.UTF_8);
    readRecording(recording);
  }

  private static void readRecording(Path file) throws Exception {
    try (AudioInputStream in = AudioSystem.getAudioInputStream(file.toFile())) {
      AudioFormat format = in.getFormat();
      assertThat(format.getChannels()).isEqualTo(2);
      assertThat(format.getSampleRate()).isEqualTo(RATE);
      byte[] bytes = in.readAllBytes();
      int frames = bytes.length / 4;
      callerHeard = new short[frames];
      agentHeard = new short[frames];
      for (int i = 0; i < frames; i++) {
        callerHeard[i] = sample(bytes, 4 * i);
        agentHeard[i] = sample(bytes, 4 * i + 2);
      }
    }
  }

  private static short sample(byte[] bytes, int at) {
    return (short) ((bytes[at] & 0xFF) | (bytes[at + 1] << 8));
  }

  @Test
  void everyStepHeld() {
    assertThat(json.getJsonArray("failures")).isEqualTo(new JsonArray());
    assertThat(json.getBoolean("ok")).isTrue();
  }

  @Test
  void jsonHasRealValues() {
    assertThat(json.getString("callSid")).matches("CA[0-9a-f]{32}");
    assertThat(json.getString("conversationId")).startsWith("conv-");
    assertThat(json.getJsonObject("twiml").getString("voice")).contains("<Connect", "<Stream");
    assertThat(json.getJsonObject("twiml").getString("action"))
        .contains("<Enqueue", DemoConnector.WORKFLOW_SID);
    assertThat(json.getJsonObject("frames").getInteger("sent")).isGreaterThan(250);
    assertThat(json.getJsonObject("frames").getInteger("received")).isGreaterThan(250);
    assertThat(json.getJsonObject("marks").getInteger("played"))
        .isPositive()
        .isEqualTo(json.getJsonObject("marks").getInteger("sent"));
    assertThat(json.getLong("elapsedMs")).isPositive();
    JsonObject state = json.getJsonObject("handoffState");
    assertThat(state.getString("id")).isEqualTo(json.getString("conversationId"));
    assertThat(state.getJsonObject("data").getString("customer_number")).isEqualTo("+15550100001");
    assertThat(state.getJsonObject("data").getInteger("caller_speech_ms")).isBetween(1_000, 2_500);
    assertThat(json.getJsonArray("events").stream())
        .containsAll(Demo.everyEvent())
        .doesNotContain(CallEventType.HANDOFF_FAILED.type());
  }

  /**
   * To PCM 16 kHz, to mu-law, over the bus and through base64, the prompts are still the prompts.
   */
  @Test
  void agentSideOfTheRecordingIsThePrompts() {
    short[] greeting = SpokenAudio.prompt("greeting");
    int greetingAt = Correlation.bestOffset(greeting, agentHeard, 0, 4 * RATE);
    assertThat(Correlation.at(greeting, agentHeard, greetingAt)).isGreaterThan(FITS);

    short[] answer = SpokenAudio.prompt("answer-1");
    int answerAt =
        Correlation.bestOffset(answer, agentHeard, greetingAt + greeting.length, 6 * RATE);
    assertThat(Correlation.at(answer, agentHeard, answerAt)).isGreaterThan(FITS);

    short[] oneMoment = SpokenAudio.prompt("one-moment-please");
    int oneMomentAt =
        Correlation.bestOffset(oneMoment, agentHeard, answerAt + answer.length, 4 * RATE);
    assertThat(Correlation.at(oneMoment, agentHeard, oneMomentAt)).isGreaterThan(FITS);
  }

  @Test
  void callerSideOfTheRecordingIsTheSentence() {
    int at = Correlation.bestOffset(SENTENCE, callerHeard, 0, callerHeard.length);
    assertThat(Correlation.at(SENTENCE, callerHeard, at)).isGreaterThan(FITS);
  }

  @Test
  void storyIsToldInOrder() {
    assertThat(story)
        .containsSubsequence(
            "The mesh is ready",
            "Connector conn-",
            "voice webhook answered: <Connect><Stream>",
            "the agent speaks",
            "the caller speaks",
            "the caller presses 0",
            "stream closed by the mesh",
            "connect action answered: <Enqueue><Task>",
            "Flex fetched the handoff state");
  }
}
