package io.callmesh.simulator.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * CPU time of a process, by Linux's {@code /proc/PID/stat}.
 *
 * @param userMs in its own code
 * @param systemMs in the kernel for it
 */
public record CpuTime(long userMs, long systemMs) {
  /** Linux counts in hundredths of a second for everybody. */
  private static final long TICK_MS = 10;

  /** Of the fields after the command's name, which may have spaces. */
  private static final int USER = 11;

  private static final int SYSTEM = 12;
  static final CpuTime NONE = new CpuTime(0, 0);

  /** Until now, of all threads; zero where Linux does not tell. */
  static CpuTime of(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", String.valueOf(pid), "stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return new CpuTime(ms(fields[USER]), ms(fields[SYSTEM]));
    } catch (IOException notLinux) {
      return NONE;
    }
  }

  private static long ms(String ticks) {
    return Long.parseLong(ticks) * TICK_MS;
  }

  CpuTime since(CpuTime earlier) {
    return new CpuTime(userMs - earlier.userMs, systemMs - earlier.systemMs);
  }

  /** Both together. */
  public long totalMs() {
    return userMs + systemMs;
  }
}
