package io.callmesh.standalone.bench;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A service's own jar, as its image starts it, alone with a broker. Blocks.
 *
 * @param start from the start of its JVM to ready, with its tables read
 * @param startCpu CPU time that it took until then
 * @param port the public one
 * @param residentAtStart bytes that it held when it was ready
 */
record MeasuredService(
    MeasuredProcess process,
    Duration start,
    Duration startCpu,
    int port,
    int managementPort,
    long residentAtStart)
    implements AutoCloseable {
  private static final Pattern PORTS = Pattern.compile("on port (\\d+), management on port (\\d+)");
  private static final Pattern HEAP =
      Pattern.compile("(?m)^jvm_memory_used_bytes\\{area=\"heap\".*} (\\S+)$");

  /**
   * What is started.
   *
   * @param name the service's
   * @param core the only one it may use; negative for any
   * @param heapLimit {@code -Xmx…}
   * @param options more for its JVM
   * @param environment its settings, beside those of every service
   */
  record Plan(
      String name,
      Path jar,
      int core,
      String heapLimit,
      List<String> options,
      Map<String, String> environment) {}

  /** Starts one, and returns when it is ready. */
  static MeasuredService start(Plan plan, String bootstrapServers) throws Exception {
    MeasuredProcess process =
        MeasuredProcess.start(
            MeasuredProcess.onCore(plan.core()),
            "ready: [" + plan.name(),
            environment(plan, bootstrapServers),
            arguments(plan));
    try {
      return ready(process);
    } catch (Exception failure) {
      process.close();
      throw failure;
    }
  }

  private static List<String> arguments(Plan plan) {
    List<String> arguments =
        new ArrayList<>(List.of(plan.heapLimit(), "-XX:+ExitOnOutOfMemoryError"));
    if (plan.core() < 0) {
      // As a JVM on one core would size its pools, though it may use others.
      arguments.add("-XX:ActiveProcessorCount=1");
    }
    arguments.addAll(plan.options());
    arguments.addAll(List.of("-jar", plan.jar().toString()));
    return arguments;
  }

  private static Map<String, String> environment(Plan plan, String bootstrapServers) {
    Map<String, String> environment = new HashMap<>(plan.environment());
    environment.put("CALLMESH_PORT", "0");
    environment.put("CALLMESH_MANAGEMENT_PORT", "0");
    environment.put("CALLMESH_LISTEN_ADDRESS", "127.0.0.1");
    environment.put("CALLMESH_KAFKA_BOOTSTRAP_SERVERS", bootstrapServers);
    return environment;
  }

  private static MeasuredService ready(MeasuredProcess process) throws Exception {
    Matcher ports = PORTS.matcher(process.awaitReady());
    Duration start = process.age();
    if (!ports.find()) {
      throw new IllegalStateException("it does not tell its ports");
    }
    return new MeasuredService(
        process,
        start,
        process.cpuTime(),
        Integer.parseInt(ports.group(1)),
        Integer.parseInt(ports.group(2)),
        process.residentBytes());
  }

  /** Bytes of heap in use after a collection of all garbage. */
  long heap() throws Exception {
    process.collectGarbage();
    URI metrics = URI.create("http://127.0.0.1:" + managementPort + "/metrics");
    String text =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString())
            .body();
    return (long)
        HEAP.matcher(text).results().mapToDouble(match -> Double.parseDouble(match.group(1))).sum();
  }

  @Override
  public void close() {
    process.close();
  }
}
