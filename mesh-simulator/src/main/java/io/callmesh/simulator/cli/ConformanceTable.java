package io.callmesh.simulator.cli;

import io.callmesh.simulator.conformance.Answering;
import io.callmesh.simulator.conformance.CheckInfo;
import io.callmesh.simulator.conformance.CheckResult;
import io.callmesh.simulator.conformance.ConformanceListener;
import io.callmesh.simulator.conformance.ConformanceReport;
import io.callmesh.simulator.conformance.Outcome;
import io.callmesh.simulator.conformance.Section;
import io.callmesh.simulator.conformance.Severity;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Prints a conformance run: a line of progress that is rewritten on a terminal, or a line for each
 * failure elsewhere, and in the end the table. For one thread at a time.
 */
final class ConformanceTable implements ConformanceListener {
  private static final int WIDTH = 60;

  private final PrintStream out;
  private final boolean terminal;
  private int checks;
  private int done;

  ConformanceTable(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  @Override
  public void onRehearsed(Answering answering, int count) {
    checks = count;
    out.println("The server answers audio with " + answering + ". " + count + " checks run.");
    out.flush();
  }

  @Override
  public void onResult(CheckResult result) {
    done++;
    if (terminal) {
      String line = done + " of " + checks + " checks, the last: " + result.check().id();
      out.printf("\r%-" + WIDTH + "s", line);
    } else if (result.outcome() == Outcome.FAILED) {
      out.println("failed: " + result.check().id());
    }
    out.flush();
  }

  /** Prints the checks that there are. */
  void list(List<CheckInfo> all) {
    @Nullable Section section = null;
    for (CheckInfo check : all) {
      section = heading(section, check.section());
      out.printf("%-20s %-14s %s%n", check.id(), check.severity(), check.title());
    }
  }

  /** Prints how it went. */
  void print(ConformanceReport report) {
    if (terminal) {
      out.print("\r" + " ".repeat(WIDTH) + "\r");
    }
    @Nullable Section section = null;
    for (CheckResult result : report.results()) {
      section = heading(section, result.check().section());
      print(result);
    }
    out.println();
    out.println(summary(report));
  }

  private Section heading(@Nullable Section last, Section next) {
    if (last != next) {
      out.println((last == null ? "" : System.lineSeparator()) + next.title());
    }
    return next;
  }

  private void print(CheckResult result) {
    CheckInfo check = result.check();
    out.printf(
        "%-16s %-20s %8s  %s%n",
        outcome(result), check.id(), result.millis() + " ms", check.title());
    out.printf("%-48s%s%n", "", result.sentence());
  }

  private static String outcome(CheckResult result) {
    boolean worth = result.check().severity() != Severity.REQUIRED;
    return result.outcome() == Outcome.FAILED
        ? worth ? "FAILED (advice)" : "FAILED"
        : result.outcome().toString();
  }

  private static String summary(ConformanceReport report) {
    String counts =
        report.counts().entrySet().stream()
            .map(count -> count.getValue() + " " + count.getKey())
            .collect(Collectors.joining(", "));
    String time = String.format(Locale.ROOT, "%.1f s", report.millis() / 1_000.0);
    return counts + " in " + time + ". " + verdict(report);
  }

  private static String verdict(ConformanceReport report) {
    if (report.obstacle() != null) {
      return "No stream can be had: " + report.obstacle() + ".";
    }
    return report.passed(false)
        ? "No required check failed."
        : "Required checks failed: calls will break.";
  }
}
