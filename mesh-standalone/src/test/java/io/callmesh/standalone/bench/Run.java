package io.callmesh.standalone.bench;

import io.vertx.core.json.JsonObject;
import java.time.Duration;

/**
 * What one run at a fixed rate was like.
 *
 * @param serverCpu CPU time that the server took
 * @param othersCpu CPU time that whoever else used the machine took
 */
record Run(int rate, OpenLoop.Result result, Duration serverCpu, Duration othersCpu) {
  /** Sends for so many seconds, and measures what it takes. */
  static Run of(
      OpenLoop load, int rate, int seconds, MeasuredProcess server, MeasuredProcess broker)
      throws Exception {
    Duration serverBefore = server.cpuTime();
    Duration ownBefore = ours(server, broker);
    Duration machineBefore = MachineLoad.cpuTime();
    OpenLoop.Result result = load.run(rate, seconds);
    Duration others =
        MachineLoad.cpuTime().minus(machineBefore).minus(ours(server, broker).minus(ownBefore));
    return new Run(rate, result, server.cpuTime().minus(serverBefore), others);
  }

  private static Duration ours(MeasuredProcess server, MeasuredProcess broker) {
    return server
        .cpuTime()
        .plus(broker.cpuTime())
        .plus(MeasuredProcess.cpuTime(ProcessHandle.current()));
  }

  double percentile(double percent) {
    return result.latency().percentile(percent);
  }

  private double answeredPerSecond() {
    return result.requests() / result.seconds();
  }

  double cpuMicrosPerRequest() {
    return serverCpu.toNanos() / 1e3 / result.requests();
  }

  /** By how much the sender itself was late, in ms, but for one of a hundred. */
  private double late() {
    return result.sendDelay().percentile(99);
  }

  /** Cores that others used meanwhile. */
  private double others() {
    return othersCpu.toNanos() / 1e9 / result.seconds();
  }

  /** What the columns of {@link #line} are. */
  static String header() {
    return "%7s %9s %8s %8s %8s %8s %8s %11s %8s %7s  %s"
        .formatted(
            "rate/s",
            "answered",
            "p50 ms",
            "p90 ms",
            "p99 ms",
            "p99.9 ms",
            "max ms",
            "CPU us/call",
            "late ms",
            "others",
            "errors");
  }

  String line() {
    return "%,7d %,9.1f %8.2f %8.2f %8.2f %8.2f %8.2f %11.0f %8.2f %7.2f  %s"
        .formatted(
            rate,
            answeredPerSecond(),
            percentile(50),
            percentile(90),
            percentile(99),
            percentile(99.9),
            percentile(100),
            cpuMicrosPerRequest(),
            late(),
            others(),
            result.errors() == 0 ? "0" : result.faults().toString());
  }

  JsonObject json() {
    JsonObject faults = new JsonObject();
    result.faults().forEach(faults::put);
    return new JsonObject()
        .put("rate", rate)
        .put("seconds", result.seconds())
        .put("requests", result.requests())
        .put("answeredPerSecond", answeredPerSecond())
        .mergeIn(result.latency().json())
        .put("cpuMicrosPerRequest", cpuMicrosPerRequest())
        .put("senderLateP99Ms", late())
        .put("othersCores", others())
        .put("errors", result.errors())
        .put("faults", faults);
  }
}
