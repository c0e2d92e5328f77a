package io.callmesh.simulator.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A process of this machine that is measured from outside: CPU time and memory. Linux only. */
public final class ServerProcess {
  private static final Path PROC = Path.of("/proc");
  private static final String LISTENING = "0A";
  private static final Pattern HEAP_USED = Pattern.compile("(?:heap|generation) .* used (\\d+)K");
  private static final Duration JCMD_LIMIT = Duration.ofSeconds(60);

  private final long pid;

  /** The process with this id. */
  public ServerProcess(long pid) {
    this.pid = pid;
  }

  /** The process that listens on a port of this machine, when it may be looked at. */
  public static Optional<ServerProcess> listeningOn(int port) {
    return Stream.of("tcp", "tcp6")
        .flatMap(table -> inode(PROC.resolve("net").resolve(table), port).stream())
        .flatMap(inode -> holder("socket:[" + inode + "]").stream())
        .map(ServerProcess::new)
        .findFirst();
  }

  /** The socket that listens on a port, in a table with a line for each: address, state, inode. */
  private static Optional<String> inode(Path table, int port) {
    String ending = ":%04X".formatted(port);
    try (var lines = Files.lines(table)) {
      return lines
          .map(line -> line.trim().split("\\s+"))
          .filter(fields -> fields[1].endsWith(ending) && fields[3].equals(LISTENING))
          .map(fields -> fields[9])
          .findFirst();
    } catch (IOException | UncheckedIOException notLinux) {
      return Optional.empty();
    }
  }

  private static Optional<Long> holder(String socket) {
    return ProcessHandle.allProcesses()
        .map(ProcessHandle::pid)
        .filter(pid -> holds(pid, socket))
        .findFirst();
  }

  private static boolean holds(long pid, String socket) {
    try (var files = Files.list(PROC.resolve(pid + "/fd"))) {
      return files.anyMatch(file -> target(file).equals(socket));
    } catch (IOException | UncheckedIOException anothers) {
      return false;
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException gone) {
      return "";
    }
  }

  /** Its id. */
  public long pid() {
    return pid;
  }

  /** Whether there is such a process to look at. */
  public boolean exists() {
    return Files.isReadable(PROC.resolve(pid + "/stat"));
  }

  /** Until now, of all its threads. */
  CpuTime cpu() {
    return CpuTime.of(pid);
  }

  /** Bytes of memory that it holds now; 0 where Linux does not tell. */
  long residentBytes() {
    try (var status = Files.lines(PROC.resolve(pid + "/status"))) {
      return status
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException | UncheckedIOException gone) {
      return 0;
    }
  }

  /** Bytes of a JVM's heap that are in use after a whole collection; empty when it is no JVM. */
  OptionalLong heapAfterCollection() throws InterruptedException {
    if (!isJvm()) {
      return OptionalLong.empty();
    }
    try {
      // without a collection the figure would be another
      Optional<String> heap = jcmd("GC.run").isPresent() ? jcmd("GC.heap_info") : Optional.empty();
      long bytes = heap.stream().mapToLong(ServerProcess::bytesUsed).sum();
      return bytes == 0 ? OptionalLong.empty() : OptionalLong.of(bytes);
    } catch (IOException noJcmd) {
      return OptionalLong.empty();
    }
  }

  private static long bytesUsed(String heap) {
    Matcher used = HEAP_USED.matcher(heap);
    return used.results().mapToLong(line -> Long.parseLong(line.group(1)) * 1024).sum();
  }

  private boolean isJvm() {
    try {
      return Files.readString(PROC.resolve(pid + "/comm")).strip().equals("java");
    } catch (IOException gone) {
      return false;
    }
  }

  private Optional<String> jcmd(String command) throws IOException, InterruptedException {
    String tool = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    return output(List.of(tool, String.valueOf(pid), command), JCMD_LIMIT);
  }

  /** What a command says; empty when it fails, or does not end in time and is ended. */
  static Optional<String> output(List<String> command, Duration limit)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile("callmesh-load", ".txt"); // a pipe would have no time limit
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      try {
        boolean well =
            process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS) && process.exitValue() == 0;
        return well ? Optional.of(Files.readString(output)) : Optional.empty();
      } finally {
        var unused = process.destroyForcibly();
      }
    } finally {
      Files.delete(output);
    }
  }
}
