package io.callmesh.simulator.conformance;

import static io.callmesh.simulator.conformance.Section.ENDING;
import static io.callmesh.simulator.conformance.Severity.RECOMMENDED;
import static io.callmesh.simulator.conformance.Severity.REQUIRED;

import io.callmesh.simulator.conformance.Workbench.Opening;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** How streams end, well and badly (reference/twilio.md 4.5). */
final class EndingChecks {
  private static final int NORMAL = 1000;
  private static final Duration GRACE = Duration.ofMillis(500);

  /** 1005 stands for a close without a code. */
  private static final Set<Integer> GOOD_CODES = Set.of(NORMAL, 1001, 1005);

  static final List<Check> ALL =
      List.of(
          Check.of(
              ENDING,
              RECOMMENDED,
              "stop-closes",
              "The server closes its end after stop",
              "Close the socket at stop: the call is over, and sockets that stay open pile up.",
              EndingChecks::stopCloses),
          Check.of(
              ENDING,
              REQUIRED,
              "stop-quiet",
              "Nothing is sent after stop",
              "Stop what still speaks when stop comes.",
              EndingChecks::stopQuiet),
          Check.of(
              ENDING,
              RECOMMENDED,
              "close-code",
              "A stream that ended well is closed with 1000",
              "Close with 1000 after stop; 1008 and 1011 say that something was wrong.",
              EndingChecks::closeCode),
          Check.of(
              ENDING,
              REQUIRED,
              "close-without-stop",
              "A close without stop is answered, and the next stream served",
              "Treat a close like a stop.",
              EndingChecks::closeWithoutStop),
          Check.of(
              ENDING,
              REQUIRED,
              "close-before-start",
              "A close before start is answered, and the next stream served",
              "Expect the end at any time.",
              EndingChecks::closeBeforeStart),
          Check.of(
              ENDING,
              REQUIRED,
              "reset",
              "The next stream is served after a connection was reset",
              "Catch the error that writing to a dead connection gives.",
              bench -> broken(bench, PlayedStream::reset, "a reset")),
          Check.of(
              ENDING,
              REQUIRED,
              "half-frame",
              "The next stream is served after one ended in the middle of a frame",
              "Treat the end of the connection like a stop.",
              bench -> broken(bench, PlayedStream::breakInMidFrame, "half a frame")),
          Check.of(
              ENDING,
              RECOMMENDED,
              "start-timeout",
              "A socket without start is closed in time",
              "Limit the time between the 101 and start: 5 to 10 s.",
              EndingChecks::startTimeout));

  private EndingChecks() {}

  private interface Breaking {
    void end(PlayedStream stream) throws IOException;
  }

  private static Verdict stopCloses(Workbench bench) throws IOException {
    PlayedStream stream = bench.working();
    stream.stop();
    return stream.awaitEnd(bench.patience())
        ? Verdict.passed(stream.ending())
        : Verdict.failed("the stream was still open" + bench.inTime());
  }

  private static Verdict stopQuiet(Workbench bench) throws IOException {
    PlayedStream stream = bench.working();
    stream.burst(Tone.SECOND.milliseconds(2_000));
    stream.stop();
    if (!stream.staysOpen(GRACE)) {
      return Verdict.passed(stream.ending());
    }
    long before = stream.findings().messages();
    boolean more = stream.await(() -> stream.findings().messages() > before, GRACE);
    return more
        ? Verdict.failed("messages still came half a second after stop")
        : Verdict.passed("quiet, though still open");
  }

  private static Verdict closeCode(Workbench bench) throws IOException {
    PlayedStream stream = bench.working();
    stream.stop();
    if (!stream.awaitEnd(bench.patience())) {
      return Verdict.notApplicable("the server does not close after stop");
    }
    Integer code = stream.closeCode();
    return code != null && GOOD_CODES.contains(code)
        ? Verdict.passed(stream.ending())
        : Verdict.failed("after stop " + stream.ending());
  }

  private static Verdict closeWithoutStop(Workbench bench) throws IOException {
    return closed(bench, bench.working(), "a close without stop");
  }

  private static Verdict closeBeforeStart(Workbench bench) throws IOException {
    return closed(bench, bench.connected(Opening.USUAL).stream(), "a close before start");
  }

  private static Verdict closed(Workbench bench, PlayedStream stream, String after) {
    stream.sendClose(NORMAL);
    return stream.await(() -> stream.closeCode() != null, bench.patience())
        ? bench.servesTheNext(after)
        : Verdict.failed("the close was not answered" + bench.inTime());
  }

  private static Verdict broken(Workbench bench, Breaking breaking, String after)
      throws IOException {
    PlayedStream stream = bench.working();
    stream.burst(Tone.SECOND.milliseconds(400));
    breaking.end(stream);
    return bench.servesTheNext(after);
  }

  private static Verdict startTimeout(Workbench bench) throws IOException {
    PlayedStream stream = bench.connected(Opening.USUAL).stream();
    Duration limit = bench.patience().multipliedBy(3);
    return stream.awaitEnd(limit)
        ? Verdict.passed(stream.ending())
        : Verdict.failed(
            "without start the stream was still open after " + limit.toSeconds() + " s");
  }
}
