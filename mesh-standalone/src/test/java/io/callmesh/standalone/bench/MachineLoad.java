package io.callmesh.standalone.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/** CPU time that a machine has spent, by Linux's {@code /proc/stat}; 0 elsewhere. */
final class MachineLoad {
  /** Linux counts in hundredths of a second here. */
  private static final long TICK_MS = 10;

  private static final int IDLE = 3;
  private static final int IO_WAIT = 4;
  private static final int GUEST = 8;

  private MachineLoad() {}

  /** Since it was started, on all cores together, what others took from a virtual one included. */
  static Duration cpuTime() {
    try (var lines = Files.lines(Path.of("/proc/stat"))) {
      String[] fields = lines.findFirst().orElse("cpu").trim().split("\\s+");
      long[] ticks = Arrays.stream(fields).skip(1).mapToLong(Long::parseLong).toArray();
      long busy = 0;
      for (int i = 0; i < Math.min(GUEST, ticks.length); i++) {
        busy += i == IDLE || i == IO_WAIT ? 0 : ticks[i];
      }
      return Duration.ofMillis(busy * TICK_MS);
    } catch (IOException notLinux) {
      return Duration.ZERO;
    }
  }
}
