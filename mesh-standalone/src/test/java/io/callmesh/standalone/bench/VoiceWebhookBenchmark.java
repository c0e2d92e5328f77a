package io.callmesh.standalone.bench;

import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
  private static final Pattern PORTS = Pattern.compile("on port (\\d+), management on port (\\d+)");
  private static final Pattern HEAP =
      Pattern.compile("(?m)^jvm_memory_used_bytes\\{area=\"heap\".*} (\\S+)$");

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
    Path data = Files.createTempDirectory("callmesh-bench");
    Vertx vertx = Vertx.vertx();
    try (MeasuredProcess broker = broker(data)) {
      String bootstrap = broker.awaitReady().replaceAll(".*broker ready ", "");
      Directory directory = new Directory(connectors, numbers);
      say("Loading %,d connectors and %,d numbers ...".formatted(connectors, numbers));
      directory.load(vertx, bootstrap);
      Report report = measure(vertx, directory, broker, bootstrap);
      say(report.text());
      Files.writeString(json, report.json().encodePrettily() + System.lineSeparator());
      say("As JSON: " + json);
      return report.errors() == 0 ? 0 : 1;
    } finally {
      vertx.close().await(10, TimeUnit.SECONDS);
      delete(data);
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

  private static MeasuredProcess broker(Path data) throws Exception {
    // Without a core of its own it inherits this process's, and leaves the server's alone.
    return MeasuredProcess.start(
        -1,
        "broker ready",
        Map.of(),
        List.of(
            "-Xmx512m",
            "-cp",
            System.getProperty("java.class.path"),
            "io.callmesh.broker.BrokerMain",
            data.toString(),
            "0"));
  }

  private Report measure(Vertx vertx, Directory directory, MeasuredProcess broker, String bootstrap)
      throws Exception {
    say("Starting routing-service ...");
    try (MeasuredProcess server = server(bootstrap)) {
      Matcher ports = PORTS.matcher(server.awaitReady());
      if (!ports.find()) {
        throw new IllegalStateException("routing-service does not tell its ports");
      }
      Duration start = server.age();
      long residentAtStart = server.residentBytes();
      OpenLoop load =
          new OpenLoop(vertx, new VoiceCalls(directory, Integer.parseInt(ports.group(1))));
      say("Warming up for " + warmUp + " s ...");
      OpenLoop.Result cold = load.run(WARM_UP_RATE, warmUp);
      if (realTime) {
        for (long pid : List.of(server.pid(), broker.pid(), ProcessHandle.current().pid())) {
          RealTime.prefer(pid);
        }
      }
      say(Report.header());
      List<Report.Run> measured = new ArrayList<>();
      for (int rate : plan()) {
        Report.Run run = run(load, rate, server, broker);
        say(run.line());
        measured.add(run);
      }
      long resident = server.residentBytes();
      server.collectGarbage();
      long heap = heap(Integer.parseInt(ports.group(2)));
      return new Report(
          directory,
          serverCore >= 0,
          realTime,
          new Report.Server(start, residentAtStart, resident, heap),
          cold.errors(),
          measured);
    }
  }

  /** The first rate as often as wanted, then each other one. */
  private List<Integer> plan() {
    List<Integer> plan = new ArrayList<>();
    for (int i = 1; i < runs; i++) {
      plan.add(rates.get(0));
    }
    plan.addAll(rates);
    return plan;
  }

  private MeasuredProcess server(String bootstrap) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(HEAP_LIMIT, "-XX:+ExitOnOutOfMemoryError"));
    if (serverCore < 0) {
      // As a JVM on one core would size its pools, though it may use others.
      arguments.add("-XX:ActiveProcessorCount=1");
    }
    arguments.addAll(serverOptions);
    arguments.addAll(List.of("-jar", routingJar.toString()));
    return MeasuredProcess.start(
        serverCore, "ready: [routing-service", environment(bootstrap), arguments);
  }

  private static Map<String, String> environment(String bootstrap) {
    return Map.of(
        "CALLMESH_PORT", "0",
        "CALLMESH_MANAGEMENT_PORT", "0",
        "CALLMESH_LISTEN_ADDRESS", "127.0.0.1",
        "CALLMESH_KAFKA_BOOTSTRAP_SERVERS", bootstrap,
        "CALLMESH_PUBLIC_URL", VoiceCalls.PUBLIC_URL,
        "CALLMESH_TICKET_SECRET", "benchmark-ticket-secret",
        "CALLMESH_TWILIO_ACCOUNTS",
            "[{\"accountSid\":\"%s\",\"authTokens\":[\"%s\"]}]"
                .formatted(VoiceCalls.ACCOUNT_SID, VoiceCalls.AUTH_TOKEN));
  }

  private Report.Run run(OpenLoop load, int rate, MeasuredProcess server, MeasuredProcess broker)
      throws Exception {
    Duration serverBefore = server.cpuTime();
    Duration ownBefore = ours(server, broker);
    Duration machineBefore = MachineLoad.cpuTime();
    OpenLoop.Result result = load.run(rate, seconds);
    Duration others =
        MachineLoad.cpuTime().minus(machineBefore).minus(ours(server, broker).minus(ownBefore));
    return new Report.Run(rate, result, server.cpuTime().minus(serverBefore), others);
  }

  private static Duration ours(MeasuredProcess server, MeasuredProcess broker) {
    return server
        .cpuTime()
        .plus(broker.cpuTime())
        .plus(MeasuredProcess.cpuTime(ProcessHandle.current()));
  }

  private static long heap(int managementPort) throws Exception {
    URI metrics = URI.create("http://127.0.0.1:" + managementPort + "/metrics");
    String text =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString())
            .body();
    return (long)
        HEAP.matcher(text).results().mapToDouble(match -> Double.parseDouble(match.group(1))).sum();
  }

  private void say(String line) {
    spec.commandLine().getOut().println(line);
    spec.commandLine().getOut().flush();
  }

  private static void delete(Path directory) throws Exception {
    try (var files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
