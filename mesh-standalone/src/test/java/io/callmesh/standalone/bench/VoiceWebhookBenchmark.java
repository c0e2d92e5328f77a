package io.callmesh.standalone.bench;

import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How fast routing-service answers the voice webhook; see its {@code --help}. */
@Command(
    name = "voice-webhooks",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    sortOptions = false,
    description = {
      "Measures how fast routing-service answers Twilio's voice webhook on one core.",
      "",
      "A broker is started, connectors and numbers are written to its topics, then routing-service's own",
      "jar is started as its image starts it. Signed webhooks, each of another call, come at a fixed",
      "rate, whatever became of those before; every answer is checked. Latency counts from when a",
      "request had to be sent to the end of its answer.",
      ""
    })
final class VoiceWebhookBenchmark implements Callable<Integer> {
  /** That of the pods in deploy/kubernetes: 65 % of 768 MiB. */
  private static final String HEAP_LIMIT = "-Xmx499m";

  private static final int WARM_UP_RATE = 500;

  @Spec private CommandSpec spec;

  @Option(
      names = "--rate",
      split = ",",
      paramLabel = "N",
      defaultValue = "200,500,1000,2000",
      description = "Requests a second. The first one is measured several times, others once.")
  private List<Integer> rates;

  @Option(names = "--seconds", defaultValue = "60", description = "How long each run lasts.")
  private int seconds;

  @Option(
      names = "--runs",
      defaultValue = "3",
      description = "How often the first rate is measured; medians are told.")
  private int runs;

  @Option(names = "--connectors", defaultValue = "10000", description = "How many are loaded.")
  private int connectors;

  @Option(names = "--numbers", defaultValue = "50000", description = "How many are loaded.")
  private int numbers;

  @Option(
      names = "--warm-up",
      defaultValue = "40",
      description = "Seconds at 500 requests a second before the first run.")
  private int warmUp;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      defaultValue = "mesh-standalone/target/voice-webhooks.json",
      description = "Where the figures go as JSON.")
  private Path json;

  @Option(
      names = "--server-core",
      paramLabel = "CORE",
      defaultValue = "-1",
      description = "The only core that routing-service may use, by taskset; -1 for any.")
  private int serverCore;

  @Option(
      names = "--real-time",
      description =
          "Puts the processes measured before all ordinary ones of the machine: for one that others"
              + " use meanwhile. Takes chrt and root.")
  private boolean realTime;

  @Option(
      names = "--server-option",
      paramLabel = "OPTION",
      description =
          "One more for routing-service's JVM, such as"
              + " -XX:StartFlightRecording=settings=profile,filename=voice.jfr")
  private List<String> serverOptions = new ArrayList<>();

  @Option(
      names = "--routing-jar",
      paramLabel = "FILE",
      defaultValue = "routing-service/target/routing-service.jar",
      description = "What is measured.")
  private Path routingJar;

  private VoiceWebhookBenchmark() {}

  /** Runs the benchmark and ends the process. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new VoiceWebhookBenchmark()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    check();
    Vertx vertx = Vertx.vertx();
    try (WorkFolder folder = WorkFolder.make();
        MeasuredBroker broker = MeasuredBroker.start(folder.path())) {
      Directory directory = new Directory(connectors, numbers);
      say("Loading %,d connectors and %,d numbers ...".formatted(connectors, numbers));
      directory.load(vertx, broker.bootstrapServers());
      VoiceWebhookReport report = measure(vertx, directory, broker);
      say(report.text());
      Files.writeString(json, report.json().encodePrettily() + System.lineSeparator());
      say("As JSON: " + json);
      return report.errors() == 0 ? 0 : 1;
    } finally {
      vertx.close().await(10, TimeUnit.SECONDS);
    }
  }

  private void check() {
    boolean sane =
        rates.stream().allMatch(rate -> rate >= 1 && rate <= 100_000)
            && seconds >= 1
            && warmUp >= 1
            && runs >= 1
            && connectors >= 1
            && numbers >= connectors;
    if (!sane) {
      throw new ParameterException(
          spec.commandLine(),
          "--rate must be 1..100000, --seconds, --warm-up, --runs and --connectors at least 1, and"
              + " --numbers at least --connectors");
    }
    if (!Files.isReadable(routingJar)) {
      throw new ParameterException(
          spec.commandLine(), "--routing-jar must be a jar that was built, was " + routingJar);
    }
  }

  private VoiceWebhookReport measure(Vertx vertx, Directory directory, MeasuredBroker broker)
      throws Exception {
    say("Starting routing-service ...");
    try (MeasuredService server = MeasuredService.start(plan(), broker.bootstrapServers())) {
      OpenLoop load = new OpenLoop(vertx, new VoiceCalls(directory, server.port())::next);
      say("Warming up for " + warmUp + " s ...");
      OpenLoop.Result cold = load.run(WARM_UP_RATE, warmUp);
      if (realTime) {
        RealTime.prefer(server.process(), broker.process());
      }
      say(Run.header());
      List<Run> measured = new ArrayList<>();
      for (int rate : rates()) {
        Run run = Run.of(load, rate, seconds, server.process(), broker.process());
        say(run.line());
        measured.add(run);
      }
      long resident = server.process().residentBytes();
      return new VoiceWebhookReport(
          directory,
          serverCore >= 0,
          realTime,
          new VoiceWebhookReport.Server(
              server.start(), server.residentAtStart(), resident, server.heap()),
          cold.errors(),
          measured);
    }
  }

  /** The first rate as often as wanted, then each other one. */
  private List<Integer> rates() {
    List<Integer> all = new ArrayList<>();
    for (int i = 1; i < runs; i++) {
      all.add(rates.get(0));
    }
    all.addAll(rates);
    return all;
  }

  private MeasuredService.Plan plan() {
    return new MeasuredService.Plan(
        "routing-service",
        routingJar,
        serverCore,
        HEAP_LIMIT,
        serverOptions,
        Map.of(
            "CALLMESH_PUBLIC_URL",
            VoiceCalls.PUBLIC_URL,
            "CALLMESH_TICKET_SECRET",
            "benchmark-ticket-secret",
            "CALLMESH_TWILIO_ACCOUNTS",
            "[{\"accountSid\":\"%s\",\"authTokens\":[\"%s\"]}]"
                .formatted(VoiceCalls.ACCOUNT_SID, VoiceCalls.AUTH_TOKEN)));
  }

  private void say(String line) {
    spec.commandLine().getOut().println(line);
    spec.commandLine().getOut().flush();
  }
}
