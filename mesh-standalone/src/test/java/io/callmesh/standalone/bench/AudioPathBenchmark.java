package io.callmesh.standalone.bench;

import io.callmesh.simulator.load.LoadPlan;
import io.callmesh.simulator.load.LoadReport;
import io.callmesh.simulator.load.LoadRun;
import io.callmesh.simulator.load.LoadTarget;
import io.callmesh.simulator.load.ServerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What a frame costs on its way to an agent and back; see its {@code --help}. */
@Command(
    name = "audio-path",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    sortOptions = false,
    description = {
      "Measures the audio path against the bare relay in C, alternately and in one run.",
      "",
      "Simulated Twilio streams with a frame every 20 ms go straight to an agent that echoes",
      "(direct), over the relay, and over the mesh with each kind of agent asked for. The mesh is",
      "'callmesh up' with its broker outside, so that CPU and memory are its four services' alone.",
      "Every frame is known when it comes back. Delays are told beyond the direct way's, CPU as a",
      "multiple of the relay's, both within a round; medians of all rounds.",
      ""
    })
final class AudioPathBenchmark implements Callable<Integer> {
  private static final Duration LONG = Duration.ofMinutes(10);

  @Spec private CommandSpec spec;

  @Option(
      names = "--floor",
      paramLabel = "DIR",
      defaultValue = "../shared/bench",
      description = "Where relay.c and wsagent.c are.")
  private Path floor;

  @Option(names = "--streams", defaultValue = "400", description = "How many at once.")
  private int streams;

  @Option(names = "--seconds", defaultValue = "20", description = "How long each run measures.")
  private int seconds;

  @Option(names = "--rounds", defaultValue = "5", description = "How often each path is measured.")
  private int rounds;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "PATH",
      defaultValue = "mulaw,pcm16",
      description = {
        "The mesh's paths to be measured, beside direct and relay:",
        "mulaw, pcm8, pcm16, pcm24, twilio, openai."
      })
  private List<String> only;

  @Option(
      names = "--ramp-up",
      defaultValue = "4",
      description = "Seconds over which the streams are opened.")
  private int rampUp;

  @Option(
      names = "--warm-up",
      defaultValue = "30",
      description = "Seconds with all streams before the first run of a path counts.")
  private int warmUp;

  @Option(
      names = "--settle",
      defaultValue = "5",
      description = "Seconds with all streams before any later run counts.")
  private int settle;

  @Option(names = "--long", description = "One round of ten minutes: nothing may be lost.")
  private boolean longRun;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      defaultValue = "mesh-standalone/target/audio-path.json",
      description = "Where the figures go as JSON.")
  private Path json;

  @Option(
      names = "--server-core",
      paramLabel = "CORE",
      defaultValue = "-1",
      description = "The only core that a server may use, by taskset; -1 for any.")
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
          "One more for the mesh's JVM, such as"
              + " -XX:StartFlightRecording=settings=profile,filename=audio.jfr")
  private List<String> serverOptions = new ArrayList<>();

  @Option(
      names = "--jar",
      paramLabel = "FILE",
      defaultValue = "mesh-standalone/target/mesh-standalone.jar",
      description = "What is measured.")
  private Path jar;

  private AudioPathBenchmark() {}

  /** Runs the benchmark and ends the process. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new AudioPathBenchmark()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    List<AudioPath> paths = paths();
    check();
    Path target = json.toAbsolutePath().resolveSibling("floor");
    try (WorkFolder folder = WorkFolder.make();
        FloorProgram agent = FloorProgram.start(-1, FloorProgram.build(floor, "wsagent", target));
        FloorProgram relay =
            FloorProgram.start(
                serverCore,
                FloorProgram.build(floor, "relay", target),
                String.valueOf(agent.port()));
        MeshUnderLoad mesh = mesh(folder.path(), agent, paths)) {
      AudioPathReport report = measure(new Stage(agent, relay, mesh), paths);
      say("");
      say(report.text());
      Files.writeString(json, report.json().encodePrettily() + System.lineSeparator());
      say("As JSON: " + json);
      return report.isGood() ? 0 : 1;
    }
  }

  private List<AudioPath> paths() {
    try {
      Stream<AudioPath> wanted = only.stream().map(AudioPath::of);
      return List.copyOf(
          new TreeSet<>(
              Stream.concat(Stream.of(AudioPath.DIRECT, AudioPath.RELAY), wanted).toList()));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage());
    }
  }

  private void check() {
    if (streams < 1 || seconds < 1 || rounds < 1 || rampUp < 0 || warmUp < 0 || settle < 0) {
      throw new ParameterException(
          spec.commandLine(), "--streams, --seconds and --rounds must be at least 1");
    }
    if (!Files.isReadable(floor.resolve("relay.c"))) {
      throw new ParameterException(
          spec.commandLine(), "--floor must have relay.c and wsagent.c, was " + floor);
    }
    if (!Files.isReadable(jar)) {
      throw new ParameterException(
          spec.commandLine(), "--jar must be a jar that was built, was " + jar);
    }
  }

  private record Stage(FloorProgram agent, FloorProgram relay, MeshUnderLoad mesh) {
    List<Long> pids() {
      return List.of(
          agent.pid(), relay.pid(), mesh.pid(), mesh.brokerPid(), ProcessHandle.current().pid());
    }
  }

  private MeshUnderLoad mesh(Path data, FloorProgram agent, List<AudioPath> paths)
      throws Exception {
    say("Starting a broker and the mesh ...");
    MeshUnderLoad mesh = MeshUnderLoad.start(serverCore, jar, data, streams, serverOptions);
    for (AudioPath path : paths) {
      if (path.throughMesh()) {
        mesh.lead(path, "ws://127.0.0.1:" + agent.port() + "/");
      }
    }
    return mesh;
  }

  private AudioPathReport measure(Stage stage, List<AudioPath> paths) throws Exception {
    if (realTime) {
      for (long pid : stage.pids()) {
        RealTime.prefer(pid);
      }
    }
    List<Map<AudioPath, AudioPathReport.Run>> measured = new ArrayList<>();
    for (int round = 0; round < (longRun ? 1 : rounds); round++) {
      say("");
      say("Round " + (round + 1) + ", " + streams + " streams");
      say(AudioPathReport.header());
      Map<AudioPath, AudioPathReport.Run> runs = new EnumMap<>(AudioPath.class);
      for (AudioPath path : paths) {
        AudioPathReport.Run run = run(stage, path, round == 0 ? warmUp : settle);
        say(run.line(path));
        runs.put(path, run);
      }
      measured.add(runs);
    }
    return new AudioPathReport(serverCore >= 0, realTime, measured);
  }

  private AudioPathReport.Run run(Stage stage, AudioPath path, int warm) throws Exception {
    LoadRun run =
        new LoadRun(plan(stage, path, warm), new ServerProcess(pid(stage, path)), line -> {});
    Duration before = others(stage);
    long begin = System.nanoTime();
    LoadReport report = run.run();
    double others = others(stage).minus(before).toNanos();
    return new AudioPathReport.Run(report, others / (System.nanoTime() - begin));
  }

  /** CPU time of the machine but for what belongs to this benchmark. */
  private static Duration others(Stage stage) {
    Duration all = MachineLoad.cpuTime();
    for (long pid : stage.pids()) {
      all = all.minus(ProcessHandle.of(pid).map(MeasuredProcess::cpuTime).orElse(Duration.ZERO));
    }
    return all;
  }

  private LoadPlan plan(Stage stage, AudioPath path, int warm) {
    return new LoadPlan(
        target(stage, path),
        streams,
        Duration.ofSeconds(rampUp),
        Duration.ofSeconds(warm),
        longRun ? LONG : Duration.ofSeconds(seconds),
        Duration.ofSeconds(5),
        path.throughMesh() ? stage.mesh().parameters(path) : Map.of(),
        MeshUnderLoad.ACCOUNT_SID,
        false,
        path.transcoded());
  }

  private static LoadTarget target(Stage stage, AudioPath path) {
    if (path.throughMesh()) {
      return stage.mesh().target();
    }
    FloorProgram program = path == AudioPath.RELAY ? stage.relay() : stage.agent();
    String url = "ws://127.0.0.1:" + program.port() + "/";
    return LoadTarget.of(url, url, null);
  }

  private static long pid(Stage stage, AudioPath path) {
    return path.throughMesh()
        ? stage.mesh().pid()
        : path == AudioPath.RELAY ? stage.relay().pid() : stage.agent().pid();
  }

  private void say(String line) {
    spec.commandLine().getOut().println(line);
    spec.commandLine().getOut().flush();
  }
}
