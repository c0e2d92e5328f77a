package io.callmesh.standalone.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A JVM of its own, whose start, CPU time and memory are measured. What it prints is read to keep
 * it going, as a container's runtime does, and dropped once it is ready. Blocks.
 */
final class MeasuredProcess implements AutoCloseable {
  private static final long READY_LIMIT_S = 120;
  private static final long EXIT_LIMIT_S = 60;

  private final Process process;
  private final long startedNs = System.nanoTime();
  private final CompletableFuture<String> ready = new CompletableFuture<>();

  private MeasuredProcess(Process process) {
    this.process = process;
  }

  /** One that goes behind the load, with which it shares cores, so that the load is in time. */
  static final List<String> BEHIND = List.of("nice", "-n", "10");

  /** One that may use only this core; any when that is negative. */
  static List<String> onCore(int core) {
    return core < 0 ? List.of() : List.of("taskset", "-c", String.valueOf(core));
  }

  /**
   * Starts a JVM.
   *
   * @param place {@link #BEHIND} or {@link #onCore}
   * @param readyLine part of the line that tells it is ready
   * @param arguments the JVM's
   */
  static MeasuredProcess start(
      List<String> place, String readyLine, Map<String, String> environment, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>(place);
    command.add(tool("java"));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(variable -> variable.startsWith("CALLMESH_"));
    builder.environment().putAll(environment);
    MeasuredProcess started = new MeasuredProcess(builder.start());
    // Whoever ends this program before its time ends what it has started.
    Runtime.getRuntime().addShutdownHook(new Thread(started.process::destroy));
    Thread reader = new Thread(() -> started.read(readyLine), readyLine + "-output");
    reader.setDaemon(true);
    reader.start();
    return started;
  }

  private static String tool(String name) {
    return Path.of(System.getProperty("java.home"), "bin", name).toString();
  }

  private void read(String readyLine) {
    List<String> lines = new ArrayList<>();
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        lines.add(line);
        if (line.contains(readyLine)) {
          ready.complete(line);
          output.transferTo(Writer.nullWriter());
        }
      }
    } catch (IOException closed) {
      lines.add(closed.toString());
    }
    ready.completeExceptionally(
        new IllegalStateException("it ended before it was ready:\n" + String.join("\n", lines)));
  }

  /** Waits for the line that tells it is ready, and returns it. */
  String awaitReady() throws Exception {
    return ready.get(READY_LIMIT_S, TimeUnit.SECONDS);
  }

  long pid() {
    return process.pid();
  }

  /** Since the start. */
  Duration age() {
    return Duration.ofNanos(System.nanoTime() - startedNs);
  }

  /** CPU time of all its threads until now. */
  Duration cpuTime() {
    return cpuTime(process.toHandle());
  }

  /** CPU time of all threads of a process until now. */
  static Duration cpuTime(ProcessHandle process) {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** Bytes of memory that it holds now, the JVM's own included; 0 where Linux does not tell. */
  long residentBytes() {
    try (var status = Files.lines(Path.of("/proc", String.valueOf(process.pid()), "status"))) {
      return status
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException | UncheckedIOException notLinux) {
      return 0;
    }
  }

  /** Makes it collect its garbage, all of it. */
  void collectGarbage() throws Exception {
    Process jcmd =
        new ProcessBuilder(tool("jcmd"), String.valueOf(process.pid()), "GC.run")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    if (!jcmd.waitFor(EXIT_LIMIT_S, TimeUnit.SECONDS) || jcmd.exitValue() != 0) {
      throw new IllegalStateException("jcmd could not make it collect its garbage");
    }
  }

  /** SIGTERM, and SIGKILL to what does not listen. */
  @Override
  public void close() {
    try {
      if (process.toHandle().destroy() && process.waitFor(EXIT_LIMIT_S, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Process killed = process.destroyForcibly();
    assert killed == process;
  }
}
