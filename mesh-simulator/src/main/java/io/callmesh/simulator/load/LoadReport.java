package io.callmesh.simulator.load;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a load found.
 *
 * @param open streams that were open when the measuring began
 * @param faults streams that were refused or lost, how many for each reason
 * @param frames what became of the frames that were sent while it measured
 * @param delay from a frame's sending to its return
 * @param late by how much frames were sent after their time
 * @param own CPU time of the load itself while it measured
 * @param server the server's process; null when it was not looked at
 */
public record LoadReport(
    int streams,
    int open,
    double seconds,
    Map<String, Integer> faults,
    Frames frames,
    Spread delay,
    Spread late,
    CpuTime own,
    @Nullable Server server) {

  /** Copies the faults. */
  public LoadReport {
    faults = Map.copyOf(faults);
  }

  /**
   * Frames.
   *
   * @param skipped not sent, because the server did not read
   * @param unknown frames' worth of audio that nobody had sent
   * @param malformed messages that Twilio would not take
   */
  public record Frames(
      long sent,
      long returned,
      long outOfOrder,
      long duplicated,
      long altered,
      long unknown,
      long malformed,
      long skipped,
      long marks,
      long clears) {
    /** Sent and never back. */
    public long missing() {
      return sent - returned;
    }

    /** What came back otherwise than it went, and how often; empty when nothing did. */
    public Map<String, Long> spoilt() {
      Map<String, Long> spoilt = new TreeMap<>();
      spoilt.put("altered", altered);
      spoilt.put("duplicated", duplicated);
      spoilt.put("malformed", malformed);
      spoilt.put("out of order", outOfOrder);
      spoilt.values().removeIf(count -> count == 0);
      return spoilt;
    }

    private JsonObject json() {
      return new JsonObject()
          .put("sent", sent)
          .put("returned", returned)
          .put("missing", missing())
          .put("outOfOrder", outOfOrder)
          .put("duplicated", duplicated)
          .put("altered", altered)
          .put("unknown", unknown)
          .put("malformedMessages", malformed)
          .put("skipped", skipped)
          .put("marks", marks)
          .put("clears", clears);
    }
  }

  /** Percentiles of a time, in ms. */
  public record Spread(double p50, double p90, double p99, double p999, double max) {
    private JsonObject json() {
      return new JsonObject()
          .put("p50", p50)
          .put("p90", p90)
          .put("p99", p99)
          .put("p999", p999)
          .put("max", max);
    }
  }

  /**
   * A server's process.
   *
   * @param cpu its CPU time while it was measured
   * @param residentBefore bytes, before the first stream
   * @param resident bytes, with all streams
   * @param heapBefore bytes of heap in use after a collection, before the first stream; 0 unless it
   *     is a JVM that could be asked
   * @param heap the same with all streams
   */
  public record Server(
      long pid, CpuTime cpu, long residentBefore, long resident, long heapBefore, long heap) {
    /** Whether the heap is known both times, so that a difference means something. */
    public boolean knowsHeap() {
      return heapBefore > 0 && heap > 0;
    }
  }

  /** CPU time of a process per frame there and back, in us. */
  public double microsPerFrame(CpuTime cpu) {
    return perFrame(cpu.totalMs());
  }

  private double perFrame(long ms) {
    return frames.returned() == 0 ? 0 : ms * 1e3 / frames.returned();
  }

  /** What of some bytes falls on each stream, in KiB. */
  public double kibPerStream(long bytes) {
    return open == 0 ? 0 : bytes / 1024.0 / open;
  }

  /**
   * Whether no stream was refused or broke, at most so many frames were lost, and all others came
   * back once, in order and as they went.
   */
  public boolean isGood(long mostLost) {
    return faults.isEmpty()
        && open == streams
        && frames.sent() > 0
        && frames.spoilt().isEmpty()
        && frames.missing() + frames.skipped() <= mostLost;
  }

  /** For people. */
  public String text() {
    List<String> lines = new ArrayList<>();
    lines.add(
        line("%,d of %,d streams, %.1f s measured", open, streams, seconds)
            + (faults.isEmpty() ? "" : "; " + faults));
    lines.add(
        line(
            "frames     %,d sent, %,d back, %,d missing, %,d out of order, %,d duplicated, %,d altered",
            frames.sent(),
            frames.returned(),
            frames.missing(),
            frames.outOfOrder(),
            frames.duplicated(),
            frames.altered()));
    lines.add(
        line(
            "           %,d unknown, %,d skipped, %,d malformed messages, %,d marks, %,d clears",
            frames.unknown(),
            frames.skipped(),
            frames.malformed(),
            frames.marks(),
            frames.clears()));
    lines.add("ms              p50      p90      p99    p99.9      max");
    lines.add(spread("delay", delay));
    lines.add(spread("sent late", late));
    lines.add(
        line(
            "load       %.1f us CPU per frame there and back (%.1f user, %.1f system)",
            perFrame(own.totalMs()), perFrame(own.userMs()), perFrame(own.systemMs())));
    if (server != null) {
      lines.add(
          line(
              "server     %.1f us CPU per frame there and back (%.1f user, %.1f system), pid %d",
              perFrame(server.cpu().totalMs()),
              perFrame(server.cpu().userMs()),
              perFrame(server.cpu().systemMs()),
              server.pid()));
      lines.add(
          line(
              "           %.1f KiB resident per stream (%.1f MB, before %.1f MB)",
              kibPerStream(server.resident() - server.residentBefore()),
              server.resident() / 1e6,
              server.residentBefore() / 1e6));
      if (server.knowsHeap()) {
        lines.add(
            line(
                "           %.1f KiB of heap per stream after a collection (%.1f MB, before %.1f MB)",
                kibPerStream(server.heap() - server.heapBefore()),
                server.heap() / 1e6,
                server.heapBefore() / 1e6));
      }
    }
    return String.join(System.lineSeparator(), lines);
  }

  private static String spread(String name, Spread spread) {
    return line(
        "%-10s %8.2f %8.2f %8.2f %8.2f %8.2f",
        name, spread.p50(), spread.p90(), spread.p99(), spread.p999(), spread.max());
  }

  private static String line(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /** For programs: times in ms, CPU in us, memory in bytes. */
  public JsonObject json() {
    JsonObject reasons = new JsonObject();
    faults.forEach(reasons::put);
    JsonObject json =
        new JsonObject()
            .put("streams", streams)
            .put("open", open)
            .put("seconds", seconds)
            .put("faults", reasons)
            .put("frames", frames.json())
            .put("delayMs", delay.json())
            .put("sentLateMs", late.json())
            .put("load", cpu(own));
    if (server != null) {
      json.put("server", json(server));
    }
    return json;
  }

  private JsonObject cpu(CpuTime cpu) {
    return new JsonObject()
        .put("cpuUserMs", cpu.userMs())
        .put("cpuSystemMs", cpu.systemMs())
        .put("cpuMicrosPerFrame", perFrame(cpu.totalMs()))
        .put("userMicrosPerFrame", perFrame(cpu.userMs()));
  }

  private JsonObject json(Server process) {
    JsonObject json =
        cpu(process.cpu())
            .put("pid", process.pid())
            .put("residentBytesBefore", process.residentBefore())
            .put("residentBytes", process.resident())
            .put(
                "residentBytesPerStream",
                (long) (1024 * kibPerStream(process.resident() - process.residentBefore())));
    if (process.knowsHeap()) {
      json.put("heapBytesBefore", process.heapBefore())
          .put("heapBytes", process.heap())
          .put(
              "heapBytesPerStream",
              (long) (1024 * kibPerStream(process.heap() - process.heapBefore())));
    }
    return json;
  }
}
