package io.callmesh.simulator.conformance;

import static io.callmesh.simulator.conformance.Section.PLAYBACK;
import static io.callmesh.simulator.conformance.Severity.RECOMMENDED;
import static io.callmesh.simulator.conformance.Severity.REQUIRED;

import io.callmesh.simulator.audio.MuLaw;
import io.callmesh.simulator.conformance.PlayedStream.Returns;
import io.callmesh.simulator.conformance.Workbench.Opening;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Marks that come back, and clear (reference/twilio.md 4.3). */
final class PlaybackChecks {
  private static final int BURST_MS = 1_500;
  private static final int LONG_BURST_MS = 4_000;
  private static final int TAIL_MS = 500;
  private static final String NO_MARK = "the server set no mark in answer to the caller's audio";
  private static final String NO_CLEAR =
      "the server sent no clear: --clear-key names the key that makes it send one";

  static final List<Check> ALL =
      List.of(
          Check.of(
              PLAYBACK,
              REQUIRED,
              "marks-returned",
              "Marks are returned when they are played, and the stream goes on",
              "Take a mark of your own name back at any time.",
              PlaybackChecks::returned),
          Check.of(
              PLAYBACK,
              RECOMMENDED,
              "marks-reordered",
              "Marks may come back in another order",
              "Look a returned mark up by its name; the order is not promised.",
              PlaybackChecks::reordered),
          Check.of(
              PLAYBACK,
              RECOMMENDED,
              "marks-withheld",
              "The stream goes on when marks do not come back",
              "Wait for no mark without a limit.",
              PlaybackChecks::withheld),
          Check.of(
              PLAYBACK,
              RECOMMENDED,
              "unknown-mark",
              "A mark that nobody set does no harm",
              "Ignore names that you do not know.",
              PlaybackChecks::unknown),
          Check.of(
              PLAYBACK,
              REQUIRED,
              "clear",
              "After clear all marks come back, and the stream goes on",
              "Expect every outstanding mark right after a clear; it was not heard then.",
              PlaybackChecks::cleared),
          Check.of(
              PLAYBACK,
              RECOMMENDED,
              "clear-late-marks",
              "Marks may come back long after the clear, or never",
              "Keep an epoch in the names of marks, and wait for none of an older one.",
              PlaybackChecks::clearedLate),
          Check.of(
              PLAYBACK,
              REQUIRED,
              "mark-after-clear",
              "Marks are set again after a clear",
              "Begin a new epoch with a clear; do not stop setting marks.",
              PlaybackChecks::markAfterClear),
          Check.of(
              PLAYBACK,
              RECOMMENDED,
              "clear-is-clean",
              "After clear no audio from before it is sent",
              "Drop what waits in your own queue before you send clear.",
              PlaybackChecks::clean));

  private PlaybackChecks() {}

  private static boolean provokeMarks(Workbench bench, PlayedStream stream, int count) {
    if (bench.answering() == Answering.SPEECH) {
      stream.say(MuLaw.encode(bench.terms().speech()));
    } else {
      stream.burst(Tone.SECOND.milliseconds(BURST_MS));
    }
    return stream.await(() -> stream.findings().marks() >= count, bench.answerTime());
  }

  private static Verdict returned(Workbench bench) throws IOException {
    PlayedStream stream = bench.working();
    if (!provokeMarks(bench, stream, 1)) {
      return Verdict.skipped(NO_MARK);
    }
    return stream.await(() -> stream.marksReturned() > 0, bench.patience().multipliedBy(2))
        ? bench.goesOn(stream, Tone.THIRD, "a mark had come back")
        : Verdict.skipped("the mark lies behind more audio than there was time to play");
  }

  private static Verdict reordered(Workbench bench) throws IOException {
    PlayedStream stream = bench.working();
    stream.returnMarks(Returns.BY_HAND);
    if (!provokeMarks(bench, stream, 1)
        || !stream.await(() -> stream.heldMarks() > 1, bench.patience())) {
      return Verdict.skipped("there were fewer than two marks in answer to the caller's audio");
    }
    List<String> marks = new ArrayList<>(stream.takeHeldMarks());
    Collections.reverse(marks);
    stream.returnMarks(Returns.WHEN_PLAYED);
    marks.forEach(name -> stream.send(next -> next.mark(name)));
    return bench.goesOn(stream, Tone.THIRD, marks.size() + " marks in the wrong order");
  }

  private static Verdict withheld(Workbench bench) throws IOException {
    PlayedStream stream = bench.started(Opening.USUAL);
    stream.returnMarks(Returns.BY_HAND);
    return provokeMarks(bench, stream, 1)
        ? bench.goesOn(stream, Tone.THIRD, "a mark that was not returned")
        : Verdict.skipped(NO_MARK);
  }

  private static Verdict unknown(Workbench bench) throws IOException {
    PlayedStream stream = bench.working();
    stream.send(next -> next.mark("nobody-set-this"));
    return bench.goesOn(stream, "a mark that nobody set");
  }

  /** Lets audio pile up, so that marks are outstanding, and interrupts it. */
  private static boolean provokeClear(Workbench bench, PlayedStream stream, int burstMs) {
    stream.burst(Tone.SECOND.milliseconds(burstMs));
    stream.send(next -> next.dtmf(bench.terms().clearKey()));
    if (bench.answering() == Answering.SPEECH) {
      stream.say(MuLaw.encode(bench.terms().speech()));
    }
    return stream.await(() -> stream.findings().clears() > 0, bench.answerTime());
  }

  private static Verdict cleared(Workbench bench) throws IOException {
    PlayedStream stream = bench.working();
    return provokeClear(bench, stream, BURST_MS)
        ? bench.goesOn(stream, Tone.THIRD, "a clear")
        : Verdict.skipped(NO_CLEAR);
  }

  private static Verdict clearedLate(Workbench bench) throws IOException {
    PlayedStream stream = bench.working();
    stream.returnMarks(Returns.BY_HAND);
    if (!provokeClear(bench, stream, BURST_MS)) {
      return Verdict.skipped(NO_CLEAR);
    }
    Verdict without = bench.goesOn(stream, Tone.THIRD, "a clear without marks");
    if (without.outcome() != Outcome.PASSED) {
      return without;
    }
    List<String> marks = stream.takeHeldMarks();
    marks.forEach(name -> stream.send(next -> next.mark(name)));
    return bench.goesOn(stream, Tone.FIRST, marks.size() + " marks that came late");
  }

  private static Verdict markAfterClear(Workbench bench) throws IOException {
    PlayedStream stream = bench.working();
    if (bench.answering() == Answering.SPEECH && !provokeMarks(bench, stream, 1)) {
      return Verdict.skipped(NO_MARK); // a bot that is interrupted at once has said nothing yet
    }
    if (!provokeClear(bench, stream, BURST_MS)) {
      return Verdict.skipped(NO_CLEAR);
    }
    long before = stream.findings().marks();
    if (before == 0) {
      return Verdict.skipped(NO_MARK);
    }
    return marksAgain(bench, stream, before)
        ? bench.goesOn(stream, Tone.FIRST, "a mark after clear")
        : Verdict.failed(before + " marks came before the clear and none after it");
  }

  /** A speech bot answers no tone; and the speech that provoked the clear may not be over. */
  private static boolean marksAgain(Workbench bench, PlayedStream stream, long before) {
    boolean speaking = bench.answering() == Answering.SPEECH;
    stream.say(
        speaking ? MuLaw.encode(bench.terms().speech()) : Tone.THIRD.milliseconds(2 * TAIL_MS));
    Duration limit = speaking ? bench.spoken().plus(bench.answerTime()) : bench.answerTime();
    return stream.await(() -> stream.findings().marks() > before, limit);
  }

  private static Verdict clean(Workbench bench) throws IOException {
    if (bench.answering() != Answering.ECHO) {
      return Verdict.skipped("only an echo's audio can be told apart before and after a clear");
    }
    PlayedStream stream = bench.working();
    if (!provokeClear(bench, stream, LONG_BURST_MS)) {
      return Verdict.skipped(NO_CLEAR);
    }
    String trouble = bench.trouble(stream, Tone.THIRD);
    int stale = Tone.SECOND.millisecondsIn(stream.heardSince(stream.clearedAt()));
    if (trouble != null) {
      return Verdict.failed("after a clear: " + trouble);
    }
    return stale > TAIL_MS
        ? Verdict.failed("at least " + stale + " ms from before the clear came after it")
        : Verdict.passed("clean");
  }
}
