package io.callmesh.simulator.conformance;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a run went.
 *
 * @param results in the order of the catalogue
 * @param answering what the server does with audio
 * @param obstacle why the first stream, before all checks, did not work; null when it did
 * @param millis how long it took
 */
public record ConformanceReport(
    List<CheckResult> results, Answering answering, @Nullable String obstacle, long millis) {
  public ConformanceReport {
    results = List.copyOf(results);
  }

  /** How many checks went how. */
  public Map<Outcome, Long> counts() {
    Map<Outcome, Long> counts = new EnumMap<>(Outcome.class);
    results.forEach(result -> counts.merge(result.outcome(), 1L, Long::sum));
    return counts;
  }

  /** Those that failed. */
  public List<CheckResult> failures() {
    return results.stream().filter(result -> result.outcome() == Outcome.FAILED).toList();
  }

  /**
   * Whether there was a stream to be tested, and no required check failed; with {@code strict}, no
   * check at all.
   */
  public boolean passed(boolean strict) {
    return obstacle == null
        && failures().stream()
            .noneMatch(result -> strict || result.check().severity() == Severity.REQUIRED);
  }

  /** All of it. */
  public JsonObject toJson() {
    JsonArray checks = new JsonArray();
    results.forEach(result -> checks.add(json(result)));
    JsonObject counts = new JsonObject();
    counts().forEach((outcome, count) -> counts.put(outcome.toString(), count));
    JsonObject json = new JsonObject().put("answering", answering.toString());
    if (obstacle != null) {
      json.put("obstacle", obstacle);
    }
    return json.put("millis", millis).put("counts", counts).put("checks", checks);
  }

  private static JsonObject json(CheckResult result) {
    return new JsonObject()
        .put("id", result.check().id())
        .put("title", result.check().title())
        .put("section", result.check().section().title())
        .put("severity", result.check().severity().toString())
        .put("outcome", result.outcome().toString())
        .put("sentence", result.sentence())
        .put("millis", result.millis());
  }

  /** Writes it as JUnit's XML, UTF-8. Does not close the stream. */
  public void writeJunit(OutputStream out) throws IOException {
    new JunitDocument(this).writeTo(out);
  }
}
