package io.callmesh.standalone.bench;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What was measured, for people and as JSON.
 *
 * @param pinned whether the server could use one core only
 * @param realTime whether what was measured came before all else on the machine
 * @param warmUpErrors wrong answers before the first run
 * @param runs in the order they were made; the first rate may be there several times
 */
record VoiceWebhookReport(
    Directory directory,
    boolean pinned,
    boolean realTime,
    Server server,
    int warmUpErrors,
    List<Run> runs) {
  VoiceWebhookReport {
    runs = List.copyOf(runs);
  }

  /**
   * The server's process.
   *
   * @param start from its start to ready, with the tables read
   * @param residentAtStart bytes, when it was ready
   * @param resident bytes, after all runs
   * @param heap bytes, after all runs and a whole collection
   */
  record Server(Duration start, long residentAtStart, long resident, long heap) {}

  /** Wrong answers and requests without one. */
  int errors() {
    return warmUpErrors + runs.stream().mapToInt(run -> run.result().errors()).sum();
  }

  /** The runs at the rate that was measured first. */
  private List<Run> headline() {
    int rate = runs.get(0).rate();
    return runs.stream().filter(run -> run.rate() == rate).toList();
  }

  private double median(ToDoubleFunction<Run> figure) {
    double[] sorted = headline().stream().mapToDouble(figure).sorted().toArray();
    return sorted[(sorted.length - 1) / 2];
  }

  /** For people. */
  String text() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "At %,d requests a second, median of %d: p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, CPU %.0f us/call"
            .formatted(
                runs.get(0).rate(),
                headline().size(),
                median(run -> run.percentile(50)),
                median(run -> run.percentile(99)),
                median(run -> run.percentile(99.9)),
                median(Run::cpuMicrosPerRequest)));
    lines.add(
        "routing-service with %,d connectors and %,d numbers: ready after %.1f s;"
                .formatted(
                    directory.connectors(), directory.numbers(), server.start().toMillis() / 1e3)
            + " resident %.0f MB when ready, %.0f MB after the runs; heap after a collection %.0f MB"
                .formatted(
                    server.residentAtStart() / 1e6, server.resident() / 1e6, server.heap() / 1e6));
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
    runs.forEach(run -> all.add(run.json()));
    return new JsonObject()
        .put("connectors", directory.connectors())
        .put("numbers", directory.numbers())
        .put("cores", Runtime.getRuntime().availableProcessors())
        .put("java", Runtime.version().toString())
        .put("pinned", pinned)
        .put("realTime", realTime)
        .put("medians", medians())
        .put(
            "server",
            new JsonObject()
                .put("readyAfterMs", server.start().toMillis())
                .put("residentBytesWhenReady", server.residentAtStart())
                .put("residentBytesAfterwards", server.resident())
                .put("heapBytesAfterCollection", server.heap()))
        .put("warmUpErrors", warmUpErrors)
        .put("runs", all);
  }

  private JsonObject medians() {
    return new JsonObject()
        .put("rate", runs.get(0).rate())
        .put("runs", headline().size())
        .put("p50Ms", median(run -> run.percentile(50)))
        .put("p90Ms", median(run -> run.percentile(90)))
        .put("p99Ms", median(run -> run.percentile(99)))
        .put("p999Ms", median(run -> run.percentile(99.9)))
        .put("maxMs", median(run -> run.percentile(100)))
        .put("cpuMicrosPerRequest", median(Run::cpuMicrosPerRequest));
  }
}
