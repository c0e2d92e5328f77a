package io.callmesh.standalone.bench;

import io.callmesh.simulator.load.CpuTime;
import io.callmesh.simulator.load.LoadReport;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * What the ways of audio cost, for people and as JSON. Ratios and added delays are taken within a
 * round, then their median: what a busy machine does to one it does to its neighbour.
 *
 * @param pinned whether the server could use one core only
 * @param realTime whether what was measured came before all else on the machine
 * @param rounds one after the other, each with a run of every path
 */
record AudioPathReport(boolean pinned, boolean realTime, List<Map<AudioPath, Run>> rounds) {
  AudioPathReport {
    rounds = List.copyOf(rounds);
  }

  /**
   * One run of one path.
   *
   * @param others cores that others used meanwhile
   */
  record Run(LoadReport load, double others) {
    double cpu() {
      LoadReport.Server server = load.server();
      return server == null ? 0 : load.microsPerFrame(server.cpu());
    }

    double heapKib() {
      LoadReport.Server server = load.server();
      return server == null || !server.knowsHeap()
          ? Double.NaN
          : load.kibPerStream(server.heap() - server.heapBefore());
    }

    double residentKib() {
      LoadReport.Server server = load.server();
      return server == null ? 0 : load.kibPerStream(server.resident() - server.residentBefore());
    }

    String line(AudioPath path) {
      CpuTime own = load.own();
      return "%-8s %9.1f %9.1f %9.2f %9.2f %9.2f %9.2f %9d %9d %9.2f  %s"
          .formatted(
              path.text(),
              cpu(),
              load.microsPerFrame(own),
              load.delay().p50(),
              load.delay().p99(),
              load.delay().max(),
              load.late().p99(),
              load.frames().missing() + load.frames().skipped(),
              load.frames().altered(),
              others(),
              faults());
    }

    private String faults() {
      Map<String, Number> faults = new TreeMap<>(load.faults());
      faults.putAll(load.frames().spoilt());
      return faults.isEmpty() ? "" : faults.toString();
    }
  }

  static String header() {
    return "%-8s %9s %9s %9s %9s %9s %9s %9s %9s %9s  %s"
        .formatted(
            "path",
            "us/frame",
            "load us",
            "p50 ms",
            "p99 ms",
            "max ms",
            "late p99",
            "lost",
            "altered",
            "others",
            "faults");
  }

  /** Whether everything came back on every path, once, in order and as it went. */
  boolean isGood() {
    return rounds.stream()
        .flatMap(round -> round.values().stream())
        .allMatch(run -> run.load().isGood(0));
  }

  /** For people: a line for each path, medians of all rounds. */
  String text() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%-8s %9s %9s %10s %10s %9s %9s %12s %12s"
            .formatted(
                "path",
                "us/frame",
                "x relay",
                "+p50 ms",
                "+p99 ms",
                "lost",
                "altered",
                "heap KiB",
                "resident KiB"));
    paths().forEach(path -> lines.add(summary(path)));
    if (!pinned) {
      lines.add("The servers were NOT held to one core.");
    }
    return String.join(System.lineSeparator(), lines);
  }

  private Stream<AudioPath> paths() {
    return rounds.isEmpty() ? Stream.empty() : rounds.get(0).keySet().stream().sorted();
  }

  private String summary(AudioPath path) {
    return "%-8s %9.1f %9.2f %10.2f %10.2f %9d %9d %12.1f %12.1f"
        .formatted(
            path.text(),
            median(path, Run::cpu),
            ratio(path),
            added(path, run -> run.load().delay().p50()),
            added(path, run -> run.load().delay().p99()),
            lost(path),
            altered(path),
            median(path, Run::heapKib),
            median(path, Run::residentKib));
  }

  private long lost(AudioPath path) {
    return runs(path)
        .mapToLong(run -> run.load().frames().missing() + run.load().frames().skipped())
        .sum();
  }

  private long altered(AudioPath path) {
    return runs(path).mapToLong(run -> run.load().frames().altered()).sum();
  }

  private Stream<Run> runs(AudioPath path) {
    return rounds.stream().flatMap(round -> Optional.ofNullable(round.get(path)).stream());
  }

  private double median(AudioPath path, ToDoubleFunction<Run> figure) {
    return median(runs(path).mapToDouble(figure).filter(Double::isFinite));
  }

  private static double median(DoubleStream figures) {
    double[] sorted = figures.sorted().toArray();
    return sorted.length == 0 ? Double.NaN : sorted[(sorted.length - 1) / 2];
  }

  /** To the relay of the same round; NaN without one. */
  private double ratio(AudioPath path) {
    return median(compared(path, AudioPath.RELAY, (run, relay) -> run.cpu() / relay.cpu()));
  }

  /** To the direct way of the same round; NaN without one. */
  private double added(AudioPath path, ToDoubleFunction<Run> figure) {
    return median(
        compared(
            path,
            AudioPath.DIRECT,
            (run, direct) -> figure.applyAsDouble(run) - figure.applyAsDouble(direct)));
  }

  private interface Comparison {
    double of(Run run, Run base);
  }

  private DoubleStream compared(AudioPath path, AudioPath base, Comparison comparison) {
    return rounds.stream()
        .filter(round -> round.containsKey(path) && round.containsKey(base))
        .mapToDouble(round -> comparison.of(round.get(path), round.get(base)));
  }

  /** The same and more, for programs. */
  JsonObject json() {
    JsonObject medians = new JsonObject();
    paths().forEach(path -> medians.put(path.text(), medians(path)));
    JsonArray all = new JsonArray();
    rounds.forEach(round -> all.add(json(round)));
    return new JsonObject()
        .put("cores", Runtime.getRuntime().availableProcessors())
        .put("java", Runtime.version().toString())
        .put("pinned", pinned)
        .put("realTime", realTime)
        .put("medians", medians)
        .put("rounds", all);
  }

  private JsonObject medians(AudioPath path) {
    JsonObject json = new JsonObject().put("cpuMicrosPerFrame", median(path, Run::cpu));
    put(json, "timesRelay", ratio(path));
    put(json, "addedP50Ms", added(path, run -> run.load().delay().p50()));
    put(json, "addedP99Ms", added(path, run -> run.load().delay().p99()));
    put(json, "heapKibPerStream", median(path, Run::heapKib));
    return json.put("lost", lost(path))
        .put("altered", altered(path))
        .put("residentKibPerStream", median(path, Run::residentKib));
  }

  /** JSON has no NaN. */
  private static void put(JsonObject json, String name, double figure) {
    if (Double.isFinite(figure)) {
      json.put(name, figure);
    }
  }

  private static JsonObject json(Map<AudioPath, Run> round) {
    JsonObject json = new JsonObject();
    round.forEach(
        (path, run) -> json.put(path.text(), run.load().json().put("othersCores", run.others())));
    return json;
  }
}
