package io.callmesh.simulator.conformance;

import io.callmesh.simulator.conformance.Workbench.Rehearsed;
import io.callmesh.simulator.twilio.StreamInvitation;
import java.io.IOException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;

/** The suite, for one server. Blocks; for one thread. */
public final class ConformanceSuite {
  /** However patient: a check that takes longer has failed, and its streams are closed. */
  private static final Duration LONGEST_CHECK = Duration.ofMinutes(3);

  private final StreamSource source;
  private final Terms terms;
  private final List<Check> checks;
  private final Findings evidence = new Findings();

  /**
   * A run to be.
   *
   * @param wanted which checks
   * @throws IllegalArgumentException with a sentence for the user when that is none
   */
  public ConformanceSuite(StreamSource source, Terms terms, Predicate<CheckInfo> wanted) {
    this.source = source;
    this.terms = terms;
    this.checks = Catalogue.CHECKS.stream().filter(check -> wanted.test(check.info())).toList();
    if (checks.isEmpty()) {
      throw new IllegalArgumentException("No check is left to be run.");
    }
  }

  /** All checks there are, in the order of a report. */
  public static List<CheckInfo> checks() {
    return Catalogue.CHECKS.stream().map(Check::info).toList();
  }

  /** Runs the checks: the ones with streams of their own side by side, then those that sum up. */
  public ConformanceReport run(ConformanceListener listener)
      throws UnreachableException, InterruptedException {
    long began = System.nanoTime();
    reach();
    Rehearsed rehearsed;
    try (Workbench bench = bench(Rehearsed.NOT_YET)) {
      rehearsed = new Rehearsal(bench).hold();
    }
    listener.onRehearsed(rehearsed.answering(), checks.size());
    Map<String, CheckResult> results = new HashMap<>();
    for (boolean summing : List.of(false, true)) {
      List<Check> now = checks.stream().filter(check -> check.summing() == summing).toList();
      run(now, rehearsed, listener, results);
    }
    return new ConformanceReport(
        inOrder(results), rehearsed.answering(), rehearsed.obstacle(), millisSince(began));
  }

  private List<CheckResult> inOrder(Map<String, CheckResult> results) {
    List<CheckResult> ordered = new ArrayList<>();
    for (Check check : checks) {
      ordered.add(results.get(check.id()));
    }
    return ordered;
  }

  private Workbench bench(Rehearsed rehearsed) {
    return new Workbench(source, terms, rehearsed, evidence);
  }

  /** Without a connection there is nothing to be tested, and that is no fault of a check's. */
  private void reach() throws UnreachableException {
    String where = "the voice webhook";
    try (Workbench bench = bench(Rehearsed.NOT_YET)) {
      StreamInvitation call = bench.invitation();
      where = call.endpoint().getScheme() + "://" + call.endpoint().getRawAuthority();
      bench.connect(call, 0).close();
    } catch (UnknownHostException e) {
      throw new UnreachableException(where + " cannot be reached: no such host", e);
    } catch (SSLException e) {
      String why = Workbench.reason(e);
      throw new UnreachableException(
          where + " cannot be reached by TLS: " + why + "; --insecure takes any certificate", e);
    } catch (IOException e) {
      throw new UnreachableException(where + " cannot be reached: " + Workbench.reason(e), e);
    }
  }

  private void run(
      List<Check> some,
      Rehearsed rehearsed,
      ConformanceListener listener,
      Map<String, CheckResult> results)
      throws InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(terms.parallel());
    ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    try {
      CompletionService<CheckResult> running = new ExecutorCompletionService<>(threads);
      some.forEach(check -> running.submit(() -> run(check, rehearsed, clock)));
      for (int i = 0; i < some.size(); i++) {
        CheckResult result = running.take().get();
        results.put(result.check().id(), result);
        listener.onResult(result);
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a check is broken", e.getCause());
    } finally {
      threads.shutdownNow();
      clock.shutdownNow();
    }
  }

  private CheckResult run(Check check, Rehearsed rehearsed, ScheduledExecutorService clock) {
    long began = System.nanoTime();
    Verdict verdict;
    try (Workbench bench = bench(rehearsed)) {
      ScheduledFuture<?> limit =
          clock.schedule(bench::close, LONGEST_CHECK.toSeconds(), TimeUnit.SECONDS);
      verdict = possible(check, rehearsed) ? verdict(check, bench) : impossible(rehearsed);
      limit.cancel(false);
    }
    boolean failed = verdict.outcome() == Outcome.FAILED;
    String sentence = failed ? verdict.sentence() + ". " + check.remedy() : verdict.sentence();
    return new CheckResult(check.info(), verdict.outcome(), sentence, millisSince(began));
  }

  /** Without a stream, only why there is none is of interest. */
  private static boolean possible(Check check, Rehearsed rehearsed) {
    return rehearsed.obstacle() == null
        || check.section() == Section.HANDSHAKE
        || check.id().equals("stream");
  }

  private static Verdict impossible(Rehearsed rehearsed) {
    return Verdict.skipped("no stream can be had: " + rehearsed.obstacle());
  }

  private static Verdict verdict(Check check, Workbench bench) {
    try {
      return check.body().run(bench);
    } catch (IOException e) {
      return Verdict.failed(Workbench.reason(e));
    }
  }

  private static long millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1_000_000;
  }
}
