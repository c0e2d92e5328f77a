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

/** How fast handoff-service starts with many handoffs, and serves them; see its {@code --help}. */
@Command(
    name = "handoff-reads",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    sortOptions = false,
    description = {
      "Measures how fast handoff-service starts with many live handoffs, what memory each takes,",
      "and how fast it serves them on one core.",
      "",
      "A broker is started and handoff-service's own jar, once without handoffs; then the handoffs",
      "and their receipts are written to its topics and it is started with them. Reads of handoffs",
      "far apart, by CallSid, conversation id or shared id, come at a fixed rate, whatever became of",
      "those before; every answer is checked byte for byte. Most are the first read of their handoff",
      "and leave a receipt in Kafka. Latency counts from when a request had to be sent to the end of",
      "its answer. Misses are told apart: they wait until the topics' ends are read.",
      ""
    })
final class HandoffReadBenchmark implements Callable<Integer> {
  private static final int WARM_UP_RATE = 500;

  /** How handoff-service's memory is collected where deploy runs it; later options go before. */
  private static final List<String> DEPLOYED =
      List.of("-XX:+UseSerialGC", "-Xmn48m", "-XX:MaxTenuringThreshold=0");

  @Spec private CommandSpec spec;

  @Option(names = "--rate", defaultValue = "2000", description = "Requests a second.")
  private int rate;

  @Option(names = "--seconds", defaultValue = "60", description = "How long each run lasts.")
  private int seconds;

  @Option(names = "--runs", defaultValue = "3", description = "How many; medians are told.")
  private int runs;

  @Option(names = "--handoffs", defaultValue = "500000", description = "How many are alive.")
  private int count;

  @Option(
      names = "--among",
      paramLabel = "N",
      defaultValue = "0",
      description = {
        "How many of them are read, again and again: all but the first read of each leave no",
        "receipt. 0 for all of them."
      })
  private int among;

  @Option(
      names = "--miss-every",
      defaultValue = "50",
      description = "One request of so many asks for what does not exist; 0 for none.")
  private int missEvery;

  @Option(
      names = "--warm-up",
      defaultValue = "40",
      description = "Seconds at 500 requests a second before the first run.")
  private int warmUp;

  @Option(
      names = "--heap",
      paramLabel = "SIZE",
      defaultValue = "3g",
      description = "The size of handoff-service's heap, from the start.")
  private String heap;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      defaultValue = "mesh-standalone/target/handoff-reads.json",
      description = "Where the figures go as JSON.")
  private Path json;

  @Option(
      names = "--server-core",
      paramLabel = "CORE",
      defaultValue = "-1",
      description = "The only core that handoff-service may use, by taskset; -1 for any.")
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
          "One more for handoff-service's JVM, such as"
              + " -XX:StartFlightRecording=settings=profile,filename=reads.jfr")
  private List<String> serverOptions = new ArrayList<>();

  @Option(
      names = "--handoff-jar",
      paramLabel = "FILE",
      defaultValue = "handoff-service/target/handoff-service.jar",
      description = "What is measured.")
  private Path handoffJar;

  private HandoffReadBenchmark() {}

  /** Runs the benchmark and ends the process. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new HandoffReadBenchmark()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    check();
    Vertx vertx = Vertx.vertx();
    try (WorkFolder folder = WorkFolder.make();
        MeasuredBroker broker = MeasuredBroker.start(folder.path())) {
      Handoffs handoffs = Handoffs.of(count);
      handoffs.prepare(vertx, broker.bootstrapServers());
      say("Starting handoff-service without handoffs ...");
      long emptyHeap = emptyHeap(broker);
      say("Loading %,d handoffs ...".formatted(count));
      handoffs.load(broker.bootstrapServers());
      HandoffReadReport report = measure(vertx, handoffs, broker, emptyHeap);
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
        rate >= 1
            && rate <= 100_000
            && seconds >= 1
            && warmUp >= 1
            && runs >= 1
            && count >= 1
            && among >= 0
            && among <= count
            && missEvery >= 0;
    if (!sane) {
      throw new ParameterException(
          spec.commandLine(),
          "--rate must be 1..100000, --seconds, --warm-up, --runs and --handoffs at least 1,"
              + " --among 0..--handoffs, and --miss-every not negative");
    }
    if (!Files.isReadable(handoffJar)) {
      throw new ParameterException(
          spec.commandLine(), "--handoff-jar must be a jar that was built, was " + handoffJar);
    }
  }

  private long emptyHeap(MeasuredBroker broker) throws Exception {
    try (MeasuredService server = MeasuredService.start(plan(), broker.bootstrapServers())) {
      return server.heap();
    }
  }

  private HandoffReadReport measure(
      Vertx vertx, Handoffs handoffs, MeasuredBroker broker, long emptyHeap) throws Exception {
    say("Starting handoff-service with them ...");
    try (MeasuredService server = MeasuredService.start(plan(), broker.bootstrapServers())) {
      long heapThen = server.heap();
      OpenLoop load =
          new OpenLoop(vertx, new HandoffReads(handoffs, server.port(), among(), missEvery)::next);
      say("Warming up for " + warmUp + " s ...");
      OpenLoop.Result cold = load.run(WARM_UP_RATE, warmUp);
      if (realTime) {
        RealTime.prefer(server.process(), broker.process());
      }
      say(Run.header());
      List<Run> measured = new ArrayList<>();
      for (int i = 0; i < runs; i++) {
        Run run = Run.of(load, rate, seconds, server.process(), broker.process());
        say(HandoffReadReport.line(run));
        measured.add(run);
      }
      return new HandoffReadReport(
          count,
          serverCore >= 0,
          realTime,
          new HandoffReadReport.Server(
              "-Xmx" + heap,
              server.start(),
              server.startCpu(),
              server.residentAtStart(),
              server.process().residentBytes(),
              emptyHeap,
              heapThen),
          cold.errors(),
          measured);
    }
  }

  private int among() {
    return among == 0 ? count : among;
  }

  private MeasuredService.Plan plan() {
    List<String> options = new ArrayList<>();
    // A heap that grows while the handoffs are read collects all of them at every step.
    options.add("-Xms" + heap);
    options.addAll(DEPLOYED);
    options.addAll(serverOptions);
    return new MeasuredService.Plan(
        "handoff-service",
        handoffJar,
        serverCore,
        "-Xmx" + heap,
        options,
        // More than the load, which is one key's.
        Map.of("CALLMESH_HANDOFF_RATE_PER_KEY", "100000"));
  }

  private void say(String line) {
    spec.commandLine().getOut().println(line);
    spec.commandLine().getOut().flush();
  }
}
