package io.callmesh.standalone.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A program in C that does what the mesh or an agent does by as little as possible: built by the
 * system's compiler, listening on a free port of this machine. Blocks.
 */
final class FloorProgram implements AutoCloseable {
  private static final long BUILD_LIMIT_S = 60;
  private static final long READY_LIMIT_S = 10;
  private static final long GLANCE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final Process process;
  private final int port;

  private FloorProgram(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Builds a program from the source of its name; returns where it is. */
  static Path build(Path sources, String name, Path target)
      throws IOException, InterruptedException {
    Path program = Files.createDirectories(target).resolve(name).toAbsolutePath();
    List<String> cc =
        List.of(
            "cc", "-O2", "-w", "-o", program.toString(), sources.resolve(name + ".c").toString());
    Process compiler = new ProcessBuilder(cc).inheritIO().start();
    if (!compiler.waitFor(BUILD_LIMIT_S, TimeUnit.SECONDS) || compiler.exitValue() != 0) {
      throw new IllegalStateException("cc could not build " + name + ".c in " + sources);
    }
    return program;
  }

  /**
   * Starts a program and returns when it listens.
   *
   * @param core the only one it may use; negative for any
   * @param arguments after the port
   */
  static FloorProgram start(int core, Path program, String... arguments)
      throws IOException, InterruptedException {
    int port = freePort();
    List<String> command = new ArrayList<>();
    if (core >= 0) {
      command.addAll(List.of("taskset", "-c", String.valueOf(core)));
    }
    command.addAll(List.of(program.toString(), String.valueOf(port)));
    command.addAll(List.of(arguments));
    FloorProgram started = new FloorProgram(new ProcessBuilder(command).inheritIO().start(), port);
    // Whoever ends this program before its time ends what it has started.
    Runtime.getRuntime().addShutdownHook(new Thread(started.process::destroy));
    started.awaitReady();
    return started;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void awaitReady() {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_LIMIT_S);
    while (!listens()) {
      if (System.nanoTime() > end || !process.isAlive()) {
        throw new IllegalStateException("it does not listen on port " + port);
      }
      LockSupport.parkNanos(GLANCE_NANOS);
    }
  }

  private boolean listens() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }

  int port() {
    return port;
  }

  long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    process.destroy();
  }
}
