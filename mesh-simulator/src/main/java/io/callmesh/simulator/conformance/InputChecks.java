package io.callmesh.simulator.conformance;

import static io.callmesh.simulator.conformance.Section.INPUT;
import static io.callmesh.simulator.conformance.Severity.INFORMATIONAL;
import static io.callmesh.simulator.conformance.Severity.RECOMMENDED;
import static io.callmesh.simulator.conformance.Severity.REQUIRED;

import io.callmesh.simulator.conformance.StreamScript.Dialect;
import io.callmesh.simulator.conformance.Workbench.Begun;
import io.callmesh.simulator.conformance.Workbench.Opening;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * What Twilio sends, may send one day, or sends on a bad day (reference/twilio.md 4.1, 3.2, 12).
 */
final class InputChecks {
  private static final int LARGE_BYTES = 20_000;
  private static final int MANY_PARAMETERS = 60;
  private static final int NORMAL_CLOSE = 1000;
  private static final Duration BETWEEN_KEYS = Duration.ofMillis(80);
  private static final Duration GAP = Duration.ofMillis(600);

  static final List<Check> ALL =
      List.of(
          Check.of(
              INPUT,
              REQUIRED,
              "stream",
              "A stream starts, takes audio and stays open",
              "Take connected, start and media as documented; the server's log says what did not"
                  + " work.",
              InputChecks::stream),
          Check.of(
              INPUT,
              REQUIRED,
              "media-sizes",
              "Media of 1, 80, 160, 161, 400 and 3200 bytes is taken",
              "Assume no size: 160 bytes are usual, and nowhere promised.",
              bench -> sizes(bench, 1, 80, 160, 161, 400, 3_200)),
          Check.of(
              INPUT,
              REQUIRED,
              "media-large",
              "Media of 20 000 bytes is taken",
              "Allow messages of at least 32 KiB.",
              bench -> sizes(bench, LARGE_BYTES)),
          Check.of(
              INPUT,
              RECOMMENDED,
              "media-empty",
              "Media with an empty payload does no harm",
              "Treat an empty payload as no audio.",
              bench -> sizes(bench, 0)),
          Check.of(
              INPUT,
              RECOMMENDED,
              "media-burst",
              "Two seconds of audio may come at once",
              "Take what piled up while a network stood still; drop the oldest if you must.",
              InputChecks::burst),
          Check.of(
              INPUT,
              REQUIRED,
              "late-timestamp",
              "The first timestamp may be any",
              "Count from the first timestamp, not from 0.",
              InputChecks::lateTimestamp),
          Check.of(
              INPUT,
              REQUIRED,
              "timestamp-gap",
              "Media may pause, and timestamps jump",
              "Fill the gap with silence; do not take it for the end.",
              InputChecks::gap),
          Check.of(
              INPUT,
              REQUIRED,
              "sequence-gap",
              "sequenceNumber and chunk may have gaps",
              "Count a gap, and go on.",
              InputChecks::lostNumbers),
          Check.of(
              INPUT,
              RECOMMENDED,
              "numbers",
              "sequenceNumber, chunk and timestamp may be numbers",
              "Read them whether they are strings, as documented, or numbers.",
              bench -> spoken(bench, Dialect.NUMBERS, "numbers instead of strings")),
          Check.of(
              INPUT,
              RECOMMENDED,
              "format-strings",
              "mediaFormat.sampleRate and channels may be strings",
              "Read them whether they are numbers, as documented, or strings.",
              bench -> begun(bench, InputChecks::formatInStrings, "a sampleRate of \"8000\"")),
          Check.of(
              INPUT,
              REQUIRED,
              "unknown-members",
              "Unknown members are ignored",
              "Read the members you know, and skip the others.",
              bench -> spoken(bench, Dialect.MORE_MEMBERS, "unknown members")),
          Check.of(
              INPUT,
              REQUIRED,
              "unknown-event",
              "Unknown events are ignored",
              "Let the default branch do nothing.",
              InputChecks::unknownEvent),
          Check.of(
              INPUT,
              REQUIRED,
              "no-parameters",
              "start may come without customParameters",
              "Treat missing customParameters as none.",
              bench -> parameters(bench, start -> removed(start, "customParameters"))),
          Check.of(
              INPUT,
              REQUIRED,
              "empty-parameters",
              "customParameters may be {}",
              "Treat empty customParameters as none.",
              bench ->
                  parameters(bench, start -> inStart(start, "customParameters", new JsonObject()))),
          Check.of(
              INPUT,
              RECOMMENDED,
              "many-parameters",
              "Many and long customParameters are taken",
              "Ignore parameters that you do not know, and allow for a start of 32 KiB.",
              bench -> begun(bench, InputChecks::manyParameters, "many parameters")),
          Check.of(
              INPUT,
              REQUIRED,
              "dtmf",
              "Every key of a telephone is taken",
              "Take 0 to 9, * and #; end a stream only with close code 1000.",
              bench -> keys(bench, "0123456789*#")),
          Check.of(
              INPUT,
              INFORMATIONAL,
              "dtmf-letters",
              "The keys A to D do no harm",
              "Ignore keys that you do not know.",
              bench -> keys(bench, "ABCD")),
          Check.of(
              INPUT,
              RECOMMENDED,
              "malformed-json",
              "One message that is no JSON does not end the call",
              "Catch what parsing throws, count it, and go on.",
              bench ->
                  text(bench, "{\"event\":\"media\",\"media\":{", "a message that is no JSON")),
          Check.of(
              INPUT,
              RECOMMENDED,
              "malformed-payload",
              "One payload that is no base64 does not end the call",
              "Catch what decoding throws, count it, and go on.",
              InputChecks::malformedPayload),
          Check.of(
              INPUT,
              REQUIRED,
              "media-before-start",
              "Media before start does not bring the server down",
              "Ignore it, or close with 1008.",
              InputChecks::mediaBeforeStart),
          Check.of(
              INPUT,
              REQUIRED,
              "second-start",
              "A second start does not bring the server down",
              "Ignore it, or close with 1008.",
              InputChecks::secondStart));

  private InputChecks() {}

  /** The one that fails when nothing works, so that everything else can be skipped. */
  private static Verdict stream(Workbench bench) throws IOException {
    String obstacle = bench.obstacle();
    return obstacle == null
        ? bench.goesOn(bench.working(), "the first words")
        : Verdict.failed(obstacle);
  }

  private static Verdict sizes(Workbench bench, int... sizes) throws IOException {
    PlayedStream stream = bench.working();
    long since = stream.position();
    byte[] audio = Tone.SECOND.samples(IntStream.of(sizes).sum());
    int from = 0;
    for (int size : sizes) {
      byte[] piece = Arrays.copyOfRange(audio, from, from + size);
      stream.send(next -> next.media(piece));
      from += size;
    }
    boolean provable = bench.answering() == Answering.ECHO && audio.length > 0;
    if (provable && !stream.awaitTone(Tone.SECOND, since, bench.patience()) && stream.isOpen()) {
      return Verdict.failed("that audio did not come back" + bench.inTime());
    }
    return bench.goesOn(stream, Tone.THIRD, "that media");
  }

  private static Verdict burst(Workbench bench) throws IOException {
    PlayedStream stream = bench.working();
    stream.burst(Tone.SECOND.milliseconds(2_000));
    return bench.goesOn(stream, Tone.THIRD, "two seconds of audio at once");
  }

  private static Verdict lateTimestamp(Workbench bench) throws IOException {
    Begun begun = bench.connected(Opening.USUAL);
    begun.stream().alter(script -> script.skip(61_240));
    return bench.goesOn(begun.start(), "a first timestamp of 61240");
  }

  private static Verdict gap(Workbench bench) throws IOException {
    PlayedStream stream = bench.working();
    stream.hold();
    if (!stream.staysOpen(GAP)) {
      return Verdict.failed("while no media came " + stream.ending());
    }
    stream.alter(script -> script.skip(3_000));
    stream.flow();
    return bench.goesOn(stream, "a gap of 3 s");
  }

  private static Verdict lostNumbers(Workbench bench) throws IOException {
    PlayedStream stream = bench.working();
    stream.alter(script -> script.lose(7));
    return bench.goesOn(stream, "a gap of 7 messages");
  }

  private static Verdict spoken(Workbench bench, Dialect dialect, String what) throws IOException {
    return bench.goesOn(bench.started(Opening.USUAL.speaking(dialect)), what);
  }

  private static Verdict begun(Workbench bench, UnaryOperator<JsonObject> start, String what)
      throws IOException {
    return bench.goesOn(bench.started(Opening.USUAL.starting(start)), what);
  }

  private static Verdict parameters(Workbench bench, UnaryOperator<JsonObject> start)
      throws IOException {
    Begun begun = bench.connected(Opening.USUAL.starting(start));
    return begun.call().parameters().isEmpty()
        ? bench.goesOn(begun.start(), "such a start")
        : Verdict.skipped("this call has parameters, which the server may need");
  }

  private static JsonObject inStart(JsonObject message, String member, Object value) {
    message.getJsonObject("start").put(member, value);
    return message;
  }

  private static JsonObject removed(JsonObject message, String member) {
    Object was = message.getJsonObject("start").remove(member);
    return was == null ? new JsonObject() : message;
  }

  private static JsonObject formatInStrings(JsonObject message) {
    JsonObject format =
        new JsonObject()
            .put("encoding", "audio/x-mulaw")
            .put("sampleRate", "8000")
            .put("channels", "1");
    return inStart(message, "mediaFormat", format);
  }

  private static JsonObject manyParameters(JsonObject message) {
    JsonObject parameters = message.getJsonObject("start").getJsonObject("customParameters");
    for (int i = 0; i < MANY_PARAMETERS; i++) {
      parameters.put("conformance" + i, "ä\"<&>{} ".repeat(30));
    }
    return message;
  }

  private static Verdict unknownEvent(Workbench bench) throws IOException {
    PlayedStream stream = bench.working();
    stream.send(next -> next.event("weather", new JsonObject().put("sky", "clear")));
    return bench.goesOn(stream, "an unknown event");
  }

  private static Verdict keys(Workbench bench, String keys) throws IOException {
    PlayedStream stream = bench.working();
    StringBuilder ending = new StringBuilder();
    for (int i = 0; i < keys.length(); i++) {
      String key = keys.substring(i, i + 1);
      stream = stream.isOpen() ? stream : bench.started(Opening.USUAL);
      stream.send(next -> next.dtmf(key));
      if (!stream.staysOpen(BETWEEN_KEYS)) {
        if (!Integer.valueOf(NORMAL_CLOSE).equals(stream.closeCode())) {
          return Verdict.failed("after the key " + key + " " + stream.ending());
        }
        ending.append(' ').append(key);
      }
    }
    Verdict verdict =
        stream.isOpen() ? bench.goesOn(stream, "the keys") : bench.servesTheNext("the keys");
    boolean ended = verdict.outcome() == Outcome.PASSED && ending.length() > 0;
    return ended ? Verdict.passed("the server ends the stream on:" + ending) : verdict;
  }

  private static Verdict text(Workbench bench, String text, String what) throws IOException {
    PlayedStream stream = bench.working();
    stream.sendFrame(true, WireFrame.TEXT, text.getBytes(StandardCharsets.UTF_8));
    return bench.goesOn(stream, what);
  }

  private static Verdict malformedPayload(Workbench bench) throws IOException {
    PlayedStream stream = bench.working();
    stream.send(
        next -> {
          JsonObject message = next.media(new byte[160]);
          message.getJsonObject("media").put("payload", "*** not base64 ***");
          return message;
        });
    return bench.goesOn(stream, "a payload that is no base64");
  }

  private static Verdict mediaBeforeStart(Workbench bench) throws IOException {
    Begun begun = bench.connected(Opening.USUAL.provoking());
    begun.stream().burst(Tone.FIRST.milliseconds(100));
    PlayedStream stream = begun.start();
    return settled(bench, stream, "media before start");
  }

  private static Verdict secondStart(Workbench bench) throws IOException {
    PlayedStream stream = bench.working(Opening.USUAL.provoking());
    stream.send(StreamScript::start);
    return settled(bench, stream, "a second start");
  }

  /** The stream goes on or is closed with a code, and the next one is served. */
  static Verdict settled(Workbench bench, PlayedStream stream, String after) {
    String trouble = bench.trouble(stream, Tone.SECOND);
    if (trouble != null && stream.closeCode() == null) {
      return Verdict.failed("after " + after + ": " + trouble);
    }
    Verdict next = bench.servesTheNext(after);
    String how = trouble == null ? "the stream goes on" : stream.ending();
    return next.outcome() == Outcome.PASSED ? Verdict.passed(how) : next;
  }
}
