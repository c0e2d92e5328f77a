package io.callmesh.standalone.bench;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What reading handoffs was like, for people and as JSON.
 *
 * @param pinned whether the server could use one core only
 * @param realTime whether what was measured came before all else on the machine
 * @param warmUpErrors wrong answers before the first run
 * @param runs in the order they were made
 */
record HandoffReadReport(
    int handoffs,
    boolean pinned,
    boolean realTime,
    Server server,
    int warmUpErrors,
    List<Run> runs) {
  HandoffReadReport {
    runs = List.copyOf(runs);
  }

  /**
   * The server's process.
   *
   * @param heapLimit as its JVM was told
   * @param start from its start to ready, with all handoffs read
   * @param startCpu CPU time that it took for that
   * @param resident bytes, when it was ready
   * @param residentAfterwards bytes, after all runs
   * @param emptyHeap bytes without handoffs, after a whole collection
   * @param heap bytes with all of them and before the runs, likewise
   */
  record Server(
      String heapLimit,
      Duration start,
      Duration startCpu,
      long resident,
      long residentAfterwards,
      long emptyHeap,
      long heap) {}

  /** Bytes of heap for each handoff: the outcome, its receipts and the ways to them. */
  long heapPerHandoff() {
    return (server.heap() - server.emptyHeap()) / handoffs;
  }

  /** Wrong answers and requests without one. */
  int errors() {
    return warmUpErrors + runs.stream().mapToInt(run -> run.result().errors()).sum();
  }

  /** A run's latencies, by what was asked for. */
  static String line(Run run) {
    List<String> lines = new ArrayList<>(List.of(run.line()));
    run.result()
        .bySort()
        .forEach(
            (sort, latency) ->
                lines.add(
                    "%17s %8.2f %8.2f %8.2f %8.2f %8.2f  (%,d)"
                        .formatted(
                            sort,
                            latency.percentile(50),
                            latency.percentile(90),
                            latency.percentile(99),
                            latency.percentile(99.9),
                            latency.percentile(100),
                            latency.count())));
    return String.join(System.lineSeparator(), lines);
  }

  private double median(String sort, double percent) {
    double[] sorted =
        runs.stream()
            .flatMap(run -> Stream.ofNullable(run.result().bySort().get(sort)))
            .mapToDouble(latency -> latency.percentile(percent))
            .sorted()
            .toArray();
    return sorted.length == 0 ? Double.NaN : sorted[(sorted.length - 1) / 2];
  }

  /** For people. */
  String text() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "Reads of what exists, median of %d: p50 %.2f ms, p90 %.2f ms, p99 %.2f ms, p99.9 %.2f ms"
            .formatted(
                runs.size(),
                median(HandoffReads.HIT, 50),
                median(HandoffReads.HIT, 90),
                median(HandoffReads.HIT, 99),
                median(HandoffReads.HIT, 99.9)));
    lines.add(
        "handoff-service with %,d handoffs and %s: ready after %.1f s (CPU %.1f s);"
                .formatted(
                    handoffs,
                    server.heapLimit(),
                    server.start().toMillis() / 1e3,
                    server.startCpu().toMillis() / 1e3)
            + " %,d bytes of heap a handoff;".formatted(heapPerHandoff())
            + " heap %.0f MB (%.0f MB without any), resident %.0f MB, %.0f MB after the runs"
                .formatted(
                    server.heap() / 1e6,
                    server.emptyHeap() / 1e6,
                    server.resident() / 1e6,
                    server.residentAfterwards() / 1e6));
    if (!pinned) {
      lines.add("It was NOT held to one core.");
    }
    if (errors() > 0) {
      lines.add("%,d answers were wrong or missing.".formatted(errors()));
    }
    return String.join(System.lineSeparator(), lines);
  }

  /** The same and more, for programs. */
  JsonObject json() {
    JsonArray all = new JsonArray();
    runs.forEach(run -> all.add(json(run)));
    return new JsonObject()
        .put("handoffs", handoffs)
        .put("cores", Runtime.getRuntime().availableProcessors())
        .put("java", Runtime.version().toString())
        .put("pinned", pinned)
        .put("realTime", realTime)
        .put("server", serverJson())
        .put("warmUpErrors", warmUpErrors)
        .put("runs", all);
  }

  private static JsonObject json(Run run) {
    JsonObject sorts = new JsonObject();
    run.result()
        .bySort()
        .forEach(
            (sort, latency) -> sorts.put(sort, latency.json().put("requests", latency.count())));
    return run.json().put("bySort", sorts);
  }

  private JsonObject serverJson() {
    return new JsonObject()
        .put("heapLimit", server.heapLimit())
        .put("readyAfterMs", server.start().toMillis())
        .put("readyAfterCpuMs", server.startCpu().toMillis())
        .put("residentBytesWhenReady", server.resident())
        .put("residentBytesAfterwards", server.residentAfterwards())
        .put("heapBytesWithoutHandoffs", server.emptyHeap())
        .put("heapBytesWithHandoffs", server.heap())
        .put("heapBytesPerHandoff", heapPerHandoff());
  }
}
