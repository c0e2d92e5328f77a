package io.callmesh.standalone.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Puts a JVM's threads before those of all ordinary processes, so that a machine that others use
 * measures almost like one that nobody uses: Linux's round-robin real-time class, by {@code chrt},
 * which takes root. The compiler's threads stay ordinary, since they would hold a core for a whole
 * turn of 100 ms.
 */
final class RealTime {
  private static final long LIMIT_S = 10;

  private RealTime() {}

  /** These processes and this one; see {@link #prefer(long)}. */
  static void prefer(MeasuredProcess... processes) throws IOException, InterruptedException {
    for (MeasuredProcess process : processes) {
      prefer(process.pid());
    }
    prefer(ProcessHandle.current().pid());
  }

  /** For every thread that the process has now; those they start will have it too. Blocks. */
  static void prefer(long pid) throws IOException, InterruptedException {
    try (var threads = Files.list(Path.of("/proc", String.valueOf(pid), "task"))) {
      for (Path thread : threads.toList()) {
        if (!isCompiler(thread)) {
          prefer(thread);
        }
      }
    }
  }

  private static boolean isCompiler(Path thread) throws IOException {
    String name = Files.readString(thread.resolve("comm"));
    return name.startsWith("C1 ") || name.startsWith("C2 ");
  }

  private static void prefer(Path thread) throws IOException, InterruptedException {
    List<String> chrt = List.of("chrt", "-r", "-p", "1", thread.getFileName().toString());
    Process process = new ProcessBuilder(chrt).inheritIO().start();
    boolean done = process.waitFor(LIMIT_S, TimeUnit.SECONDS) && process.exitValue() == 0;
    if (!done && Files.exists(thread)) {
      throw new IllegalStateException("--real-time takes chrt, and the right to use it");
    }
  }
}
