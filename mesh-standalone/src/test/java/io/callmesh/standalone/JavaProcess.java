package io.callmesh.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A JVM of its own, started by a test, whose output is read line by line and kept. */
final class JavaProcess {
  private static final long READY_LIMIT_S = 60;
  private static final long EXIT_LIMIT_S = 60;

  private final String name;
  private final Process process;
  private final List<String> lines = new ArrayList<>();
  private final Thread reader;
  private final CompletableFuture<String> ready = new CompletableFuture<>();

  private JavaProcess(String name, Process process, String readyLine) {
    this.name = name;
    this.process = process;
    this.reader = new Thread(() -> read(readyLine), name + "-output");
    reader.setDaemon(true);
  }

  /**
   * Starts a JVM.
   *
   * @param readyLine part of the line that tells it is ready
   * @param arguments after the JVM's options: {@code -jar …} or {@code -cp … Main}
   */
  static JavaProcess start(
      String name, String readyLine, Map<String, String> environment, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(variable -> variable.startsWith("CALLMESH_"));
    builder.environment().putAll(environment);
    JavaProcess started = new JavaProcess(name, builder.start(), readyLine);
    started.reader.start();
    return started;
  }

  private void read(String readyLine) {
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        synchronized (lines) {
          lines.add(line);
        }
        if (line.contains(readyLine)) {
          ready.complete(line);
        }
      }
    } catch (IOException e) {
      ready.completeExceptionally(new UncheckedIOException(e));
    }
    ready.completeExceptionally(
        new IllegalStateException(name + " ended before it was ready:\n" + output()));
  }

  /** Waits for the line that tells it is ready, and returns it. */
  @CanIgnoreReturnValue
  String awaitReady() throws Exception {
    return ready.get(READY_LIMIT_S, TimeUnit.SECONDS);
  }

  /** What it printed so far. */
  String output() {
    synchronized (lines) {
      return String.join("\n", lines);
    }
  }

  /** Sends SIGTERM, waits, and returns the exit code. */
  int stop() throws InterruptedException {
    // Process.destroy would close our end of its output with it.
    assertThat(process.toHandle().destroy()).as("SIGTERM to " + name).isTrue();
    return awaitExit();
  }

  /** Sends SIGKILL, and waits for nothing. */
  void sendKill() {
    assertThat(process.toHandle().destroyForcibly()).as("SIGKILL to " + name).isTrue();
  }

  /** Waits for it to end, and for the last of its output; returns the exit code. */
  int awaitExit() throws InterruptedException {
    assertThat(process.waitFor(EXIT_LIMIT_S, TimeUnit.SECONDS)).as(name + " ends").isTrue();
    reader.join(TimeUnit.SECONDS.toMillis(EXIT_LIMIT_S));
    return process.exitValue();
  }

  /** Ends it at once, if it still runs. */
  void kill() throws InterruptedException {
    assertThat(process.destroyForcibly().waitFor(EXIT_LIMIT_S, TimeUnit.SECONDS)).isTrue();
  }
}
