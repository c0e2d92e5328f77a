package io.callmesh.simulator.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callmesh.contracts.security.Secret;
import io.callmesh.simulator.conformance.EchoServer.Fault;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The suite against a server that is right, and against others that have one fault each. It mostly
 * waits, so several runs go side by side.
 */
@Execution(ExecutionMode.CONCURRENT)
class ConformanceSuiteTest {
  private static final ConformanceListener NOBODY =
      new ConformanceListener() {
        @Override
        public void onRehearsed(Answering answering, int checks) {}

        @Override
        public void onResult(CheckResult result) {}
      };

  /**
   * They wait longest, and run only where they are to find something, and against a good server.
   */
  private static final Set<String> SLOW =
      Set.of(
          "marks-returned",
          "marks-reordered",
          "marks-withheld",
          "clear-late-marks",
          "mark-after-clear",
          "clear-is-clean",
          "media-burst",
          "timestamp-gap",
          "dtmf",
          "dtmf-letters",
          "server-ping",
          "stop-quiet",
          "start-timeout",
          "slow-reader");

  private static final Vertx VERTX = Vertx.vertx();
  private static final VertxOptions PATIENT =
      new VertxOptions().setMaxEventLoopExecuteTime(TimeUnit.MINUTES.toNanos(2));

  @AfterAll
  static void close() throws Exception {
    VERTX.close().await(10, TimeUnit.SECONDS);
  }

  private static Terms terms(int patienceSeconds) {
    return new Terms(
        "AC00000000000000000000000000000001",
        new Secret(EchoServer.AUTH_TOKEN),
        Answering.ECHO,
        new short[800],
        "*",
        Duration.ofSeconds(patienceSeconds),
        Duration.ofMillis(500),
        false,
        12);
  }

  private static ConformanceReport run(String url, Terms terms, Predicate<CheckInfo> wanted)
      throws Exception {
    StreamSource source = StreamSource.at(URI.create(url), url, Map.of());
    return new ConformanceSuite(source, terms, wanted).run(NOBODY);
  }

  private static Set<String> ids(ConformanceReport report, Outcome outcome) {
    return report.results().stream()
        .filter(result -> result.outcome() == outcome)
        .map(result -> result.check().id())
        .collect(Collectors.toSet());
  }

  @Test
  void goodEchoPassesEverything() throws Exception {
    try (EchoServer server = EchoServer.start(VERTX, Fault.NONE, true)) {
      ConformanceReport report = run(server.url(), terms(6), check -> true);

      assertThat(report.failures()).isEmpty();
      assertThat(report.answering()).isEqualTo(Answering.ECHO);
      assertThat(ids(report, Outcome.SKIPPED)).isEmpty();
      assertThat(ids(report, Outcome.NOT_APPLICABLE)).containsExactly("query-dropped");
      assertThat(report.passed(true)).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void everyFaultIsFoundByItsCheck(Fault fault) throws Exception {
    if (fault == Fault.BLOCKS_ON_A_FULL_SOCKET) {
      Vertx own = Vertx.vertx(PATIENT); // it is to block its own servers only
      try {
        findIn(own, fault);
      } finally {
        own.close().await(10, TimeUnit.SECONDS);
      }
    } else {
      findIn(VERTX, fault);
    }
  }

  private static void findIn(Vertx vertx, Fault fault) throws Exception {
    try (EchoServer server = EchoServer.start(vertx, fault, true)) {
      ConformanceReport report =
          run(
              server.url(),
              terms(patience(fault)),
              check -> fault.found().contains(check.id()) || isWorthIt(check, fault));

      assertThat(ids(report, Outcome.FAILED)).as("%s", report.failures()).isEqualTo(fault.found());
    }
  }

  /** Short where it is waited for in vain, long where there is much to be taken in. */
  private static int patience(Fault fault) {
    return switch (fault) {
      case WAITS_FOR_START_FOREVER -> 2;
      case ELEVEN_MINUTES_AT_ONCE -> 30;
      default -> 6;
    };
  }

  private static boolean isWorthIt(CheckInfo check, Fault fault) {
    if (fault == Fault.WAITS_FOR_START_FOREVER) {
      return false; // with as little patience nothing else would be right
    }
    boolean provokes = fault == Fault.ELEVEN_MINUTES_AT_ONCE && check.id().equals("dtmf-letters");
    return provokes || (!SLOW.contains(check.id()) && !fault.spoilsEverything());
  }

  @Test
  void speechBotIsSpokenToAfterAClear() throws Exception {
    Terms terms =
        new Terms(
            "AC00000000000000000000000000000001",
            null,
            null,
            SpeechBot.speech(1_500),
            "*",
            Duration.ofSeconds(1), // less than the speech takes
            Duration.ofMillis(500),
            false,
            2);
    try (SpeechBot bot = SpeechBot.start(VERTX)) {
      Set<String> wanted = Set.of("mark-after-clear", "marks-returned", "slow-reader");
      ConformanceReport report = run(bot.url(), terms, check -> wanted.contains(check.id()));

      assertThat(report.answering()).isEqualTo(Answering.SPEECH);
      assertThat(ids(report, Outcome.PASSED)).containsOnly("mark-after-clear", "marks-returned");
      assertThat(ids(report, Outcome.SKIPPED)).containsOnly("slow-reader");
    }
  }

  @Test
  void nothingListeningIsNoFailedCheckButASentence() throws Exception {
    int nobody;
    try (ServerSocket socket = new ServerSocket(0)) {
      nobody = socket.getLocalPort();
    }
    assertThatThrownBy(() -> run("ws://127.0.0.1:" + nobody + "/", terms(1), check -> true))
        .isInstanceOf(UnreachableException.class)
        .hasMessageContaining("127.0.0.1:" + nobody + " cannot be reached");
  }
}
