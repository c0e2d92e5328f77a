package io.callmesh.simulator.conformance;

import static io.callmesh.simulator.conformance.Section.LOAD;
import static io.callmesh.simulator.conformance.Severity.REQUIRED;

import io.callmesh.simulator.conformance.Workbench.Opening;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Streams beside each other, and one that is slow (reference/twilio.md 4.4, 4.6). */
final class LoadChecks {
  private static final int TONE_MS = 400;
  private static final int SMALL_BUFFER = 4_096;

  /** What is sent to fill a socket: its echo, in messages, is 9 MB; Linux keeps 4 at most. */
  private static final int FLOOD_FRAMES = 2_000;

  private static final int FLOOD_FRAME_MS = 400;

  static final List<Check> ALL =
      List.of(
          Check.of(
              LOAD,
              REQUIRED,
              "two-streams",
              "Two streams at once do not hear each other",
              "Keep everything about a stream with its connection, nothing in globals.",
              LoadChecks::two),
          Check.of(
              LOAD,
              REQUIRED,
              "slow-reader",
              "A stream that is not read for a while goes on afterwards, and others meanwhile",
              "Bound what waits for a slow socket, and never wait for it on a shared thread.",
              LoadChecks::slow));

  private LoadChecks() {}

  private static Verdict two(Workbench bench) throws IOException {
    PlayedStream one = bench.working();
    PlayedStream other = bench.working();
    if (bench.answering() != Answering.ECHO) {
      Verdict first = bench.goesOn(one, "another stream began");
      return first.outcome() == Outcome.PASSED ? bench.goesOn(other, "one went on") : first;
    }
    one.say(Tone.SECOND.milliseconds(TONE_MS));
    other.say(Tone.THIRD.milliseconds(TONE_MS));
    Duration patience = bench.patience();
    if (!one.awaitTone(Tone.SECOND, 0, patience) || !other.awaitTone(Tone.THIRD, 0, patience)) {
      return Verdict.failed("one of two streams got no audio back" + bench.inTime());
    }
    boolean crossed = Tone.THIRD.isIn(one.heardSince(0)) || Tone.SECOND.isIn(other.heardSince(0));
    return crossed
        ? Verdict.failed("one stream's audio came back on the other")
        : Verdict.passed("each hears its own");
  }

  private static Verdict slow(Workbench bench) throws IOException {
    Duration pause = bench.terms().pause();
    PlayedStream slow = bench.working(Opening.USUAL.reading(SMALL_BUFFER));
    PlayedStream other = bench.working();
    slow.pauseReading(true);
    slow.say(Tone.SECOND.milliseconds((int) pause.toMillis()));
    if (!other.staysOpen(pause)) {
      return Verdict.failed("beside a stream that is not read " + other.ending());
    }
    Verdict beside = bench.goesOn(other, Tone.THIRD, "a neighbour stopped reading");
    slow.pauseReading(false);
    if (beside.outcome() != Outcome.PASSED) {
      return beside;
    }
    Verdict afterwards = bench.goesOn(slow, Tone.THIRD, seconds(pause) + " s without reading");
    return afterwards.outcome() == Outcome.PASSED ? stuck(bench, slow, other) : afterwards;
  }

  /**
   * A socket that takes nothing more: what a telephone call does not bring about in a few seconds,
   * and a few minutes without a network do. What becomes of that stream is its server's choice.
   */
  private static Verdict stuck(Workbench bench, PlayedStream slow, PlayedStream other) {
    slow.pauseReading(true);
    slow.flood(Tone.FIRST.milliseconds(FLOOD_FRAME_MS), FLOOD_FRAMES);
    if (!other.staysOpen(bench.terms().pause())) {
      return Verdict.failed("beside a stream whose socket is full " + other.ending());
    }
    Verdict beside = bench.goesOn(other, Tone.SECOND, "a neighbour's socket was full");
    return beside.outcome() == Outcome.PASSED && bench.answering() != Answering.ECHO
        ? Verdict.skipped("could not be shown: without an echo no socket gets full")
        : beside;
  }

  private static String seconds(Duration duration) {
    return String.valueOf(duration.toMillis() / 1_000.0);
  }
}
